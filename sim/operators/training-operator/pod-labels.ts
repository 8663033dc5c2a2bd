/** The labels of the pods that the training-operator makes. */
import { isRecord } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';
import type { Labels } from '../../api/selectors.js';
import type { JobKind } from './job-kind.js';
import { memberLabels } from './members.js';
import type { TrainingJob } from './types.js';

/** Members beyond are not told apart: nobody selects them one by one. */
const membersMax = 32;

/** Those of each member of a job of the kind. */
export function jobPodLabels(kind: JobKind, object: KubeObject): readonly Labels[] {
  if (!isRecord(object['spec'])) return [];
  // The API server has looked at its types.
  const job = object as unknown as TrainingJob;
  return Object.entries(kind.replicaSpecs(job)).flatMap(([name, spec]) => {
    const type = name.toLowerCase();
    const count = Math.min(spec?.replicas ?? 1, membersMax);
    return Array.from({ length: count }, (_, index) => memberLabels(kind, job, { type, index }));
  });
}
