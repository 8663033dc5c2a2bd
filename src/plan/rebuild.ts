/** Rebuilds a cluster from its objects: nodes to boot, and what to create before anything new comes. */
import type { Container, Node, Pod, PodSpec } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import { quantity } from '../../sim/api/quantity.js';
import type { NodeShape } from '../../sim/simulation.js';
import type { Workload } from '../../sim/workloads/workload.js';
import { unschedulableTaint } from './edits.js';

/** Kinds that decide with, and that are created again as they are: in this order. */
const kept: readonly string[] = [
  'Namespace',
  'PriorityClass',
  'StorageClass',
  'CSIDriver',
  'DeviceClass',
  'ResourceSlice',
  'ResourceClaim',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ServiceAccount',
  'LimitRange',
  'ResourceQuota',
  'PodDisruptionBudget',
];

/** What a kubelet keeps from pods for itself: the shape's capacity has it on top. */
const memoryKept = '100Mi';
const storageShare = 0.9;

/** Taints that the cluster gives and takes itself. */
const isPassing = (key: string): boolean => key.startsWith('node.kubernetes.io/');

/** Whether the node takes pods at all. */
export function isReady(node: Node): boolean {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready === undefined || ready.status === 'True';
}

/** The node as it is booted: with what pods can have of it. Its labels come later, from `nodePatch`. */
export function shapeOf(node: Node): NodeShape {
  const allocatable = node.status?.allocatable ?? {};
  const { memory, 'ephemeral-storage': storage } = allocatable;
  return {
    name: node.metadata.name ?? '',
    labels: {},
    taints: (node.spec?.taints ?? []).filter(({ key }) => !isPassing(key)),
    capacity: {
      ...allocatable,
      ...(memory !== undefined && {
        memory: quantity(memory).add(quantity(memoryKept)).toString(),
      }),
      ...(storage !== undefined && {
        'ephemeral-storage': String(Math.ceil(quantity(storage).value() / storageShare)),
      }),
    },
    devices: [],
    isControlPlane: false,
  };
}

/** What is set on the node once it has registered: all labels, and the cordon. */
export function nodePatch({ metadata, spec }: Node): object {
  const isCordoned =
    spec?.unschedulable === true || spec?.taints?.some(({ key }) => key === unschedulableTaint);
  return {
    metadata: { labels: metadata.labels ?? {} },
    ...(isCordoned === true && { spec: { unschedulable: true } }),
  };
}

/** A node that is not ready, as an object: nobody runs it. */
export function deadNode({ metadata, spec, status }: Node): KubeObject {
  const { name = '', labels = {} } = metadata;
  const taints = [
    ...(spec?.taints ?? []).filter(({ key }) => !isPassing(key)),
    { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
  ];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { taints },
    status: { allocatable: status?.allocatable, capacity: status?.allocatable },
  };
}

/** The objects that stand around the pods, without what the old cluster noted on them. */
export function surroundings(objects: readonly KubeObject[]): KubeObject[] {
  return objects
    .filter(({ kind = '' }) => kept.includes(kind))
    .map(({ status: _status, ...object }) => ({ ...object, metadata: renewed(object) }))
    .sort((a, b) => kept.indexOf(a.kind ?? '') - kept.indexOf(b.kind ?? ''));
}

function renewed({ metadata }: Pick<KubeObject, 'metadata'>): KubeObject['metadata'] {
  const { name, namespace, labels, annotations } = metadata;
  return {
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    ...(labels !== undefined && { labels }),
    ...(annotations !== undefined && { annotations }),
  };
}

/** Whether the pod holds or wants a place: it has neither ended nor is it leaving. */
export function isStanding({ metadata, status }: Pod): boolean {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return !hasEnded && metadata.deletionTimestamp === undefined;
}

