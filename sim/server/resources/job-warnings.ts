/** Warnings about jobs. @upstream pkg/api/job/warnings.go */
import type { JobSpec } from '../../api/kinds/batch.js';

const completionsMax = 100_000;
const parallelismMax = 10_000;

/** Warnings about jobs that are too large to be followed well. */
export function sizeWarnings(spec: JobSpec | undefined, path: string): readonly string[] {
  const { completionMode, completions = 0, parallelism = 0 } = spec ?? {};
  if (completionMode !== 'Indexed') return [];
  if (completions <= completionsMax || parallelism <= parallelismMax) return [];
  return [
    `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism ` +
      'higher than 10^4, Kubernetes might not be able to track completedIndexes when a big ' +
      'number of indexes fail',
  ];
}
