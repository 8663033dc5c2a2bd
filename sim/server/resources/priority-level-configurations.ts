/** PriorityLevelConfigurations. @upstream pkg/registry/flowcontrol/prioritylevelconfiguration/strategy.go */
import {
  priorityLevelConfigurations,
  type PriorityLevelConfiguration,
  type PriorityLevelConfigurationSpec,
} from '../../api/kinds/flowcontrol.js';
import { ageOf } from './columns/cell.js';
import { priorityLevelConfigurationColumns } from './columns/policy.js';
import { fill, fillEmpty, within } from './defaults/fill.js';
import { freshStatus, keepAllButStatus, keepStatus } from './parts.js';
import { strategyOf } from './strategy.js';
import { validateFlowStatus } from './validation/flow-control.js';
import { validatePriorityLevel } from './validation/priority-level.js';

/** The strategy of PriorityLevelConfigurations. */
export const priorityLevelConfiguration = strategyOf<PriorityLevelConfiguration>({
  kind: priorityLevelConfigurations,
  hasGeneration: true,
  defaults: object => within(fill(object, { status: {} }), 'spec', specDefaults),
  prepareForCreate: freshStatus({}),
  prepareForUpdate: keepStatus,
  validate: object => validatePriorityLevel(object),
  validateUpdate: validatePriorityLevel,
  status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateFlowStatus },
  columns: priorityLevelConfigurationColumns,
  cells: (object, nowMs) => {
    const limited = object.spec?.limited;
    const queuing = limited?.limitResponse?.queuing;
    return [
      object.metadata.name,
      object.spec?.type ?? '',
      limited?.nominalConcurrencyShares ?? '<none>',
      queuing?.queues ?? '<none>',
      queuing?.handSize ?? '<none>',
      queuing?.queueLengthLimit ?? '<none>',
      ageOf(object, nowMs),
    ];
  },
});

function specDefaults(spec: PriorityLevelConfigurationSpec): PriorityLevelConfigurationSpec {
  const exempt = within(spec, 'exempt', part =>
    fill(part, { nominalConcurrencyShares: 0, lendablePercent: 0 }),
  );
  return within(exempt, 'limited', part => {
    const shares = fill(part, { nominalConcurrencyShares: 30, lendablePercent: 0 });
    return within(shares, 'limitResponse', response =>
      within(response, 'queuing', queuing =>
        fillEmpty(queuing, { handSize: 8, queues: 64, queueLengthLimit: 50 }),
      ),
    );
  });
}
