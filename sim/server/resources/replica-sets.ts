/** ReplicaSets. @upstream pkg/registry/apps/replicaset/strategy.go */
import { replicaSets, type ReplicaSet } from '../../api/kinds/apps.js';
import { ageOf, containerCells } from './columns/cell.js';
import { selectorCell, selectorText } from './columns/selector-text.js';
import { replicaSetColumns } from './columns/workloads.js';
import { replicaSetDefaults } from './defaults/workload.js';
import { freshStatus, keepSpec, keepStatus } from './parts.js';
import { workloadUpdateWarnings, workloadWarnings } from './pod-warnings.js';
import { strategyOf } from './strategy.js';
import {
  validateReplicaSet,
  validateReplicaSetUpdate,
  validateReplicaStatus,
} from './validation/deployment.js';

/** The strategy of ReplicaSets. */
export const replicaSet = strategyOf<ReplicaSet>({
  kind: replicaSets,
  defaults: replicaSetDefaults,
  hasGeneration: true,
  prepareForCreate: freshStatus({ replicas: 0 }),
  validate: validateReplicaSet,
  prepareForUpdate: keepStatus,
  validateUpdate: validateReplicaSetUpdate,
  warningsOnCreate: workloadWarnings,
  warningsOnUpdate: workloadUpdateWarnings,
  status: { prepareForUpdate: keepSpec, validateUpdate: validateReplicaStatus },
  scale: {
    replicas: object => object.spec?.replicas ?? 0,
    withReplicas: (object, replicas) =>
      object.spec === undefined ? object : { ...object, spec: { ...object.spec, replicas } },
    statusReplicas: object => object.status?.replicas ?? 0,
    selector: object => selectorText(object.spec?.selector) ?? '',
  },
  columns: replicaSetColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.spec?.replicas ?? 0,
    object.status?.replicas ?? 0,
    object.status?.readyReplicas ?? 0,
    ageOf(object, nowMs),
    ...containerCells(object.spec?.template?.spec?.containers),
    selectorCell(object.spec?.selector),
  ],
});
