/** The labels of the pods that JobSets make. */
import { isRecord } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';
import type { Labels } from '../../api/selectors.js';
import { labelsOf } from './construct.js';
import type { JobSet } from './types.js';

/** Jobs beyond are not told apart: nobody selects them one by one. */
const jobsMax = 32;

/** Those of the pods of each Job of a set. */
export function jobSetPodLabels(object: KubeObject): readonly Labels[] {
  if (!isRecord(object['spec'])) return [];
  // The API server has looked at its types.
  const jobSet = object as unknown as JobSet;
  return (jobSet.spec.replicatedJobs ?? []).flatMap(replicated =>
    Array.from({ length: Math.min(replicated.replicas ?? 1, jobsMax) }, (_, index) =>
      labelsOf(jobSet, replicated, index),
    ),
  );
}
