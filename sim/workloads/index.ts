/** The workloads that come with the simulation, and how one is chosen. */
export { chooser, workloadLabel } from './choose.js';
export { plainWorkloads, type PlainMaker } from './plain.js';
