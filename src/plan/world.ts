/** The objects of a cluster as a scheduler's informers would hold them, to ask it questions about. */
import { schedulerKinds } from './scheduler-kinds.js';
import { nodes, pods, type Node, type Pod } from '../../sim/api/kinds/core.js';
import { apiVersionOf, type HasMetadata, type Kind } from '../../sim/api/object.js';
import type { ObjectReader } from '../../sim/scheduler/framework.js';

/** Objects by kind. It is never changed: what differs makes a new one. */
export class World implements ObjectReader {
  private constructor(private readonly byKind: ReadonlyMap<string, readonly HasMetadata[]>) {}

  /** The world of these objects; of kinds that no scheduler looks at nothing is kept. */
  static of(objects: readonly HasMetadata[]): World {
    const known = new Map(schedulerKinds.map(kind => [`${apiVersionOf(kind)} ${kind.kind}`, kind]));
    const byKind = new Map<string, HasMetadata[]>();
    for (const object of objects) {
      const kind = known.get(`${object.apiVersion ?? ''} ${object.kind ?? ''}`);
      if (kind === undefined) continue;
      const list = byKind.get(keyOf(kind)) ?? [];
      list.push(identified(object));
      byKind.set(keyOf(kind), list);
    }
    return new World(byKind);
  }

  get nodes(): readonly Node[] {
    return this.list(nodes);
  }

  get pods(): readonly Pod[] {
    return this.list(pods);
  }

  get<T extends HasMetadata>(kind: Kind<T>, namespace: string, name: string): T | undefined {
    return this.list(kind).find(
      ({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace,
    );
  }

  list<T extends HasMetadata>(kind: Kind<T>, namespace?: string): readonly T[] {
    // A list holds objects of its kind alone: `of` saw to it.
    const all = (this.byKind.get(keyOf(kind)) ?? []) as unknown as readonly T[];
    return namespace === undefined
      ? all
      : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** The world with this node in the place of the one of its name. */
  withNode(node: Node): World {
    const changed = this.nodes.map(known =>
      known.metadata.name === node.metadata.name ? node : known,
    );
    return new World(new Map(this.byKind).set(keyOf(nodes), changed));
  }

  /** The world without the pod, which is named by `namespace/name`. */
  withoutPod(key: string): World {
    const left = this.pods.filter(pod => podKey(pod) !== key);
    return new World(new Map(this.byKind).set(keyOf(pods), left));
  }
}

function keyOf(kind: Kind<HasMetadata>): string {
  return `${kind.group}/${kind.resource}`;
}

/** Files that were written by hand have no uids, but objects are told apart by them. */
function identified(object: HasMetadata): HasMetadata {
  const { uid, namespace = '', name = '' } = object.metadata;
  if (uid !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, uid: `${namespace}/${name}` } };
}

/** `namespace/name`. */
export function podKey({ metadata }: Pod): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}
