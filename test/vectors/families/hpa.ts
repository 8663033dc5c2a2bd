/** The family of HorizontalPodAutoscaler vectors: calculations, functions, traces and whole passes. */
import { deepEqual } from '../../../sim/api/equality.js';
import type { CaseResult, ReplayOptions, VectorFamily } from '../family.js';
import { readText, vectorFiles } from '../files.js';
import { replayCalc, type CalcCase } from './hpa/calc.js';
import type { VectorFile } from './hpa/cases.js';
import { replayFunction, type FunctionCase } from './hpa/functions.js';
import { replayReconcile, type ReconcileCase } from './hpa/reconcile.js';
import { replayTrace, type TraceCase } from './hpa/trace.js';

/** Replays all files of the folder. */
export const hpa: VectorFamily = {
  name: 'hpa',
  *replay(folder: string, options: ReplayOptions): Iterable<CaseResult> {
    for (const path of vectorFiles(folder, '.json')) {
      const file = JSON.parse(readText(path)) as VectorFile<{ readonly id: string }>;
      const replay = replays[file.kind];
      for (const one of file.cases) {
        if (options.id?.test(one.id) === false) continue;
        if (replay === undefined) {
          yield { id: one.id, result: 'skipped', reason: `no replay of kind ${file.kind}` };
          continue;
        }
        const reason = replay(one);
        yield reason === undefined
          ? { id: one.id, result: 'passed' }
          : { id: one.id, result: 'failed', reason };
      }
    }
  },
};

/** By kind: the first difference, or undefined. */
const replays: Readonly<Record<string, (one: unknown) => string | undefined>> = {
  calc: one => replayCalc(one as CalcCase),
  trace: one => replayTrace(one as TraceCase),
  reconcile: one => replayReconcile(one as ReconcileCase),
  function: one => {
    const { function: name, input, expect } = one as FunctionCase;
    const result = replayFunction(name, input);
    if (deepEqual(result, { ...(result as object), ...withoutNull(expect) })) return undefined;
    return `${JSON.stringify(result)}, expected ${JSON.stringify(expect)}`;
  },
};

/** What an upstream table leaves open is null there. */
function withoutNull(expect: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(expect);
  return Object.fromEntries(entries.filter(([key, value]) => key !== 'recommendations' || value));
}
