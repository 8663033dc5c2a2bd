/** The family of drift vectors: streams, samples compared, and performance with and without labels. */
import type { CaseResult, ReplayOptions, VectorFamily } from '../family.js';
import { readText, vectorFiles } from '../files.js';
import { batchCases, type BatchFile } from './drift/batch.js';
import type { Case } from './drift/case.js';
import { performanceCases, type PerformanceFile } from './drift/performance.js';
import { streamingCases, type StreamingFile } from './drift/streaming.js';

/** Replays all files of the folder. A case with several statistics is one case; all must agree. */
export const driftFamily: VectorFamily = {
  name: 'drift',
  *replay(folder: string, options: ReplayOptions): Iterable<CaseResult> {
    for (const path of vectorFiles(folder, '.json')) {
      const file = JSON.parse(readText(path)) as { readonly kind: string };
      const cases = kinds[file.kind];
      if (cases === undefined) {
        yield { id: path, result: 'skipped', reason: `no replay of kind ${file.kind}` };
        continue;
      }
      for (const one of cases(file)) {
        if (options.id?.test(one.id) !== false) yield resultOf(one);
      }
    }
  },
};

/** By kind of file; the file of a kind has that kind's shape. */
const kinds: Readonly<Record<string, (file: object) => Iterable<Case>>> = {
  batch: file => batchCases(file as BatchFile),
  performance: file => performanceCases(file as PerformanceFile),
  streaming: file => streamingCases(file as StreamingFile),
};

function resultOf({ id, replay }: Case): CaseResult {
  const reason = replay();
  return reason === undefined ? { id, result: 'passed' } : { id, result: 'failed', reason };
}
