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
  'apiextensions.k8s.io': ['customresourcedefinitions'],
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

/** Groups of Kubernetes itself, and of what stands behind it: of all others the kinds are custom ones. */
const builtIn = new Set([
  ...Object.keys(read),
  'admissionregistration.k8s.io',
  'apiregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'certificates.k8s.io',
  'custom.metrics.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'external.metrics.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'metrics.k8s.io',
  'node.k8s.io',
  'resource.k8s.io',
  'storagemigration.k8s.io',
]);

/** Leases tell the time of the cluster and are no objects of a scenario. */
const beside = new Set(['leases']);

function groupOf({ apiVersion }: ServedKind): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** The kinds that are read, each in the first version that is served: Kubernetes' own, and custom ones. */
export function wantedKinds(served: readonly ServedKind[]): ServedKind[] {
  const seen = new Set<string>();
  return served.filter(kind => {
    const { resource } = kind;
    const group = groupOf(kind);
    const key = `${resource}.${group}`;
    const isOwn = read[group]?.includes(resource) === true && !beside.has(resource);
    const isWanted = isOwn || !builtIn.has(group);
    if (!isWanted || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The ClusterRole, as YAML, with the custom kinds that are `wanted`; for some namespaces only, what is in them goes into a Role each. */
export function roleText(
  namespaces: readonly string[],
  wanted: readonly ServedKind[] = [],
): string {
  const custom = new Map<string, string[]>();
  for (const kind of wanted) {
    const group = groupOf(kind);
    if (builtIn.has(group)) continue;
    custom.set(group, [...(custom.get(group) ?? []), kind.resource].sort());
  }
  const rules = [...Object.entries(read), ...[...custom].sort(([a], [b]) => (a < b ? -1 : 1))].map(
    ([group, resources]) => ({
      apiGroups: [group],
      resources: [...resources],
      verbs: ['list'],
    }),
  );
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
