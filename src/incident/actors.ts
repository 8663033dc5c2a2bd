/** Who wrote: a person, a controller from outside, or a part that the simulation plays itself. */
import type { Actor } from '../scenario/recorded-write.js';

/** Components of the control plane that act under a name of their own. */
const components = new Set([
  'system:apiserver',
  'system:kube-controller-manager',
  'system:kube-scheduler',
  'system:kube-proxy',
  'system:serviceaccount:kube-system:kube-proxy',
  'system:serviceaccount:kube-system:coredns',
  'system:serviceaccount:kube-system:metrics-server',
]);

/**
 * The service accounts that kube-controller-manager gives its controllers.
 * @upstream plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go
 */
const controllers = new Set([
  'attachdetach-controller',
  'bootstrap-signer',
  'certificate-controller',
  'clusterrole-aggregation-controller',
  'cronjob-controller',
  'daemon-set-controller',
  'deployment-controller',
  'device-taint-eviction-controller',
  'disruption-controller',
  'endpoint-controller',
  'endpointslice-controller',
  'endpointslicemirroring-controller',
  'ephemeral-volume-controller',
  'expand-controller',
  'generic-garbage-collector',
  'horizontal-pod-autoscaler',
  'job-controller',
  'legacy-service-account-token-cleaner',
  'namespace-controller',
  'node-controller',
  'persistent-volume-binder',
  'pod-garbage-collector',
  'pv-protection-controller',
  'pvc-protection-controller',
  'replicaset-controller',
  'replication-controller',
  'resource-claim-controller',
  'resourcequota-controller',
  'root-ca-cert-publisher',
  'route-controller',
  'selinux-warning-controller',
  'service-account-controller',
  'service-cidrs-controller',
  'service-controller',
  'statefulset-controller',
  'storageversionmigrator-controller',
  'taint-eviction-controller',
  'token-cleaner',
  'ttl-after-finished-controller',
  'ttl-controller',
  'validatingadmissionpolicy-status-controller',
  'volumeattributesclass-protection-controller',
]);

const controllerPrefix = 'system:serviceaccount:kube-system:';

/** Whose write it was. Service accounts that are not Kubernetes's own come from outside. */
export function actorOf(user: string): Actor {
  if (components.has(user) || user.startsWith('system:node:')) return 'ours';
  if (user.startsWith('system:bootstrap:')) return 'ours';
  if (user.startsWith(controllerPrefix)) {
    return controllers.has(user.slice(controllerPrefix.length)) ? 'ours' : 'outside';
  }
  if (user.startsWith('system:serviceaccount:')) return 'outside';
  return 'person';
}

/** `horizontal-pod-autoscaler` of its user; the user itself where it is no service account. */
export function shortName(user: string): string {
  return user.startsWith('system:') ? (user.split(':').at(-1) ?? user) : user;
}
