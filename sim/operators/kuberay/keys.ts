/** The names that KubeRay gives, and looks for. @upstream kuberay v1.7.0 controllers/ray/utils/constant.go */

/** Labels and annotations. */
export const keys = {
  originName: 'ray.io/originated-from-cr-name',
  originKind: 'ray.io/originated-from-crd',
  cluster: 'ray.io/cluster',
  nodeType: 'ray.io/node-type',
  group: 'ray.io/group',
  isNode: 'ray.io/is-ray-node',
  identifier: 'ray.io/identifier',
  serve: 'ray.io/serve',
  headless: 'ray.io/headless-worker-svc',
  recreateHash: 'ray.io/upgrade-strategy-recreate-hash',
  version: 'ray.io/kuberay-version',
  disablesHeadRestart: 'ray.io/disable-provisioned-head-restart',
  replicaName: 'ray.io/worker-group-replica-name',
  replicaIndex: 'ray.io/worker-group-replica-index',
  hostIndex: 'ray.io/replica-host-index',
  faultTolerant: 'ray.io/ft-enabled',
  storageNamespace: 'ray.io/external-storage-namespace',
  deletionTimeout: 'ray.io/gcs-ft-deletion-timeout',
  overwritesCommand: 'ray.io/overwrite-container-cmd',
  servesDirectly: 'ray.io/enable-serve-service',
  appName: 'app.kubernetes.io/name',
  createdBy: 'app.kubernetes.io/created-by',
} as const;

/** The finalizer of clusters whose state is kept in Redis. */
export const redisFinalizer = 'ray.io/gcs-ft-redis-cleanup-finalizer';
/** The group of the head. */
export const headGroup = 'headgroup';
/** The version that pods are told. */
export const kuberayVersion = 'v1.7.0';
/** What `managedBy` may say for the operator to act. */
export const ownManager = 'ray.io/kuberay-operator';

/** The ports of a head. */
export const ports = {
  client: 10_001,
  gcs: 6379,
  dashboard: 8265,
  metrics: 8080,
  agent: 52_365,
  serve: 8000,
} as const;

/** What bash is started with. */
export const bash: readonly string[] = ['/bin/bash', '-c', '--'];
