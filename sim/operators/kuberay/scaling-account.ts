/** What lets a head scale its own cluster. @upstream kuberay v1.7.0 controllers/ray/common/rbac.go */
import type { ServiceAccount } from '../../api/kinds/core.js';
import type { Role, RoleBinding } from '../../api/kinds/rbac.js';
import { ownerReference } from '../../api/meta.js';
import { keys } from './keys.js';
import { checkedName, headAccount } from './names.js';
import { rayClusters, type RayCluster } from './types.js';

function metadataOf(cluster: RayCluster, name: string) {
  return {
    name: checkedName(name),
    namespace: cluster.metadata.namespace ?? '',
    labels: {
      [keys.cluster]: cluster.metadata.name ?? '',
      [keys.appName]: 'kuberay',
      [keys.createdBy]: 'kuberay-operator',
    },
    ownerReferences: [ownerReference(cluster, rayClusters)],
  };
}

/** The account. */
export function scalingAccount(cluster: RayCluster): ServiceAccount {
  return { metadata: metadataOf(cluster, headAccount(cluster)) };
}

/** What it may do. */
export function scalingRole(cluster: RayCluster): Role {
  return {
    metadata: metadataOf(cluster, cluster.metadata.name ?? ''),
    rules: [
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'patch'] },
      { apiGroups: [''], resources: ['pods/resize'], verbs: ['patch'] },
      { apiGroups: ['ray.io'], resources: ['rayclusters'], verbs: ['get', 'patch'] },
    ],
  };
}

/** That the account may do it. */
export function scalingBinding(cluster: RayCluster): RoleBinding {
  const { name = '', namespace = '' } = cluster.metadata;
  const account = checkedName(headAccount(cluster));
  return {
    metadata: metadataOf(cluster, name),
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: checkedName(name) },
  };
}
