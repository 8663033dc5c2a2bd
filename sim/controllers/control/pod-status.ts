/**
 * Sets conditions of pods by patches of their status.
 * @upstream pkg/api/v1/pod/util.go UpdatePodCondition, pkg/util/pod/pod.go PatchPodStatus
 */
import { pods, type Pod, type PodCondition, type PodStatus } from '../../api/kinds/core.js';
import { conditionOrder } from '../../api/patch/condition-order.js';
import type { Request } from '../../client/contract.js';
import { patch } from '../../client/requests.js';
import { podCondition } from './pod-state.js';

/** The condition as it is to be patched in; undefined when the pod has it like that. */
export function withPodCondition(
  pod: Pod,
  condition: Omit<PodCondition, 'lastTransitionTime'>,
  now: string,
): PodCondition | undefined {
  const old = podCondition(pod, condition.type);
  const { generation } = pod.metadata;
  const next = {
    ...condition,
    ...(generation !== undefined && { observedGeneration: generation }),
  };
  if (old === undefined || old.status !== next.status) return { ...next, lastTransitionTime: now };
  const isSame =
    (old.reason ?? '') === (next.reason ?? '') && (old.message ?? '') === (next.message ?? '');
  if (isSame) return undefined;
  const time = old.lastTransitionTime;
  return { ...next, ...(time !== undefined && { lastTransitionTime: time }) };
}

/** A strategic patch of the status of this very pod. */
export function patchPodStatus(pod: Pod, status: PodStatus): Request<Pod> {
  const { namespace = '', name = '', uid } = pod.metadata;
  const of = { namespace, name, subresource: 'status' };
  const order = conditionOrder(pod.status?.conditions, status.conditions ?? []);
  const body = { metadata: { uid }, status: { ...status, ...order } };
  return patch(pods, of, { type: 'strategic' }, body);
}
