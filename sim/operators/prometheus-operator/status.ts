/** The status of a Prometheus. @upstream prometheus-operator v0.93 pkg/prometheus/operator.go, pkg/operator/{statefulset_reporter,conditions}.go */
import type { StatefulSet } from '../../api/kinds/apps.js';
import type { Pod } from '../../api/kinds/core.js';
import { findCondition, isDeleting, type AnyCondition } from '../../api/meta.js';
import { setName } from './keys.js';
import { selectorLabels } from './stateful-set.js';
import type { Prometheus, PrometheusStatus, ReplicaCounts } from './types.js';

/** A shard: its set, where there is one, and its pods. */
export interface ShardState {
  readonly set: StatefulSet | undefined;
  readonly pods: readonly Pod[];
}

/** How the last pass went. */
export interface Reconciled {
  readonly error?: string;
  readonly reason?: string;
  readonly message?: string;
}

const nobody: ReplicaCounts = {
  replicas: 0,
  updatedReplicas: 0,
  availableReplicas: 0,
  unavailableReplicas: 0,
};

/** The status as it is now. */
export function statusOf(
  prometheus: Prometheus,
  shards: readonly ShardState[],
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
  { spec: { replicas: wanted = 1 } }: Prometheus,
  { conditions, updatedReplicas, availableReplicas }: PrometheusStatus,
): boolean {
  const isAvailable = findCondition(conditions, 'Available')?.status === 'True';
  return !isAvailable || updatedReplicas !== wanted || availableReplicas !== wanted;
}

function kept(old: readonly AnyCondition[] | undefined, condition: AnyCondition): AnyCondition {
  const before = findCondition(old, condition.type);
  const { lastTransitionTime } = before ?? {};
  const isSame = before?.status === condition.status && lastTransitionTime !== undefined;
  return isSame ? { ...condition, lastTransitionTime } : condition;
}

function reconciledCondition({ error, reason = '', message = '' }: Reconciled) {
  return error === undefined
    ? { status: 'True', reason, message }
    : { status: 'False', reason: 'ReconciliationFailed', message: error };
}

function isReady({ status }: Pod): boolean {
  return (
    status?.phase === 'Running' && findCondition(status.conditions, 'Ready')?.status === 'True'
  );
}

function countsOf({ set, pods }: ShardState): ReplicaCounts {
  if (set === undefined || isDeleting(set)) return nobody;
  const ready = pods.filter(isReady).length;
  const revision = set.status?.updateRevision;
  const updated = pods.filter(
    ({ metadata }) => metadata.labels?.['controller-revision-hash'] === revision,
  );
  return {
    replicas: pods.length,
    updatedReplicas: updated.length,
    availableReplicas: ready,
    unavailableReplicas: pods.length - ready,
  };
}

function available(
  { metadata, spec: { replicas: wanted = 1 } }: Prometheus,
  shards: readonly ShardState[],
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

/** What a pod waits for. */
function podMessage({ status }: Pod): string {
  for (const type of ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready']) {
    const condition = findCondition(status?.conditions, type);
    if (condition?.status === 'False') return condition.message ?? '';
  }
  return '';
}
