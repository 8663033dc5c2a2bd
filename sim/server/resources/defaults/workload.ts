/** The defaults of what makes pods. @upstream pkg/apis/{apps,batch,core}/v1/defaults.go */
import type {
  DaemonSet,
  DaemonSetSpec,
  Deployment,
  DeploymentSpec,
  ReplicaSet,
  StatefulSet,
  StatefulSetSpec,
} from '../../../api/kinds/apps.js';
import type {
  PersistentVolumeClaim,
  PodTemplateSpec,
  ReplicationController,
} from '../../../api/kinds/core.js';
import { eachItem, fill, fillEmpty, within } from './fill.js';
import { podTemplateDefaults } from './pod-spec.js';
import { claimSpecDefaults } from './volume.js';

const noTemplate: PodTemplateSpec = { metadata: {}, spec: { containers: [] } };

/** The defaults of a Deployment. */
export function deploymentDefaults(deployment: Deployment): Deployment {
  const filled = fill(deployment, {
    spec: { selector: null as never, template: noTemplate },
    status: {},
  });
  return within(filled, 'spec', deploymentSpecDefaults);
}

function deploymentSpecDefaults(spec: DeploymentSpec): DeploymentSpec {
  let result = fill(spec, {
    replicas: 1,
    template: noTemplate,
    strategy: {},
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
  result = within(result, 'strategy', strategy => {
    const typed = fillEmpty(strategy, { type: 'RollingUpdate' });
    if (typed.type !== 'RollingUpdate') return typed;
    return within(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', update =>
      fill(update, { maxUnavailable: '25%', maxSurge: '25%' }),
    );
  });
  return within(result, 'template', podTemplateDefaults);
}

/** The defaults of a ReplicaSet. */
export function replicaSetDefaults(replicaSet: ReplicaSet): ReplicaSet {
  const filled = fill(replicaSet, {
    spec: { selector: null as never, template: noTemplate },
    status: { replicas: 0 },
  });
  const counted = within(filled, 'status', status => fill(status, { replicas: 0 }));
  return within(counted, 'spec', spec =>
    within(fill(spec, { replicas: 1, template: noTemplate }), 'template', podTemplateDefaults),
  );
}

/** The defaults of a ReplicationController: selector and labels come from the template. */
export function replicationControllerDefaults(
  controller: ReplicationController,
): ReplicationController {
  let result = fill(controller, { spec: {}, status: { replicas: 0 } });
  result = within(result, 'status', status => fill(status, { replicas: 0 }));
  result = within(result, 'spec', spec => fill(spec, { replicas: 1 }));
  result = within(result, 'spec', spec => within(spec, 'template', podTemplateDefaults));
  const labels = result.spec?.template?.metadata?.labels;
  if (labels === undefined) return result;
  if (isEmpty(result.spec?.selector)) {
    result = { ...result, spec: { ...result.spec, selector: labels } };
  }
  if (isEmpty(result.metadata.labels)) {
    result = { ...result, metadata: { ...result.metadata, labels } };
  }
  return result;
}

/** Whether a map has no entries. */
export function isEmpty(map: object | null | undefined): boolean {
  for (const _key in map ?? {}) return false;
  return true;
}

const daemonSetStatus = {
  currentNumberScheduled: 0,
  desiredNumberScheduled: 0,
  numberMisscheduled: 0,
  numberReady: 0,
};

/** The defaults of a DaemonSet. */
export function daemonSetDefaults(daemonSet: DaemonSet): DaemonSet {
  const filled = fill(daemonSet, {
    spec: { selector: null as never, template: noTemplate },
    status: daemonSetStatus,
  });
  const counted = within(filled, 'status', status => fill(status, daemonSetStatus));
  return within(counted, 'spec', daemonSetSpecDefaults);
}

function daemonSetSpecDefaults(spec: DaemonSetSpec): DaemonSetSpec {
  let result = fill(spec, { updateStrategy: {}, template: noTemplate, revisionHistoryLimit: 10 });
  result = within(result, 'updateStrategy', strategy => {
    const typed = fillEmpty(strategy, { type: 'RollingUpdate' });
    if (typed.type !== 'RollingUpdate') return typed;
    return within(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', update =>
      fill(update, { maxUnavailable: 1, maxSurge: 0 }),
    );
  });
  return within(result, 'template', podTemplateDefaults);
}

const statefulSetStatus = { replicas: 0, availableReplicas: 0 };

/** The defaults of a StatefulSet. */
export function statefulSetDefaults(statefulSet: StatefulSet): StatefulSet {
  const filled = fill(statefulSet, {
    spec: { selector: null as never, template: noTemplate, serviceName: '' },
    status: statefulSetStatus,
  });
  const counted = within(filled, 'status', status => fill(status, statefulSetStatus));
  return within(counted, 'spec', statefulSetSpecDefaults);
}

function statefulSetSpecDefaults(spec: StatefulSetSpec): StatefulSetSpec {
  let result = fill(spec, {
    replicas: 1,
    revisionHistoryLimit: 10,
    serviceName: '',
    template: noTemplate,
    updateStrategy: {},
    persistentVolumeClaimRetentionPolicy: {},
  });
  if (!result.podManagementPolicy) result = { ...result, podManagementPolicy: 'OrderedReady' };
  result = within(result, 'updateStrategy', strategy => {
    const typed = strategy.type
      ? strategy
      : { ...strategy, type: 'RollingUpdate', rollingUpdate: strategy.rollingUpdate ?? {} };
    if (typed.type !== 'RollingUpdate') return typed;
    return within(typed, 'rollingUpdate', update => fill(update, { partition: 0 }));
  });
  result = within(result, 'persistentVolumeClaimRetentionPolicy', policy =>
    fillEmpty(policy, { whenDeleted: 'Retain', whenScaled: 'Retain' }),
  );
  result = within(result, 'volumeClaimTemplates', list => eachItem(list, claimTemplateDefaults));
  return within(result, 'template', podTemplateDefaults);
}

function claimTemplateDefaults(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  const kind = 'PersistentVolumeClaim';
  const isTyped = claim.kind === kind && claim.apiVersion === 'v1';
  // Whatever else was sent for the two is overwritten.
  return claimDefaults(isTyped ? claim : { ...claim, kind, apiVersion: 'v1' });
}

/** The defaults of a PersistentVolumeClaim. */
export function claimDefaults(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  const filled = fill(claim, { spec: {}, status: {} });
  const phased = within(filled, 'status', status => fillEmpty(status, { phase: 'Pending' }));
  return within(phased, 'spec', claimSpecDefaults);
}
