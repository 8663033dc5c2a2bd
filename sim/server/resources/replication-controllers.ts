/** ReplicationControllers. @upstream pkg/registry/core/replicationcontroller/strategy.go */
import { replicationControllers, type ReplicationController } from '../../api/kinds/core.js';
import { ageOf, containerCells, labelsText } from './columns/cell.js';
import { mapSelectorText } from './columns/selector-text.js';
import { replicationControllerColumns } from './columns/core.js';
import { replicationControllerDefaults } from './defaults/workload.js';
import { freshStatus, keepSpec, keepStatus } from './parts.js';
import { workloadUpdateWarnings, workloadWarnings } from './pod-warnings.js';
import { strategyOf } from './strategy.js';
import { validateReplicaStatus } from './validation/deployment.js';
import { validateReplicationController } from './validation/replication-controller.js';

/** The strategy of ReplicationControllers. */
export const replicationController = strategyOf<ReplicationController>({
  kind: replicationControllers,
  nameRule: 'made',
  defaults: replicationControllerDefaults,
  hasGeneration: true,
  defaultPropagation: 'Orphan',
  prepareForCreate: freshStatus({ replicas: 0 }),
  validate: (object, context) => validateReplicationController(object, context),
  prepareForUpdate: keepStatus,
  validateUpdate: (object, old, context) => validateReplicationController(object, context, old),
  warningsOnCreate: workloadWarnings,
  // Upstream hands over the two in the wrong order: what is warned of is the old template.
  warningsOnUpdate: (object, old) => workloadUpdateWarnings(old, object),
  status: { prepareForUpdate: keepSpec, validateUpdate: validateReplicaStatus },
  scale: {
    replicas: object => object.spec?.replicas ?? 0,
    withReplicas: (object, replicas) => ({ ...object, spec: { ...object.spec, replicas } }),
    statusReplicas: object => object.status?.replicas ?? 0,
    selector: object => mapSelectorText(object.spec?.selector),
  },
  selectableFields: {
    'status.replicas': object => String(object.status?.replicas ?? 0),
  },
  fieldSelectorError: 'not-supported',
  columns: replicationControllerColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.spec?.replicas ?? 0,
    object.status?.replicas ?? 0,
    object.status?.readyReplicas ?? 0,
    ageOf(object, nowMs),
    ...containerCells(object.spec?.template?.spec?.containers),
    labelsText(object.spec?.selector),
  ],
});
