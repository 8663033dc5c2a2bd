/** Runs one scenario with one seed and gives its history's digest and entries: in any process or thread. */
import { fileURLToPath } from 'node:url';
import type { TraceEntry } from '../../sim/engine/trace.js';
import { loadScenario } from '../../src/scenario/scenario.js';
import { sail } from '../../src/scenario/voyage.js';

/** What a run leaves behind. */
export interface History {
  readonly digest: string;
  readonly entries: readonly TraceEntry[];
  readonly results: readonly string[];
}

/** Runs the scenario. */
export async function historyOf(file: string, seed: number): Promise<History> {
  const told: string[] = [];
  const { digest, trace, steps } = await sail(loadScenario(file), {
    seed,
    keepsTrace: true,
    tell: line => told.push(line),
  });
  const results = steps.map(step => `${step.result} ${step.title}`);
  return { digest, entries: trace, results: [...results, ...told] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , file = '', seed = '1'] = process.argv;
  process.stdout.write(JSON.stringify(await historyOf(file, Number(seed))));
}
