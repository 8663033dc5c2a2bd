/** The resources that laws look at, with the types of their objects. */
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../sim/api/kinds/apps.js';
import type { HorizontalPodAutoscaler } from '../../sim/api/kinds/autoscaling.js';
import type { Job } from '../../sim/api/kinds/batch.js';
import type {
  Event,
  Namespace,
  Node,
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
} from '../../sim/api/kinds/core.js';
import type { Ingress, NetworkPolicy } from '../../sim/api/kinds/networking.js';
import type { PodDisruptionBudget } from '../../sim/api/kinds/policy.js';
import type {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
} from '../../sim/api/kinds/rbac.js';
import type { ResourceClaim } from '../../sim/api/kinds/resource.js';
import type { Workflow } from '../../sim/operators/argo-workflows/types.js';
import type { HttpRoute } from '../../sim/operators/gateway-api/types.js';
import type { KubeObject } from '../../sim/api/object.js';

/** Resource -> its objects, by the names that histories have. */
export interface Resources {
  readonly pods: Pod;
  readonly nodes: Node;
  readonly namespaces: Namespace;
  readonly services: Service;
  readonly secrets: Secret;
  readonly serviceaccounts: ServiceAccount;
  readonly resourcequotas: ResourceQuota;
  readonly persistentvolumeclaims: PersistentVolumeClaim;
  readonly events: Event;
  readonly 'events.events.k8s.io': KubeObject;
  readonly 'deployments.apps': Deployment;
  readonly 'replicasets.apps': ReplicaSet;
  readonly 'statefulsets.apps': StatefulSet;
  readonly 'daemonsets.apps': DaemonSet;
  readonly 'jobs.batch': Job;
  readonly 'horizontalpodautoscalers.autoscaling': HorizontalPodAutoscaler;
  readonly 'poddisruptionbudgets.policy': PodDisruptionBudget;
  readonly 'resourceclaims.resource.k8s.io': ResourceClaim;
  readonly 'networkpolicies.networking.k8s.io': NetworkPolicy;
  readonly 'peerauthentications.security.istio.io': KubeObject;
  readonly 'authorizationpolicies.security.istio.io': KubeObject;
  readonly 'requestauthentications.security.istio.io': KubeObject;
  readonly 'workflows.argoproj.io': Workflow;
  readonly 'ingresses.networking.k8s.io': Ingress;
  readonly 'httproutes.gateway.networking.k8s.io': HttpRoute;
  readonly 'roles.rbac.authorization.k8s.io': Role;
  readonly 'clusterroles.rbac.authorization.k8s.io': ClusterRole;
  readonly 'rolebindings.rbac.authorization.k8s.io': RoleBinding;
  readonly 'clusterrolebindings.rbac.authorization.k8s.io': ClusterRoleBinding;
}

/** A resource that laws look at. */
export type ResourceName = keyof Resources;
