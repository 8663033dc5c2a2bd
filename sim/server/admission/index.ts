/**
 * The admission plug-ins that are on, in the order in which they run.
 * @upstream pkg/kubeapiserver/options/plugins.go
 */
import {
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
} from './certificates.js';
import { defaultIngressClass } from './default-ingress-class.js';
import { defaultStorageClass } from './default-storage-class.js';
import { defaultTolerationSeconds } from './default-toleration-seconds.js';
import { jobValidation } from './job-validation.js';
import { limitRanger } from './limit-ranger.js';
import { mutatingAdmissionPolicy } from './mutating-admission-policy.js';
import { mutatingAdmissionWebhook } from './mutating-admission-webhook.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';
import { nodeDeclaredFeatureValidator } from './node-declared-feature-validator.js';
import { nodeRestriction } from './node-restriction.js';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.js';
import type { AdmissionPlugin } from './plugin.js';
import { podGroupProtection } from './pod-group-protection.js';
import { podGroupWorkloadExists } from './pod-group-workload-exists.js';
import { podResizeValidator } from './pod-resize-validator.js';
import { podSecurity } from './pod-security.js';
import { podTopologyLabels } from './pod-topology-labels.js';
import { priority } from './priority.js';
import { rbacEscalation } from './rbac-escalation.js';
import { resourceQuota } from './resource-quota.js';
import { runtimeClass } from './runtime-class.js';
import { serviceAccount } from './service-account.js';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.js';
import { taintNodesByCondition } from './taint-nodes-by-condition.js';
import { validatingAdmissionPolicy } from './validating-admission-policy.js';
import { validatingAdmissionWebhook } from './validating-admission-webhook.js';

/** All plug-ins: those before the strategy mutate and guard, those after it validate. */
export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  podGroupProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  podTopologyLabels,
  podGroupWorkloadExists,
  nodeDeclaredFeatureValidator,
  jobValidation,
  podResizeValidator,
  mutatingAdmissionPolicy,
  mutatingAdmissionWebhook,
  rbacEscalation,
  validatingAdmissionPolicy,
  validatingAdmissionWebhook,
  resourceQuota,
];
