/** What the installation of prometheus-adapter creates. @upstream prometheus-community/helm-charts charts/prometheus-adapter */
import type { KubeObject } from '../api/object.js';

const rbacVersion = 'rbac.authorization.k8s.io/v1';
const rbacGroup = 'rbac.authorization.k8s.io';
const namespace = 'monitoring';
const name = 'prometheus-adapter';
const labels = { 'app.kubernetes.io/name': name };
const account = { kind: 'ServiceAccount', name, namespace };

/** Its namespace, its account and its roles; the autoscaler's controller may read what it serves. */
export const gpuMetricsManifests: readonly KubeObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, labels } },
  role(`${name}-resource-reader`, [
    {
      apiGroups: [''],
      resources: ['namespaces', 'nodes', 'pods', 'services', 'configmaps'],
      verbs: ['get', 'list', 'watch'],
    },
  ]),
  role(`${name}-server-resources`, [
    { apiGroups: ['custom.metrics.k8s.io'], resources: ['*'], verbs: ['*'] },
  ]),
  binding(`${name}-resource-reader`, `${name}-resource-reader`, account),
  binding(`${name}:system:auth-delegator`, 'system:auth-delegator', account),
  binding(`${name}-hpa-controller`, `${name}-server-resources`, {
    kind: 'ServiceAccount',
    name: 'horizontal-pod-autoscaler',
    namespace: 'kube-system',
  }),
];

function role(roleName: string, rules: readonly object[]): KubeObject {
  return {
    apiVersion: rbacVersion,
    kind: 'ClusterRole',
    metadata: { name: roleName, labels },
    rules,
  } as KubeObject;
}

function binding(
  bindingName: string,
  to: string,
  subject: { readonly kind: string; readonly name: string; readonly namespace: string },
): KubeObject {
  return {
    apiVersion: rbacVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name: bindingName, labels },
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: to },
    subjects: [subject],
  } as KubeObject;
}
