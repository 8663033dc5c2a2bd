/** What kind installs for storage: the provisioner's account and roles, and the default class. @upstream kubernetes-sigs/kind pkg/build/nodeimage/const_storage.go */
import type { KubeObject } from '../../api/object.js';

/** The provisioner's name in classes and annotations. */
export const localPathProvisioner = 'rancher.io/local-path';
/** Where the provisioner lives. */
export const localPathNamespace = 'local-path-storage';
/** Its account. */
export const localPathAccount = 'local-path-provisioner-service-account';
/** The directory of the nodes below which the volumes are. */
export const localPathDirectory = '/var/local-path-provisioner';

const rbacGroup = 'rbac.authorization.k8s.io';
const rbacVersion = `${rbacGroup}/v1`;
const role = 'local-path-provisioner-role';

/** The objects, in the order in which they are created. */
export const localPathManifests: readonly KubeObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: localPathNamespace } },
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: localPathAccount, namespace: localPathNamespace },
  },
  {
    apiVersion: rbacVersion,
    kind: 'ClusterRole',
    metadata: { name: role },
    rules: [
      {
        apiGroups: [''],
        resources: ['nodes', 'persistentvolumeclaims', 'configmaps', 'pods', 'pods/log'],
        verbs: ['get', 'list', 'watch'],
      },
      {
        apiGroups: [''],
        resources: ['persistentvolumes'],
        verbs: ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete'],
      },
      { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
      {
        apiGroups: ['storage.k8s.io'],
        resources: ['storageclasses'],
        verbs: ['get', 'list', 'watch'],
      },
    ],
  } as KubeObject,
  {
    apiVersion: rbacVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'local-path-provisioner-bind' },
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', name: localPathAccount, namespace: localPathNamespace }],
  } as KubeObject,
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: 'standard',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: localPathProvisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
    reclaimPolicy: 'Delete',
  } as KubeObject,
];
