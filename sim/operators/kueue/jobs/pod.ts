/** Pods of their own: each waits behind its gate, and is deleted when it is stopped. @upstream kueue v0.19.2 pkg/controller/jobs/pod */
import { pods, type Pod } from '../../../api/kinds/core.js';
import { findCondition, isDeleting } from '../../../api/meta.js';
import type { HasMetadata } from '../../../api/object.js';
import { rfc3339 } from '../../../api/time.js';
import type { Reconciliation } from '../../../client/contract.js';
import { call, patch, remove } from '../../../client/requests.js';
import type { JobIntegration, StopCause } from '../job-integration.js';
import { keys } from '../keys.js';
import { groupNameOf, isGated, isTerminated, withGates } from '../pod-parts.js';
import { groupRefusals } from '../pod-refusals.js';
import { merged, type PodSetInfo } from '../pod-set-info.js';
import type { PodSet } from '../types.js';

/** The integration of pods that are in no group. */
export const podJob: JobIntegration<Pod> = {
  kind: pods,
  isTopLevel: true,
  isGoneWhenStopped: true,
  finalizer: keys.managed,

  isSuspended: pod => isTerminated(pod) || isGated(pod),

  /** Its gates are the webhook's to put there, and cannot be put back. */
  withSuspend: pod => pod,

  podSets: pod => [podSetOf(pod, 'main')],

  started(pod, infos) {
    const [info] = infos;
    if (info === undefined || infos.length !== 1) {
      return `invalid podset infos: expecting 1 pod set got ${infos.length}`;
    }
    return ungated(pod, info);
  },

  restored: pod => pod,

  *ended(pod, cause, nowMs) {
    return yield* endPod(pod, cause, nowMs);
  },

  isActive: () => false,

  arePodsReady: isReady,

  end(pod) {
    if (!isTerminated(pod)) return undefined;
    const { message = '', phase } = pod.status ?? {};
    return { message, isSuccess: phase === 'Succeeded' };
  },

  priorityClass: ({ spec }) => spec?.priorityClassName ?? '',

  isSkipped: pod => pod.metadata.labels?.[keys.managed] !== 'true' || groupNameOf(pod) !== '',

  refusals: groupRefusals,
};

/** Whether it says that it is ready. */
export function isReady({ status }: Pod): boolean {
  return findCondition(status?.conditions, 'Ready')?.status === 'True';
}

/** The set of such pods. */
export function podSetOf({ spec }: Pod, name: string): PodSet {
  return {
    ...{ name, count: 1, template: { ...(spec !== undefined && { spec }) } },
    topologyRequest: { podIndexLabel: keys.podIndex },
  };
}

/** The pod as it may be scheduled, or a text on what contradicts that. @upstream prepare */
export function ungated(pod: Pod, info: PodSetInfo): Pod | string {
  const { metadata, spec } = pod;
  const template = merged({ metadata, ...(spec !== undefined && { spec }) }, info);
  if (typeof template === 'string') return template;
  return withGates({ ...pod, ...template, metadata: { ...metadata, ...template.metadata } }, false);
}

/** Says why it is to end, and deletes it. @upstream Stop */
export function* endPod(
  pod: Pod,
  { reason, message }: StopCause,
  nowMs: number,
): Reconciliation<readonly HasMetadata[] | string> {
  const isOver = isTerminated(pod) || isGated(pod);
  if (isDeleting(pod) || (reason !== 'WorkloadDeleted' && isOver)) return [];
  const { namespace = '', name = '', uid } = pod.metadata;
  const lastTransitionTime = rfc3339(nowMs);
  const condition = { type: 'TerminationTarget', status: 'True', lastTransitionTime };
  const told = yield* call(
    patch(
      pods,
      { namespace, name, subresource: 'status' },
      { type: 'apply', query: { fieldManager: 'kueue', force: 'true' } },
      {
        ...{ apiVersion: 'v1', kind: pods.kind, metadata: { namespace, name, uid } },
        status: { conditions: [{ ...condition, reason, message }] },
      },
    ),
  );
  if (!told.isOk) return told.status === 404 ? [pod] : told.message;
  const gone = yield* call(remove(pods, namespace, name));
  return gone.isOk || gone.status === 404 ? [pod] : gone.message;
}
