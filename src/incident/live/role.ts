/** What an import reads of a live cluster, and the role that allows exactly that. */
import { stringify } from 'yaml';
import type { ServedKind } from '../../backends/rest-mapper.js';

/** By group: what a scenario is made of. Secrets are listed by their names; what is in them is dropped. */
const read: Readonly<Record<string, readonly string[]>> = {
  '': [
    'configmaps',
    'events',
    'limitranges',
    'namespaces',
    'nodes',
    'persistentvolumeclaims',
    'pods',
    'replicationcontrollers',
    'resourcequotas',
    'serviceaccounts',
    'services',
  ],
  apps: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['cronjobs', 'jobs'],
  'coordination.k8s.io': ['leases'],
  'networking.k8s.io': ['ingresses', 'networkpolicies'],
  policy: ['poddisruptionbudgets'],
  'rbac.authorization.k8s.io': ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'],
  'scheduling.k8s.io': ['priorityclasses'],
  'storage.k8s.io': ['storageclasses'],
};

/** Leases tell the time of the cluster and are no objects of a scenario. */
const beside = new Set(['leases']);

/** The kinds that are read, each in the first version that is served. */
export function wantedKinds(served: readonly ServedKind[]): ServedKind[] {
  const seen = new Set<string>();
  return served.filter(({ apiVersion, resource }) => {
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    const key = `${resource}.${group}`;
    const isWanted = read[group]?.includes(resource) === true && !beside.has(resource);
    if (!isWanted || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The ClusterRole, as YAML; for some namespaces only, what is in them goes into a Role each. */
export function roleText(namespaces: readonly string[]): string {
  const rules = Object.entries(read).map(([group, resources]) => ({
    apiGroups: [group],
    resources: [...resources],
    verbs: ['list'],
  }));
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'seatrial-import' },
    rules,
  };
  const note =
    namespaces.length === 0
      ? ''
      : `# Of namespaced kinds only ${namespaces.join(', ')}: a RoleBinding there is enough.\n`;
  return `${note}${stringify(role, { lineWidth: 0 })}`.trimEnd();
}