/** The pod with all that decisions depend on, and nothing that could keep it from running. */
export function standingPod({ metadata, spec }: Pod, claims: ReadonlySet<string>): KubeObject {
  const { namespace = 'default', name = '', labels = {} } = metadata;
  const old: PodSpec = spec ?? { containers: [] };
  const volumes = (old.volumes ?? []).filter(({ persistentVolumeClaim: claim }) =>
    claims.has(`${namespace}/${claim?.claimName ?? ''}`),
  );
  const priorityClassName = priorityClassOf(old);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels },
    spec: {
      ...pick(old, keptFields),
      ...(priorityClassName !== undefined && { priorityClassName }),
      automountServiceAccountToken: false,
      containers: old.containers.map(bare),
      ...(old.initContainers !== undefined && { initContainers: old.initContainers.map(bare) }),
      ...(volumes.length > 0 && { volumes }),
    },
  };
}

const keptFields: readonly (keyof PodSpec)[] = [
  'nodeName',
  'nodeSelector',
  'affinity',
  'tolerations',
  'topologySpreadConstraints',
  'schedulerName',
  'schedulingGates',
  'preemptionPolicy',
  'hostNetwork',
  'restartPolicy',
  'resources',
];

function pick<T extends object>(object: T, fields: readonly (keyof T)[]): Partial<T> {
  const entries = fields
    .filter(field => object[field] !== undefined)
    .map(field => [field, object[field]]);
  return Object.fromEntries(entries) as Partial<T>;
}

function bare({ name, image = 'unknown', resources, ports, restartPolicy }: Container): Container {
  return {
    name,
    image,
    ...(resources !== undefined && { resources }),
    ...(ports !== undefined && { ports }),
    ...(restartPolicy !== undefined && { restartPolicy }),
  };
}

/** The class that gives the pod its priority: its own, or one that is made for the number. */
function priorityClassOf({ priorityClassName = '', priority = 0 }: PodSpec): string | undefined {
  if (priorityClassName !== '') return priorityClassName;
  return priority === 0
    ? undefined
    : `seatrial-priority-${String(priority).replace('-', 'minus-')}`;
}

/** The classes that the pods name and that the objects do not hold. */
export function missingPriorityClasses(
  standing: readonly Pod[],
  objects: readonly KubeObject[],
): KubeObject[] {
  const known = new Set(
    objects.filter(({ kind }) => kind === 'PriorityClass').map(({ metadata }) => metadata.name),
  );
  const made = new Map<string, KubeObject>();
  for (const { spec } of standing) {
    const name = spec === undefined ? undefined : priorityClassOf(spec);
    if (name === undefined || name.startsWith('system-') || known.has(name)) continue;
    made.set(name, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value: spec?.priority ?? 0,
      preemptionPolicy: spec?.preemptionPolicy ?? 'PreemptLowerPriority',
    });
  }
  return [...made.values()];
}

/**
 * Whether the pod belongs to a workload that the manifests bring anew: it then makes room for its
 * successor. A rolling update's steps in between are not played.
 */
export function isReplaced({ metadata }: Pod, manifests: readonly KubeObject[]): boolean {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  const hash = metadata.labels?.['pod-template-hash'] ?? '';
  return manifests.some(manifest => {
    const { name = '', namespace = 'default' } = manifest.metadata;
    if (namespace !== (metadata.namespace ?? 'default')) return false;
    if (owner === undefined) return manifest.kind === 'Pod' && name === metadata.name;
    if (owner.kind === manifest.kind) return owner.name === name;
    return manifest.kind === 'Deployment' && owner.name === `${name}-${hash}`;
  });
}

/** What all containers do: a place is asked for as long as the work lasts, so none ends but the first steps. */
export const stays: Workload = {
  name: 'stays',
  start(context) {
    const { pod, container, clock } = context;
    const isInit = pod.spec?.initContainers?.some(({ name }) => name === container.name) === true;
    if (isInit && container.restartPolicy !== 'Always') {
      clock.after(0, 'workload stays', () => context.exit(0));
    }
    return { terminate: () => context.exit(0) };
  },
};
