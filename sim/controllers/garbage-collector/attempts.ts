/**
 * Decides what becomes of an object whose owners may be gone.
 * @upstream pkg/controller/garbagecollector/garbagecollector.go attemptToDeleteItem
 */
import type { OwnerReference } from '../../api/kinds/meta.js';
import { hasFinalizer, isDeleting } from '../../api/meta.js';
import type { KubeObject } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { foregroundFinalizer, orphanFinalizer, type Graph } from './graph.js';
import { blockingDependents, identityOfOwner, type GraphNode } from './node.js';
import type { Attempt, Operations } from './operations.js';
import { planted } from '../../engine/planted.js';

/** Looks at one object of the graph and does what its owners' fate asks for. */
export class Attempts {
  constructor(
    private readonly graph: Graph,
    private readonly operations: Operations,
    private readonly wake: (uid: string) => void,
  ) {}

  /** Deletes the object if all its owners are gone. */
  *delete(node: GraphNode): Reconciliation<Attempt> {
    const { identity } = node;
    if (node.isBeingDeleted && !node.isDeletingDependents) return 'done';
    // What was seen to have no owner needs no look: only that it exists could come of it.
    if (!node.isVirtual && !node.isDeletingDependents && node.owners.length === 0) return 'done';
    const latest = yield* this.operations.read(identity);
    if (latest === 'absent') return this.absent(node);
    if (latest === 'invalid' || !('metadata' in latest)) return latest;
    if (latest.metadata.uid !== identity.uid) return this.absent(node);
    if (node.isDeletingDependents) return yield* this.finishForeground(node);
    const references = latest.metadata.ownerReferences ?? [];
    if (references.length === 0) return this.settled(node);
    const owners = yield* this.classify(node, references);
    if (typeof owners === 'string' || !('solid' in owners)) return owners;
    const attempt = yield* this.act(node, latest, owners);
    if (attempt === 'absent') return this.absent(node);
    return attempt === 'done' ? this.settled(node) : attempt;
  }

  /** Sets the dependents free, then lets the owner go. */
  *orphan(owner: GraphNode): Reconciliation<Attempt> {
    for (const { identity } of Array.from(owner.dependents)) {
      const attempt = yield* this.operations.dropOwners(identity, [owner.identity.uid]);
      if (typeof attempt === 'object') return attempt;
    }
    return yield* this.operations.removeFinalizer(owner.identity, orphanFinalizer);
  }

  private absent({ identity }: GraphNode): Attempt {
    this.graph.takeAbsence(identity);
    return 'done';
  }

  /** One that exists but was not seen by a watch yet is looked at again. */
  private settled(node: GraphNode): Attempt {
    return node.isVirtual ? { retry: 'the object was not observed yet' } : 'done';
  }

  /** Lets the owner go when no dependent blocks it; else sees to those that do. */
  private *finishForeground(node: GraphNode): Reconciliation<Attempt> {
    const blocking = planted('gc-ignores-block-owner') ? [] : blockingDependents(node);
    if (blocking.length === 0) {
      return yield* this.operations.removeFinalizer(node.identity, foregroundFinalizer);
    }
    for (const dependent of blocking) {
      if (!dependent.isDeletingDependents) this.wake(dependent.identity.uid);
    }
    return 'done';
  }

  private *classify(
    node: GraphNode,
    references: readonly OwnerReference[],
  ): Reconciliation<Owners | Attempt> {
    const solid: OwnerReference[] = [];
    const gone: OwnerReference[] = [];
    const waiting: OwnerReference[] = [];
    for (const reference of references) {
      const owner = yield* this.ownerOf(node, reference);
      if (owner === 'absent') gone.push(reference);
      else if (owner === 'done' || owner === 'invalid' || !('metadata' in owner)) return owner;
      else if (isDeleting(owner) && hasFinalizer(owner, foregroundFinalizer)) {
        waiting.push(reference);
      } else solid.push(reference);
    }
    return { solid, gone, waiting };
  }

  private *ownerOf(
    { identity }: GraphNode,
    reference: OwnerReference,
  ): Reconciliation<KubeObject | Attempt> {
    const { absentOwners } = this.graph;
    const inCluster = identityOfOwner(reference, '');
    const inNamespace = identityOfOwner(reference, identity.namespace);
    if (absentOwners.has(inCluster) || absentOwners.has(inNamespace)) return 'absent';
    const resource = yield* this.operations.resourceOf(inNamespace);
    if ('error' in resource) return { retry: resource.error };
    const wanted = resource.isNamespaced ? inNamespace : inCluster;
    const owner = yield* this.operations.read(wanted);
    const isOther =
      typeof owner === 'object' && 'metadata' in owner && owner.metadata.uid !== reference.uid;
    if (owner !== 'absent' && !isOther) return owner;
    absentOwners.add(wanted);
    return 'absent';
  }

  private *act(node: GraphNode, latest: KubeObject, owners: Owners): Reconciliation<Attempt> {
    const { solid, gone, waiting } = owners;
    const { identity } = node;
    if (solid.length > 0) {
      const uids = [...gone, ...waiting].map(({ uid }) => uid);
      return uids.length === 0 ? 'done' : yield* this.operations.dropOwners(identity, uids);
    }
    if (waiting.length > 0 && node.dependents.size > 0) {
      const isCircular = [...node.dependents].some(one => one.isDeletingDependents);
      if (isCircular) {
        const attempt = yield* this.operations.unblockOwners(identity, node.owners);
        if (attempt !== 'done') return attempt;
      }
      return yield* this.operations.delete(identity, latest, 'Foreground');
    }
    if (hasFinalizer(latest, orphanFinalizer)) {
      return yield* this.operations.delete(identity, latest, 'Orphan');
    }
    const isForeground = hasFinalizer(latest, foregroundFinalizer);
    const policy = isForeground ? 'Foreground' : 'Background';
    return yield* this.operations.delete(identity, latest, policy);
  }
}

interface Owners {
  readonly solid: readonly OwnerReference[];
  readonly gone: readonly OwnerReference[];
  readonly waiting: readonly OwnerReference[];
}
