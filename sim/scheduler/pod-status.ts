/** Patches of a pod's status, as the scheduler writes them. @upstream pkg/scheduler/schedule_one.go updatePod */
import { pods, type Pod, type PodCondition } from '../api/kinds/core.js';
import { conditionOrder } from '../api/patch/condition-order.js';
import { rfc3339 } from '../api/time.js';
import type { Request } from '../client/contract.js';
import { patch } from '../client/requests.js';

/** What is to be true of the pod. */
export interface PodStatusChange {
  readonly condition?: Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;
  /** The nominated node; '' clears it; absent leaves it alone. */
  readonly nomination?: string | undefined;
}

/** The patch that makes it so; undefined when it is so already. */
export function podStatusPatch(
  pod: Pod,
  change: PodStatusChange,
  nowMs: number,
): Request<Pod> | undefined {
  const { nomination } = change;
  const isRenominated =
    nomination !== undefined && (pod.status?.nominatedNodeName ?? '') !== nomination;
  const condition = change.condition && changedCondition(pod, change.condition, nowMs);
  if (!isRenominated && condition === undefined) return undefined;
  const { namespace = '', name = '' } = pod.metadata;
  const status = {
    ...(condition !== undefined && {
      conditions: [condition],
      ...conditionOrder(pod.status?.conditions, [condition]),
    }),
    ...(isRenominated && { nominatedNodeName: nomination === '' ? null : nomination }),
  };
  const of = { namespace, name, subresource: 'status' };
  return patch(pods, of, { type: 'strategic' }, { status });
}

function changedCondition(
  { metadata, status }: Pod,
  wanted: NonNullable<PodStatusChange['condition']>,
  nowMs: number,
): Pick<PodCondition, 'type'> | undefined {
  const old = status?.conditions?.find(({ type }) => type === wanted.type);
  const isAlike =
    old !== undefined &&
    old.status === wanted.status &&
    old.reason === wanted.reason &&
    old.message === wanted.message;
  if (isAlike) return undefined;
  const isSteady = old !== undefined && old.status === wanted.status;
  const { generation } = metadata;
  const observed = generation === undefined ? undefined : { observedGeneration: generation };
  return Object.assign({}, wanted, observed, {
    lastProbeTime: null,
    lastTransitionTime: isSteady ? old.lastTransitionTime : rfc3339(nowMs),
  });
}
