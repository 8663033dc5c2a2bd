/** The strategies of all built-in kinds: one line a kind. */
import { apiService } from './api-services.js';
import { certificateSigningRequest } from './certificate-signing-requests.js';
import { clusterRoleBinding } from './cluster-role-bindings.js';
import { clusterRole } from './cluster-roles.js';
import { componentStatus } from './component-statuses.js';
import { configMap } from './config-maps.js';
import { controllerRevision } from './controller-revisions.js';
import { cronJob } from './cron-jobs.js';
import { csiDriver } from './csi-drivers.js';
import { csiNode } from './csi-nodes.js';
import { csiStorageCapacity } from './csi-storage-capacities.js';
import { customResourceDefinition } from './custom-resource-definitions.js';
import { daemonSet } from './daemon-sets.js';
import { deployment } from './deployments.js';
import { deviceClass } from './device-classes.js';
import { endpointSlice } from './endpoint-slices.js';
import { endpoints } from './endpoints.js';
import { eventV1 } from './events-v1.js';
import { event } from './events.js';
import { flowSchema } from './flow-schemas.js';
import { horizontalPodAutoscalerV1 } from './horizontal-pod-autoscalers-v1.js';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscalers.js';
import { ingressClass } from './ingress-classes.js';
import { ingress } from './ingresses.js';
import { ipAddress } from './ip-addresses.js';
import { job } from './jobs.js';
import { lease } from './leases.js';
import { limitRange } from './limit-ranges.js';
import { mutatingAdmissionPolicy } from './mutating-admission-policies.js';
import { mutatingAdmissionPolicyBinding } from './mutating-admission-policy-bindings.js';
import { mutatingWebhookConfiguration } from './mutating-webhook-configurations.js';
import { namespace } from './namespaces.js';
import { networkPolicy } from './network-policies.js';
import { node } from './nodes.js';
import { persistentVolumeClaim } from './persistent-volume-claims.js';
import { persistentVolume } from './persistent-volumes.js';
import { podDisruptionBudget } from './pod-disruption-budgets.js';
import { podGroup } from './pod-groups.js';
import { podTemplate } from './pod-templates.js';
import { pod } from './pods.js';
import { priorityClass } from './priority-classes.js';
import { priorityLevelConfiguration } from './priority-level-configurations.js';
import { replicaSet } from './replica-sets.js';
import { replicationController } from './replication-controllers.js';
import { resourceClaimTemplate } from './resource-claim-templates.js';
import { resourceClaim } from './resource-claims.js';
import { resourceQuota } from './resource-quotas.js';
import { resourceSlice } from './resource-slices.js';
import { roleBinding } from './role-bindings.js';
import { role } from './roles.js';
import { runtimeClass } from './runtime-classes.js';
import { secret } from './secrets.js';
import { serviceAccount } from './service-accounts.js';
import { serviceCIDR } from './service-cidrs.js';
import { service } from './services.js';
import { statefulSet } from './stateful-sets.js';
import { storageClass } from './storage-classes.js';
import { validatingAdmissionPolicy } from './validating-admission-policies.js';
import { validatingAdmissionPolicyBinding } from './validating-admission-policy-bindings.js';
import { validatingWebhookConfiguration } from './validating-webhook-configurations.js';
import { volumeAttachment } from './volume-attachments.js';
import { volumeAttributesClass } from './volume-attributes-classes.js';
import { workload } from './workloads.js';
import { withGatedFields } from './gated-fields.js';
import type { Strategy } from './strategy.js';
import { withSharedChecks } from './validation/all-kinds.js';

/** Every built-in kind that is stored, and the other versions in which they are served. */
export const strategies: readonly Strategy[] = [
  apiService,
  certificateSigningRequest,
  clusterRoleBinding,
  clusterRole,
  componentStatus,
  configMap,
  controllerRevision,
  cronJob,
  csiDriver,
  csiNode,
  csiStorageCapacity,
  customResourceDefinition,
  daemonSet,
  deployment,
  deviceClass,
  endpointSlice,
  endpoints,
  eventV1,
  event,
  flowSchema,
  horizontalPodAutoscalerV1,
  horizontalPodAutoscaler,
  ingressClass,
  ingress,
  ipAddress,
  job,
  lease,
  limitRange,
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
  mutatingWebhookConfiguration,
  namespace,
  networkPolicy,
  node,
  persistentVolumeClaim,
  persistentVolume,
  podDisruptionBudget,
  podGroup,
  podTemplate,
  pod,
  priorityClass,
  priorityLevelConfiguration,
  replicaSet,
  replicationController,
  resourceClaimTemplate,
  resourceClaim,
  resourceQuota,
  resourceSlice,
  roleBinding,
  role,
  runtimeClass,
  secret,
  serviceAccount,
  serviceCIDR,
  service,
  statefulSet,
  storageClass,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  validatingWebhookConfiguration,
  volumeAttachment,
  volumeAttributesClass,
  workload,
]
  .map(withGatedFields)
  .map(withSharedChecks);
