/** Where the kinds that scenarios tell of are listed. */

/** The path of a kind's list, before and after the namespace. */
export interface KindPath {
  readonly prefix: string;
  readonly resource: string;
  readonly isCluster?: boolean;
}

const core = '/api/v1';
const apps = '/apis/apps/v1';
const batch = '/apis/batch/v1';

/** By kind. */
export const kindPaths: Readonly<Record<string, KindPath>> = {
  Pod: { prefix: core, resource: 'pods' },
  Service: { prefix: core, resource: 'services' },
  Endpoints: { prefix: core, resource: 'endpoints' },
  ConfigMap: { prefix: core, resource: 'configmaps' },
  Secret: { prefix: core, resource: 'secrets' },
  ServiceAccount: { prefix: core, resource: 'serviceaccounts' },
  ResourceQuota: { prefix: core, resource: 'resourcequotas' },
  PersistentVolumeClaim: { prefix: core, resource: 'persistentvolumeclaims' },
  ReplicationController: { prefix: core, resource: 'replicationcontrollers' },
  Node: { prefix: core, resource: 'nodes', isCluster: true },
  Namespace: { prefix: core, resource: 'namespaces', isCluster: true },
  Deployment: { prefix: apps, resource: 'deployments' },
  ReplicaSet: { prefix: apps, resource: 'replicasets' },
  StatefulSet: { prefix: apps, resource: 'statefulsets' },
  DaemonSet: { prefix: apps, resource: 'daemonsets' },
  ControllerRevision: { prefix: apps, resource: 'controllerrevisions' },
  Job: { prefix: batch, resource: 'jobs' },
  CronJob: { prefix: batch, resource: 'cronjobs' },
  PodDisruptionBudget: { prefix: '/apis/policy/v1', resource: 'poddisruptionbudgets' },
  EndpointSlice: { prefix: '/apis/discovery.k8s.io/v1', resource: 'endpointslices' },
  ResourceClaim: { prefix: '/apis/resource.k8s.io/v1', resource: 'resourceclaims' },
  ClusterRole: {
    prefix: '/apis/rbac.authorization.k8s.io/v1',
    resource: 'clusterroles',
    isCluster: true,
  },
};
