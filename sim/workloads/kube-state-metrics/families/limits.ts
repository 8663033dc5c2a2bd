/** Metrics of budgets, quotas and limits. @upstream kube-state-metrics v2.20 internal/store/{poddisruptionbudget,resourcequota,limitrange}.go */
import type { LimitRange, LimitRangeItem, ResourceQuota } from '../../../api/kinds/core.js';
import type { PodDisruptionBudget } from '../../../api/kinds/policy.js';
import {
  amount,
  created,
  deletion,
  gauge,
  series,
  type Row,
  type StateResource,
} from '../family.js';

/** Disruption budgets. */
export const disruptionBudgets: StateResource<PodDisruptionBudget> = {
  name: 'poddisruptionbudgets',
  api: '/apis/policy/v1',
  isNamespaced: true,
  prefix: 'kube_poddisruptionbudget',
  identity: ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    poddisruptionbudget: metadata.name ?? '',
  }),
  families: [
    created('kube_poddisruptionbudget'),
    gauge(
      'kube_poddisruptionbudget_status_current_healthy',
      'Current number of healthy pods',
      ({ status }) => status?.currentHealthy ?? 0,
    ),
    gauge(
      'kube_poddisruptionbudget_status_desired_healthy',
      'Minimum desired number of healthy pods',
      ({ status }) => status?.desiredHealthy ?? 0,
    ),
    gauge(
      'kube_poddisruptionbudget_status_pod_disruptions_allowed',
      'Number of pod disruptions that are currently allowed',
      ({ status }) => status?.disruptionsAllowed ?? 0,
    ),
    gauge(
      'kube_poddisruptionbudget_status_expected_pods',
      'Total number of pods counted by this disruption budget',
      ({ status }) => status?.expectedPods ?? 0,
    ),
    gauge(
      'kube_poddisruptionbudget_status_observed_generation',
      'Most recent generation observed when updating this PDB status',
      ({ status }) => status?.observedGeneration ?? 0,
    ),
    deletion('kube_poddisruptionbudget'),
  ],
};

const quotaRows = (type: string, amounts: Readonly<Record<string, string>> = {}): Row[] =>
  Object.entries(amounts).map(([resource, text]) => ({
    labels: { resource, type },
    value: amount(text),
  }));

/** Quotas. */
export const quotas: StateResource<ResourceQuota> = {
  name: 'resourcequotas',
  api: '/api/v1',
  isNamespaced: true,
  prefix: 'kube_resourcequota',
  identity: ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    resourcequota: metadata.name ?? '',
  }),
  families: [
    created('kube_resourcequota'),
    series('kube_resourcequota', 'Information about resource quota.', ({ status }) => [
      ...quotaRows('hard', status?.hard),
      ...quotaRows('used', status?.used),
    ]),
  ],
};

const constraints = ['min', 'max', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

const limitRows = (item: LimitRangeItem): Row[] =>
  constraints.flatMap(constraint =>
    Object.entries(item[constraint] ?? {}).map(([resource, text]) => ({
      labels: { resource, type: item.type, constraint },
      value: amount(text),
    })),
  );

/** Limit ranges. */
export const limitRanges: StateResource<LimitRange> = {
  name: 'limitranges',
  api: '/api/v1',
  isNamespaced: true,
  identity: ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    limitrange: metadata.name ?? '',
  }),
  families: [
    series('kube_limitrange', 'Information about limit range.', ({ spec }) =>
      (spec?.limits ?? []).flatMap(limitRows),
    ),
    created('kube_limitrange'),
  ],
};
