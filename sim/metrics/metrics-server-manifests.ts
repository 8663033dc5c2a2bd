/** What metrics-server's installation creates. @upstream kubernetes-sigs/metrics-server manifests/base/rbac.yaml */
import type { KubeObject } from '../api/object.js';

const rbacVersion = 'rbac.authorization.k8s.io/v1';
const rbacGroup = 'rbac.authorization.k8s.io';
const labels = { 'k8s-app': 'metrics-server' };
const account = { kind: 'ServiceAccount', name: 'metrics-server', namespace: 'kube-system' };

/** Its account and its roles. */
export const metricsServerManifests: readonly KubeObject[] = [
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: account.name, namespace: account.namespace, labels },
  },
  role(
    'system:aggregated-metrics-reader',
    [
      {
        apiGroups: ['metrics.k8s.io'],
        resources: ['pods', 'nodes'],
        verbs: ['get', 'list', 'watch'],
      },
    ],
    ['view', 'edit', 'admin'],
  ),
  role('system:metrics-server', [
    { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
    { apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
  ]),
  binding('metrics-server:system:auth-delegator', 'system:auth-delegator'),
  binding('system:metrics-server', 'system:metrics-server'),
];

function role(name: string, rules: readonly object[], into: readonly string[] = []): KubeObject {
  const aggregated = into.map(
    to => [`rbac.authorization.k8s.io/aggregate-to-${to}`, 'true'] as const,
  );
  return {
    apiVersion: rbacVersion,
    kind: 'ClusterRole',
    metadata: { name, labels: { ...labels, ...Object.fromEntries(aggregated) } },
    rules,
  } as KubeObject;
}

function binding(name: string, to: string): KubeObject {
  return {
    apiVersion: rbacVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels },
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: to },
    subjects: [account],
  } as KubeObject;
}
