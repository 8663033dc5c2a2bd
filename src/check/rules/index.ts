/** The rules of the static pass, in the order of their ids. */
import { adminBinding } from './admin-binding.js';
import { budgetBlocksDrain } from './budget-blocks-drain.js';
import { dangerousRights } from './dangerous-rights.js';
import { closedService } from './closed-service.js';
import { deniedConnection } from './denied-connection.js';
import { duplicateObject } from './duplicate-object.js';
import { egressWithoutDns } from './egress-without-dns.js';
import { gangTooLarge } from './gang-too-large.js';
import { gpuLimit } from './gpu-limit.js';
import { gpuSharing } from './gpu-sharing.js';
import { gpuToleration } from './gpu-toleration.js';
import { ingressBackend } from './ingress-backend.js';
import { limitRange } from './limit-range.js';
import { meshDeniedConnection } from './mesh-denied-connection.js';
import { meshDestination } from './mesh-destination.js';
import { meshWithoutSidecar } from './mesh-without-sidecar.js';
import { metricSource } from './metric-source.js';
import { missingAccount } from './missing-account.js';
import { missingClaim } from './missing-claim.js';
import { missingClass } from './missing-class.js';
import { missingConfigMap } from './missing-config-map.js';
import { missingKey } from './missing-key.js';
import { missingNamespace } from './missing-namespace.js';
import { missingSecret } from './missing-secret.js';
import { neverFires } from './never-fires.js';
import { neverSchedules } from './never-schedules.js';
import { noDefaultDeny } from './no-default-deny.js';
import { noObject } from './no-object.js';
import { notSimulated } from './not-simulated.js';
import { peerMatchesNothing } from './peer-matches-nothing.js';
import { podSecurity } from './pod-security.js';
import { privilegedPod } from './privileged-pod.js';
import { probePort } from './probe-port.js';
import { queueReference } from './queue-reference.js';
import { quotaExceeded } from './quota-exceeded.js';
import { quotaWithoutRequests } from './quota-without-requests.js';
import { readsSecrets } from './reads-secrets.js';
import { removedApi } from './removed-api.js';
import { repeatedKey } from './repeated-key.js';
import { roleReference } from './role-reference.js';
import { roleWildcard } from './role-wildcard.js';
import { rollOutUnderQuota } from './roll-out-under-quota.js';
import { scaleBounds } from './scale-bounds.js';
import { scaleTarget } from './scale-target.js';
import { scaledTwice } from './scaled-twice.js';
import { scalerAndReplicas } from './scaler-and-replicas.js';
import { scalerWithoutRequests } from './scaler-without-requests.js';
import { selectorMismatch } from './selector-mismatch.js';
import { selectsNoPods } from './selects-no-pods.js';
import { serverRefuses } from './server-refuses.js';
import { serverWarns } from './server-warns.js';
import { serviceSelectsNothing } from './service-selects-nothing.js';
import { servingRuntime } from './serving-runtime.js';
import { sharedClaim } from './shared-claim.js';
import { sidecarOutlivesJob } from './sidecar-outlives-job.js';
import { spreadOverNodes } from './spread-over-nodes.js';
import { statefulSetService } from './stateful-set-service.js';
import { targetPort } from './target-port.js';
import { unreadableFile } from './unreadable-file.js';
import { unreportedSteps } from './unreported-steps.js';
import { webhookService } from './webhook-service.js';
import type { Rule } from '../rule.js';

/** All rules. */
export const rules: readonly Rule[] = [
  unreadableFile,
  noObject,
  notSimulated,
  duplicateObject,
  removedApi,
  serverRefuses,
  serverWarns,
  repeatedKey,
  neverSchedules,
  gpuToleration,
  spreadOverNodes,
  gangTooLarge,
  gpuSharing,
  selectorMismatch,
  serviceSelectsNothing,
  missingConfigMap,
  missingSecret,
  missingKey,
  missingClaim,
  missingAccount,
  missingClass,
  ingressBackend,
  scaleTarget,
  selectsNoPods,
  roleReference,
  targetPort,
  probePort,
  statefulSetService,
  missingNamespace,
  servingRuntime,
  webhookService,
  queueReference,
  unreportedSteps,
  deniedConnection,
  egressWithoutDns,
  noDefaultDeny,
  podSecurity,
  peerMatchesNothing,
  meshDeniedConnection,
  closedService,
  meshDestination,
  meshWithoutSidecar,
  sidecarOutlivesJob,
  quotaWithoutRequests,
  limitRange,
  quotaExceeded,
  gpuLimit,
  rollOutUnderQuota,
  scalerWithoutRequests,
  scaleBounds,
  scalerAndReplicas,
  budgetBlocksDrain,
  scaledTwice,
  metricSource,
  sharedClaim,
  neverFires,
  roleWildcard,
  readsSecrets,
  dangerousRights,
  privilegedPod,
  adminBinding,
];
