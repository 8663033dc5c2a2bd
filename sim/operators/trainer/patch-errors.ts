/** When the patches of a runtime may change. @upstream kubeflow/trainer v2.3.0 pkg/runtime/framework/plugins/jobset/jobset.go */
import { deepEqual } from '../../api/equality.js';
import { forbidden, internalError, type FieldError } from '../../api/field-error.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get } from '../../client/requests.js';
import { jobSets } from '../jobset/types.js';
import type { TrainJob } from './types.js';

const path = 'spec.runtimePatches';

/** The errors of a change. */
export function* changedPatchErrors(
  job: TrainJob,
  old: TrainJob,
): Reconciliation<readonly FieldError[]> {
  if (deepEqual(job.spec.runtimePatches ?? [], old.spec.runtimePatches ?? [])) return [];
  if (old.spec.suspend !== true && job.spec.suspend !== true) {
    const text =
      'RuntimePatches can only be modified when the TrainJob is suspended before or after the update';
    return [forbidden(path, text)];
  }
  const { namespace = '', name = '' } = job.metadata;
  const answer = yield* call(get(jobSets, namespace, name));
  if (!answer.isOk) return answer.status === 404 ? [] : [internalError(path, answer.message)];
  return (answer.object.status?.replicatedJobsStatus ?? [])
    .filter(({ active }) => active > 0)
    .map(status =>
      forbidden(
        path,
        `RuntimePatches cannot be modified when the JobSet's ReplicatedJob ${status.name} is still active`,
      ),
    );
}
