/** Who wrote: a person, a controller from outside, or a part that the simulation plays itself. */
import { controllerAccountNames } from '../../sim/controllers/controller-accounts.js';
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
  // kind's provisioner of volumes, which the simulation has as well.
  'system:serviceaccount:local-path-storage:local-path-provisioner-service-account',
]);

/**
 * The service accounts that kube-controller-manager gives its controllers.
 * @upstream plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go
 */
const controllers = new Set([
  ...controllerAccountNames,
  // Of controllers that other flags start.
  'bootstrap-signer',
  'route-controller',
  'selinux-warning-controller',
  'service-controller',
  'storageversionmigrator-controller',
  'taint-eviction-controller',
  'device-taint-eviction-controller',
  'token-cleaner',
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
