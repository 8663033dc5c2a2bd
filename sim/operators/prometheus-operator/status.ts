/** The status of a Prometheus. @upstream prometheus-operator v0.93 pkg/prometheus/operator.go, pkg/operator/{statefulset_reporter,conditions}.go */
import { findCondition, isDeleting } from '../../api/meta.js';
import { setName } from './keys.js';
import {
  countsOf,
  kept,
  podMessage,
  reconciledCondition,
  type Reconciled,
  type SetState,
} from './set-state.js';
import { selectorLabels } from './stateful-set.js';
import type { Prometheus, PrometheusStatus, ReplicaCounts } from './types.js';

/** The status as it is now. */
export function statusOf(
  prometheus: Prometheus,
  shards: readonly SetState[],
  told: { readonly reconciled: Reconciled; readonly now: string },
): PrometheusStatus {
  const { metadata, spec, status } = prometheus;
  const counts = shards.map(countsOf);
  const sum = (field: keyof ReplicaCounts): number =>
    counts.reduce((all, count) => all + count[field], 0);
  const observed = {
    lastTransitionTime: told.now,
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
  };
  const conditions = [
    { type: 'Available', ...available(prometheus, shards, counts), ...observed },
    { type: 'Reconciled', ...reconciledCondition(told.reconciled), ...observed },
  ];
  return {
    paused: spec.paused === true,
    replicas: sum('replicas'),
    updatedReplicas: sum('updatedReplicas'),
    availableReplicas: sum('availableReplicas'),
    unavailableReplicas: sum('unavailableReplicas'),
    conditions: conditions.map(condition => kept(status?.conditions, condition)),
    shardStatuses: counts.map((count, shard) => ({ shardID: String(shard), ...count })),
    shards: spec.shards ?? 1,
    selector: Object.entries(selectorLabels(metadata.name ?? ''))
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(','),
  };
}

/** Whether somebody has to look again soon: upstream does once a minute. */
export function isUnsettled(
  { spec: { replicas: wanted = 1 } }: { readonly spec: { readonly replicas?: number } },
  { conditions, updatedReplicas, availableReplicas }: Omit<PrometheusStatus, 'shards'>,
): boolean {
  const isAvailable = findCondition(conditions, 'Available')?.status === 'True';
  return !isAvailable || updatedReplicas !== wanted || availableReplicas !== wanted;
}

function available(
  { metadata, spec: { replicas: wanted = 1 } }: Prometheus,
  shards: readonly SetState[],
  counts: readonly ReplicaCounts[],
) {
  const { namespace = '', name = '' } = metadata;
  const judged = shards.map(({ set, pods }, shard) => {
    if (set === undefined) {
      const key = `${namespace}/${setName(name, shard)}`;
      const message = `shard ${shard}: statefulset ${key} not found`;
      return { status: 'False', reason: 'StatefulSetNotFound', messages: [message] };
    }
    const ready = counts[shard]?.availableReplicas ?? 0;
    if (isDeleting(set) || ready >= wanted) return { status: 'True', reason: '', messages: [] };
    const messages = pods.flatMap(pod => {
      const message = podMessage(pod);
      return message === '' ? [] : [`shard ${shard}: pod ${pod.metadata.name ?? ''}: ${message}`];
    });
    return ready === 0
      ? { status: 'False', reason: 'NoPodReady', messages }
      : { status: 'Degraded', reason: 'SomePodsNotReady', messages };
  });
  const statuses = judged.map(({ status }) => status);
  const worst = ['False', 'Degraded'].find(status => statuses.includes(status));
  const reasons = new Set(judged.map(({ reason }) => reason).filter(reason => reason !== ''));
  return {
    status: worst ?? 'True',
    reason: [...reasons].sort().join('And'),
    message: judged.flatMap(({ messages }) => messages).join('\n'),
  };
}
