/** The controllers of kube-controller-manager. */
import type { FeatureGates } from '../api/feature-gates.js';
import type { ClusterAuthority } from '../api/root-ca.js';
import type { ControllerDefinition } from '../client/contract.js';
import { certificateControllers } from './certificates/index.js';
import { clusterRoleAggregationController } from './clusterrole-aggregation.js';
import {
  controllerAccountNames,
  controllerAccounts,
  controllerAccountsOf,
} from './controller-accounts.js';
import { cronJobController } from './cron-job.js';
import { daemonSetController } from './daemon-set.js';
import { deploymentController } from './deployment.js';
import { deviceTaintEvictionController } from './device-taint-eviction.js';
import { endpointSliceController } from './endpoint-slice.js';
import { endpointSliceMirroringController } from './endpoint-slice-mirroring.js';
import { disruptionController } from './disruption.js';
import { endpointsController } from './endpoints.js';
import { ephemeralVolumeController } from './ephemeral-volume.js';
import { garbageCollectorController } from './garbage-collector.js';
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler.js';
import { jobController, jobControllerOf } from './job.js';
import { namespaceController } from './namespace.js';
import { nodeLifecycleController } from './node-lifecycle.js';
import { nodeTtlController } from './node-ttl.js';
import { persistentVolumeBinder } from './persistent-volume-binder.js';
import { podGarbageCollectorController } from './pod-gc.js';
import { podGroupProtectionController } from './pod-group-protection.js';
import { pvProtectionController } from './pv-protection.js';
import { pvcProtectionController } from './pvc-protection.js';
import { replicaSetController } from './replica-set.js';
import { replicationController } from './replication-controller.js';
import { resourceClaimController } from './resource-claim.js';
import { resourceQuotaController } from './resource-quota.js';
import { rootCaPublisherController, rootCaPublisherControllerWith } from './root-ca-publisher.js';
import { serviceAccountController } from './service-account.js';
import {
  serviceAccountTokenController,
  serviceAccountTokenControllerWith,
} from './service-account-token.js';
import { serviceCIDRController } from './service-cidr.js';
import { statefulSetController } from './stateful-set.js';
import { taintEvictionController } from './taint-eviction.js';
import { ttlAfterFinishedController } from './ttl-after-finished.js';
import { vacProtectionController } from './vac-protection.js';
import { volumeExpandController } from './volume-expand.js';
import { validatingAdmissionPolicyStatusController } from './validating-admission-policy-status.js';

/** All controllers, in the order in which they start. */
export const controllers: readonly ControllerDefinition[] = [
  controllerAccounts,
  deploymentController,
  replicaSetController,
  replicationController,
  jobController,
  statefulSetController,
  daemonSetController,
  cronJobController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  horizontalPodAutoscalerController,
  clusterRoleAggregationController,
  namespaceController,
  nodeLifecycleController,
  nodeTtlController,
  podGarbageCollectorController,
  persistentVolumeBinder,
  ephemeralVolumeController,
  volumeExpandController,
  pvcProtectionController,
  pvProtectionController,
  vacProtectionController,
  resourceClaimController,
  rootCaPublisherController,
  serviceAccountTokenController,
  serviceAccountController,
  taintEvictionController,
  deviceTaintEvictionController,
  ttlAfterFinishedController,
  disruptionController,
  garbageCollectorController,
  resourceQuotaController,
  validatingAdmissionPolicyStatusController,
  serviceCIDRController,
];

/** What kube-controller-manager is started with. */
export interface ControllerManagerOptions {
  readonly gates?: FeatureGates;
  /**
   * --cluster-signing-cert-file and its key, and --root-ca-file. Absent: a certificate stands in whose key is
   * gone, and the controllers of certificates do not run.
   */
  readonly authority?: ClusterAuthority;
}

/** The controllers with those that a feature gate or an authority of certificates adds, and their accounts. */
export function controllersWith({
  gates = {},
  authority,
}: ControllerManagerOptions): readonly ControllerDefinition[] {
  const gated = controllersBehind(gates);
  if (authority === undefined) return gated;
  const replaced = new Map([
    [rootCaPublisherController, rootCaPublisherControllerWith(authority.certificate)],
    [serviceAccountTokenController, serviceAccountTokenControllerWith(authority.certificate)],
  ]);
  const own = gated.map(controller => replaced.get(controller) ?? controller);
  return [...own, ...certificateControllers(authority)];
}

function controllersBehind(gates: FeatureGates): readonly ControllerDefinition[] {
  if (gates['GenericWorkload'] !== true) return controllers;
  const { name } = podGroupProtectionController;
  const accounts = controllerAccountsOf([...controllerAccountNames, name]);
  const makesGroups = gates['WorkloadWithJob'] === true;
  const others = controllers
    .filter(each => each !== controllerAccounts)
    .map(each => (each === jobController ? jobControllerOf({ makesGroups }) : each));
  return [accounts, ...others, podGroupProtectionController];
}
