/** The limits of a job: restarts and time. @upstream training-operator v1.8.1 pkg/core/job.go */
import type { Pod } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import { timeMs } from '../../api/time.js';
import { memberOf } from './members.js';
import type { StatusDraft } from './status-draft.js';
import type { Replicas, TrainingJob } from './types.js';

/**
 * The message of the limit that is broken, if one is. Upstream's queue never counts retries, so that
 * backoffLimit is about the restarts of containers that run.
 */
export function brokenLimit(
  job: TrainingJob,
  replicas: Replicas,
  draft: StatusDraft,
  pods: readonly Pod[],
): string | undefined {
  const { backoffLimit, activeDeadlineSeconds } = job.spec?.runPolicy ?? {};
  const name = job.metadata.name ?? '';
  if (backoffLimit !== undefined) {
    const restarts = restartsOf(replicas, pods);
    const failed = pods.filter(pod => pod.status?.phase === 'Failed').length;
    const active = pods.filter(isActive).length;
    const total = replicas.reduce((sum, [, spec]) => sum + spec.replicas, 0);
    const before = draft
      .replicaTypes()
      .reduce((sum, type) => sum + (draft.replica(type).failed ?? 0), 0);
    const isPast = backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
    const isNewFailure = failed > before && active !== total && 1 > backoffLimit;
    if (isPast || isNewFailure) {
      return `Job ${name} has failed because it has reached the specified backoff limit`;
    }
  }
  const startMs = timeMs(draft.startTime);
  const isLate =
    activeDeadlineSeconds !== undefined &&
    startMs !== undefined &&
    draft.nowMs - startMs >= activeDeadlineSeconds * 1000;
  if (!isLate) return undefined;
  return `Job ${name} has failed because it was active longer than specified deadline`;
}

function restartsOf(replicas: Replicas, pods: readonly Pod[]): number {
  return replicas
    .filter(([, spec]) => spec.restartPolicy !== 'Never')
    .flatMap(([type]) => pods.filter(pod => memberOf(pod)?.type === type.toLowerCase()))
    .filter(pod => pod.status?.phase === 'Running')
    .flatMap(pod => [
      ...(pod.status?.initContainerStatuses ?? []),
      ...(pod.status?.containerStatuses ?? []),
    ])
    .reduce((sum, status) => sum + (status.restartCount ?? 0), 0);
}

/** Whether a pod has neither ended nor is on its way out. */
export function isActive(pod: Pod): boolean {
  const { phase } = pod.status ?? {};
  return phase !== 'Succeeded' && phase !== 'Failed' && !isDeleting(pod);
}
