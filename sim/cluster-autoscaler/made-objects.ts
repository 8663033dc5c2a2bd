/** Nodes, pods and groups as the tests of this folder need them. */
import type { Container, Node, Pod } from '../api/kinds/core.js';
import type { OwnerReference } from '../api/kinds/meta.js';
import type { HasMetadata, Kind } from '../api/object.js';
import type { ObjectReader } from '../scheduler/framework.js';
import type { NodeGroup } from './node-group.js';

/** When the tests play. */
export const testNowMs = Date.UTC(2026, 7, 20, 12);

/** A node that has been ready for hours. */
export function madeNode(
  name: string,
  resources: Readonly<Record<string, string>>,
  more: { readonly labels?: Node['metadata']['labels']; readonly spec?: Node['spec'] } = {},
): Node {
  const list = { pods: '110', ...resources };
  const lastTransitionTime = '2026-08-20T08:00:00Z';
  return {
    metadata: { name, uid: name, labels: { 'kubernetes.io/hostname': name, ...more.labels } },
    ...(more.spec !== undefined && { spec: more.spec }),
    status: {
      capacity: list,
      allocatable: list,
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }],
    },
  };
}

/** A pod of one container, of a replica set unless told otherwise. */
export function madePod(
  name: string,
  requests: Readonly<Record<string, string>>,
  more: {
    readonly metadata?: Pod['metadata'];
    readonly spec?: Partial<NonNullable<Pod['spec']>>;
  } = {},
): Pod {
  const container: Container = { name: 'c', image: 'i', resources: { requests } };
  const metadata = {
    namespace: 'fraud',
    name,
    uid: name,
    ownerReferences: [ownedBy('ReplicaSet')],
  };
  return {
    metadata: { ...metadata, ...more.metadata },
    spec: { containers: [container], ...more.spec },
  };
}

/** An owner called `own`. */
export function ownedBy(kind: string, apiVersion = 'apps/v1'): OwnerReference {
  return { apiVersion, kind, name: 'own', uid: `${kind}-uid`, controller: true };
}

/** A group that is as large as it has nodes. */
export function madeGroup(
  name: string,
  size: { readonly max: number; readonly min?: number; readonly nodes?: readonly string[] },
  template?: Node,
): NodeGroup {
  const { max, min = 0, nodes = [] } = size;
  const group = { name, min, max, nodes, targetSize: nodes.length };
  return template === undefined ? group : { ...group, template };
}

/** Objects by resource, read as from an informer's cache. */
export function readerOf(
  objects: Readonly<Record<string, readonly HasMetadata[]>> = {},
): ObjectReader {
  return {
    get: <T extends HasMetadata>({ resource }: Kind<T>, namespace: string, name: string) =>
      objects[resource]?.find(
        ({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace,
      ) as T | undefined,
    list: <T extends HasMetadata>({ resource }: Kind<T>) =>
      (objects[resource] ?? []) as readonly T[],
  };
}
