/** The history of a scenario, run by the sources. */
import { loadScenario } from '../../src/scenario/scenario.js';
import { sail } from '../../src/scenario/voyage.js';
import { run, type History } from './history.mjs';

export type { History } from './history.mjs';

/** Runs the scenario in this process. */
export function historyOf(file: string, seed: number): Promise<History> {
  return run({ loadScenario, sail }, file, seed);
}
