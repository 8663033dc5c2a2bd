/** Reconciles Metrics: each is collected as soon as it is there. @upstream knative/serving v1.22.1 pkg/reconciler/metric */
import type { Reconciliation } from '../../client/contract.js';
import type { Draft, Reconciler } from './draft.js';
import { metrics, type KnativeStatus, type Metric } from './types.js';

/** How Metrics are reconciled. */
export const metricReconciler: Reconciler<KnativeStatus, Metric> = {
  kind: metrics,
  dependents: [],
  body: collect,
};

// It asks nobody: a generator by the contract alone.
// eslint-disable-next-line require-yield
function* collect({
  conditions,
}: Draft<KnativeStatus, Metric>): Reconciliation<string | undefined> {
  conditions.setTrue('Ready');
  return undefined;
}
