/** DaemonSets. @upstream pkg/registry/apps/daemonset/strategy.go */
import { daemonSets, type DaemonSet } from '../../api/kinds/apps.js';
import { ageOf, containerCells, labelsText } from './columns/cell.js';
import { selectorCell } from './columns/selector-text.js';
import { daemonSetColumns } from './columns/workloads.js';
import { daemonSetDefaults } from './defaults/workload.js';
import { freshStatus, keepSpec, keepStatus } from './parts.js';
import { strategyOf } from './strategy.js';

/** The strategy of DaemonSets. */
export const daemonSet = strategyOf<DaemonSet>({
  kind: daemonSets,
  defaults: daemonSetDefaults,
  hasGeneration: true,
  prepareForCreate: freshStatus({
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  }),
  prepareForUpdate: keepStatus,
  status: { prepareForUpdate: keepSpec },
  columns: daemonSetColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.status?.desiredNumberScheduled ?? 0,
    object.status?.currentNumberScheduled ?? 0,
    object.status?.numberReady ?? 0,
    object.status?.updatedNumberScheduled ?? 0,
    object.status?.numberAvailable ?? 0,
    labelsText(object.spec?.template.spec?.nodeSelector),
    ageOf(object, nowMs),
    ...containerCells(object.spec?.template.spec?.containers),
    selectorCell(object.spec?.selector),
  ],
});
