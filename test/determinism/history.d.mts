/** What history.mjs gives. */
import type { TraceEntry } from '../../sim/engine/trace.js';
import type { loadScenario } from '../../src/scenario/scenario.js';
import type { sail } from '../../src/scenario/voyage.js';

/** What a run leaves behind. */
export interface History {
  readonly digest: string;
  readonly entries: readonly TraceEntry[];
  readonly results: readonly string[];
}

/** What loads scenarios and runs them. */
export interface Runner {
  readonly loadScenario: typeof loadScenario;
  readonly sail: typeof sail;
}

/** Runs one scenario with one seed and gives its history. */
export function run(runner: Runner, file: string, seed: number): Promise<History>;
