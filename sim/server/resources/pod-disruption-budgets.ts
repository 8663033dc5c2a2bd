/** PodDisruptionBudgets. @upstream pkg/registry/policy/poddisruptionbudget/strategy.go */
import { podDisruptionBudgets, type PodDisruptionBudget } from '../../api/kinds/policy.js';
import { ageOf } from './columns/cell.js';
import { podDisruptionBudgetColumns } from './columns/workloads.js';
import { fill, within } from './defaults/fill.js';
import { freshStatus, keepSpec, keepStatus } from './parts.js';
import { strategyOf } from './strategy.js';
import { validateBudget, validateBudgetStatus } from './validation/disruption-budget.js';

const noStatus = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };

/** The strategy of PodDisruptionBudgets. */
export const podDisruptionBudget = strategyOf<PodDisruptionBudget>({
  kind: podDisruptionBudgets,
  checksOwnMeta: false,
  defaults: object =>
    within(fill(object, { spec: {}, status: noStatus }), 'status', status =>
      fill(status, noStatus),
    ),
  hasGeneration: true,
  allowsUnconditionalUpdate: false,
  prepareForCreate: freshStatus(noStatus),
  prepareForUpdate: keepStatus,
  validate: validateBudget,
  validateUpdate: validateBudget,
  status: { prepareForUpdate: keepSpec, validateUpdate: validateBudgetStatus },
  columns: podDisruptionBudgetColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    String(object.spec?.minAvailable ?? 'N/A'),
    String(object.spec?.maxUnavailable ?? 'N/A'),
    object.status?.disruptionsAllowed ?? 0,
    ageOf(object, nowMs),
  ],
});
