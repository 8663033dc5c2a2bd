/** The workloads that come with the simulation, and how one is chosen. */
export { chooser } from './choose.js';
export { plainWorkloads } from './plain.js';
