/** Deployments. @upstream pkg/registry/apps/deployment/strategy.go */
import { deployments, type Deployment } from '../../api/kinds/apps.js';
import { ageOf, containerCells } from './columns/cell.js';
import { selectorText } from './columns/selector-text.js';
import { deploymentColumns } from './columns/workloads.js';
import { deploymentDefaults } from './defaults/workload.js';
import { freshStatus, keepSpecAndLabels, keepStatus, specOrAnnotationsChanged } from './parts.js';
import { workloadUpdateWarnings, workloadWarnings } from './pod-warnings.js';
import { strategyOf } from './strategy.js';
import {
  validateDeployment,
  validateDeploymentStatus,
  validateDeploymentUpdate,
} from './validation/deployment.js';

/** The strategy of Deployments. */
export const deployment = strategyOf<Deployment>({
  kind: deployments,
  defaults: deploymentDefaults,
  hasGeneration: true,
  bumpsGeneration: specOrAnnotationsChanged,
  prepareForCreate: freshStatus({}),
  validate: validateDeployment,
  prepareForUpdate: keepStatus,
  validateUpdate: validateDeploymentUpdate,
  warningsOnCreate: workloadWarnings,
  warningsOnUpdate: workloadUpdateWarnings,
  status: { prepareForUpdate: keepSpecAndLabels, validateUpdate: validateDeploymentStatus },
  scale: {
    replicas: object => object.spec?.replicas ?? 0,
    withReplicas: (object, replicas) =>
      object.spec === undefined ? object : { ...object, spec: { ...object.spec, replicas } },
    statusReplicas: object => object.status?.replicas ?? 0,
    selector: object => selectorText(object.spec?.selector) ?? '',
  },
  columns: deploymentColumns,
  cells: (object, nowMs) => {
    const status = object.status ?? {};
    return [
      object.metadata.name,
      `${status.readyReplicas ?? 0}/${object.spec?.replicas ?? 0}`,
      status.updatedReplicas ?? 0,
      status.availableReplicas ?? 0,
      ageOf(object, nowMs),
      ...containerCells(object.spec?.template.spec?.containers),
      selectorText(object.spec?.selector) ?? '<invalid>',
    ];
  },
});
