/** What a revision's conditions take over from its Deployment and its autoscaler. @upstream knative/serving v1.22.1 pkg/apis/serving/v1/revision_lifecycle.go, pkg/apis/serving/k8s_lifecycle.go */
import type { Deployment } from '../../api/kinds/apps.js';
import { findCondition } from '../../api/meta.js';
import { ConditionSet } from './condition-set.js';
import type { Draft } from './draft.js';
import type { PodAutoscalerStatus, Revision, RevisionStatus } from './types.js';

const available = 'ResourcesAvailable';

/** A Deployment is ready as long as it progresses and its replica set makes pods. */
export function takeDeployment(conditions: ConditionSet, status: Deployment['status']): void {
  const ready = deploymentReady(status);
  const { reason = '', message = '' } = ready ?? {};
  if (ready?.status === 'True') conditions.setTrue(available);
  else if (ready?.status === 'False') conditions.setFalse(available, reason, message);
  else conditions.setUnknown(available, reason, message);
}

function deploymentReady(status: Deployment['status']) {
  const made = new ConditionSet([], ['Progressing', 'ReplicaSetReady'], 0);
  made.initialize();
  made.setTrue('ReplicaSetReady');
  made.setUnknown('Progressing', 'Deploying');
  const progressing = findCondition(status?.conditions, 'Progressing');
  const failure = findCondition(status?.conditions, 'ReplicaFailure');
  if (progressing !== undefined) {
    const { reason = '', message = '' } = progressing;
    if (progressing.status === 'True') made.setTrue('Progressing');
    else if (progressing.status === 'False') made.setFalse('Progressing', reason, message);
    else made.setUnknown('Progressing', reason, message);
  }
  if (failure !== undefined) {
    const { reason = '', message = '' } = failure;
    if (failure.status === 'True') made.setFalse('ReplicaSetReady', reason, message);
    else if (failure.status === 'False') made.setTrue('ReplicaSetReady');
    else made.setUnknown('ReplicaSetReady', reason, message);
  }
  return made.get('Ready');
}

/** What the autoscaler says of the revision's pods and traffic. */
export function takeAutoscaler(
  draft: Draft<RevisionStatus, Revision>,
  status: PodAutoscalerStatus,
): void {
  const { conditions } = draft;
  const isOut = conditions.is(available, 'False') || conditions.is('ContainerHealthy', 'False');
  const { actualScale = -1, desiredScale = -1, serviceName = '' } = status;
  draft.put({
    actualReplicas: actualScale >= 0 ? actualScale : undefined,
    desiredReplicas: desiredScale >= 0 ? desiredScale : undefined,
  });
  const of = (type: string) => status.conditions?.find(condition => condition.type === type);
  const ready = of('Ready');
  if (ready === undefined) {
    conditions.setUnknown('Active', 'Deploying');
    if (!isOut) conditions.setUnknown(available, 'Deploying');
    return;
  }
  const isInitialized = of('ScaleTargetInitialized')?.status === 'True';
  if (isInitialized && !isOut) {
    // It was all that was wanted once: that pods come and go with the traffic is no harm.
    conditions.setTrue(available);
    conditions.setTrue('ContainerHealthy');
  }
  if (conditions.is(available, 'True') && (serviceName === '' || !isInitialized)) {
    conditions.setUnknown(available, 'Deploying');
  }
  const { reason = '', message = '' } = ready;
  if (ready.status === 'True') conditions.setTrue('Active');
  else if (ready.status === 'Unknown') conditions.setUnknown('Active', reason, message);
  else {
    if (!isInitialized && !isOut && serviceName !== '') {
      const text = 'Initial scale was never achieved';
      conditions.setFalse(available, 'ProgressDeadlineExceeded', text);
    }
    conditions.setFalse('Active', reason, message);
  }
}
