/** The status of an Alertmanager. @upstream prometheus-operator v0.93 pkg/alertmanager/operator.go UpdateStatus, pkg/operator/statefulset_reporter.go */
import {
  countsOf,
  kept,
  podMessage,
  reconciledCondition,
  type Reconciled,
  type SetState,
} from '../set-state.js';
import { selectorLabels } from './names.js';
import type { Alertmanager, AlertmanagerStatus } from './types.js';

/** The status as it is now. */
export function statusOf(
  { metadata, spec, status }: Alertmanager,
  state: SetState,
  told: { readonly reconciled: Reconciled; readonly now: string },
): AlertmanagerStatus {
  const counts = countsOf(state);
  const observed = {
    lastTransitionTime: told.now,
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
  };
  const ready = counts.availableReplicas;
  const available = {
    ...availability(state, ready, spec.replicas ?? 1),
    message: state.pods
      .flatMap(pod => {
        const message = podMessage(pod);
        return message === '' ? [] : [`pod ${pod.metadata.name ?? ''}: ${message}`];
      })
      .join('\n'),
  };
  const conditions = [
    { type: 'Available', ...available, ...observed },
    { type: 'Reconciled', ...reconciledCondition(told.reconciled), ...observed },
  ];
  return {
    paused: spec.paused === true,
    ...counts,
    selector: Object.entries(selectorLabels(metadata.name ?? ''))
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(','),
    conditions: conditions.map(condition => kept(status?.conditions, condition)),
  };
}

function availability({ set }: SetState, ready: number, wanted: number) {
  if (set === undefined) return { status: 'False', reason: 'StatefulSetNotFound' };
  if (ready >= wanted) return { status: 'True', reason: '' };
  return ready === 0
    ? { status: 'False', reason: 'NoPodReady' }
    : { status: 'Degraded', reason: 'SomePodsNotReady' };
}
