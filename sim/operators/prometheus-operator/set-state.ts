/** How a StatefulSet does. @upstream prometheus-operator v0.93 pkg/operator/{statefulset_reporter,conditions}.go */
import { statefulSets, type StatefulSet } from '../../api/kinds/apps.js';
import { pods as podKind, type Pod } from '../../api/kinds/core.js';
import { findCondition, isDeleting, type AnyCondition } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, list } from '../../client/requests.js';
import type { ReplicaCounts } from './types.js';

/** A set, where there is one, and its pods. */
export interface SetState {
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

/** Looks at the set of a name. */
export function* setState(view: View, namespace: string, name: string): Reconciliation<SetState> {
  const set = view.get(statefulSets, namespace, name);
  if (set === undefined) return { set, pods: [] };
  const labels = Object.entries(set.spec?.selector?.matchLabels ?? {});
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  const answer = yield* call(list(podKind, namespace, { labelSelector }));
  const found = answer.isOk ? answer.object.items : [];
  const own = found.filter(({ metadata }) =>
    metadata.ownerReferences?.some(owner => owner.kind === 'StatefulSet' && owner.name === name),
  );
  return { set, pods: own.toSorted((a, b) => ordinal(a) - ordinal(b)) };
}

function ordinal({ metadata }: HasMetadata): number {
  return Number(/-(\d+)$/.exec(metadata.name ?? '')?.[1] ?? 0);
}

/** The condition with the time at which it became what it is. */
export function kept(
  old: readonly AnyCondition[] | undefined,
  condition: AnyCondition,
): AnyCondition {
  const before = findCondition(old, condition.type);
  const { lastTransitionTime } = before ?? {};
  const isSame = before?.status === condition.status && lastTransitionTime !== undefined;
  return isSame ? { ...condition, lastTransitionTime } : condition;
}

/** What the condition Reconciled says. */
export function reconciledCondition({ error, reason = '', message = '' }: Reconciled) {
  return error === undefined
    ? { status: 'True', reason, message }
    : { status: 'False', reason: 'ReconciliationFailed', message: error };
}

function isReady({ status }: Pod): boolean {
  return (
    status?.phase === 'Running' && findCondition(status.conditions, 'Ready')?.status === 'True'
  );
}

/** How many of its pods do how. */
export function countsOf({ set, pods }: SetState): ReplicaCounts {
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

/** What a pod waits for. */
export function podMessage({ status }: Pod): string {
  for (const type of ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready']) {
    const condition = findCondition(status?.conditions, type);
    if (condition?.status === 'False') return condition.message ?? '';
  }
  return '';
}
