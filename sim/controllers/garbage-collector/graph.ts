/**
 * The graph of owners and dependents, kept by watching all kinds.
 * @upstream pkg/controller/garbagecollector/graph_builder.go
 */
import { deepEqual } from '../../api/equality.js';
import { goQuote } from '../../api/go-text.js';
import type { OwnerReference } from '../../api/kinds/meta.js';
import { hasFinalizer, isDeleting } from '../../api/meta.js';
import { apiVersionOf, type HasMetadata, type Kind } from '../../api/object.js';
import type { Change } from '../../client/contract.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import { AbsentOwners } from './absent-owners.js';
import { absence } from './alternatives.js';
import {
  addDependent,
  identityOfOwner,
  identityText,
  isReferenceTo,
  isSameIdentity,
  noDependents,
  removeDependent,
  type GraphNode,
  type Identity,
} from './node.js';

/** What waits for its dependents to be deleted has it. */
export const foregroundFinalizer = 'foregroundDeletion';
/** What waits for its dependents to be set free has it. */
export const orphanFinalizer = 'orphan';

type WatchedKind = Pick<Kind, 'group' | 'version' | 'kind'>;

/** What the graph asks to be looked at. */
export interface GraphSink {
  attemptToDelete(uid: string, isAfterFailure?: boolean): void;
  attemptToOrphan(uid: string): void;
}

/** Owners and dependents by uid. */
export class Graph {
  readonly absentOwners = new AbsentOwners();
  private readonly nodes = new Map<string, GraphNode>();

  constructor(
    private readonly sink: GraphSink,
    private readonly events: EventRecorder,
  ) {}

  get(uid: string): GraphNode | undefined {
    return this.nodes.get(uid);
  }

  /** Takes in a change of an object of the kind. */
  take(kind: WatchedKind, { type, object, old }: Change<HasMetadata>): void {
    const uid = object.metadata.uid ?? '';
    const node = this.nodes.get(uid);
    if (type === 'deleted') {
      if (node !== undefined) this.drop(node, identityOf(kind, object));
      return;
    }
    if (old !== undefined && isKnown(node) && isUninteresting(object, old)) return;
    if (node === undefined) return this.insert(kind, object, old);
    if (node.isVirtual) this.observe(node, identityOf(kind, object));
    this.update(node, object);
    this.follow(node, object, old);
  }

  /** Whether nothing is done about an update. */
  isNoNews(object: HasMetadata, old: HasMetadata): boolean {
    const { uid = '' } = object.metadata;
    if (uid !== old.metadata.uid || !isUninteresting(object, old)) return false;
    return isKnown(this.nodes.get(uid));
  }

  /** Takes in that an object does not exist, as a look at the API server has shown. */
  takeAbsence(identity: Identity): void {
    const node = this.nodes.get(identity.uid);
    if (node === undefined) return;
    const result = absence(node, identity);
    if (result.matching.length > 0 && !result.isGone) {
      this.absentOwners.add(identity);
      for (const dependent of result.matching) this.delete(dependent);
    }
    if (result.isGone) return this.drop(node, identity);
    if (result.replacement === undefined) return;
    node.identity = result.replacement;
    this.sink.attemptToDelete(node.identity.uid, true);
  }

  private delete(node: GraphNode): void {
    this.sink.attemptToDelete(node.identity.uid);
  }

  private insert(kind: WatchedKind, object: HasMetadata, old: HasMetadata | undefined): void {
    const isBeingDeleted = isDeleting(object);
    const node: GraphNode = {
      identity: identityOf(kind, object),
      isVirtual: false,
      isBeingDeleted,
      isDeletingDependents: isBeingDeleted && hasFinalizer(object, foregroundFinalizer),
      owners: object.metadata.ownerReferences ?? [],
      dependents: noDependents,
    };
    this.nodes.set(node.identity.uid, node);
    this.addToOwners(node, node.owners);
    this.follow(node, object, old);
  }

  /** A node that was only referred to has been seen; those that spoke of another object are looked at. */
  private observe(node: GraphNode, identity: Identity): void {
    node.isVirtual = false;
    if (isSameIdentity(identity, node.identity)) return;
    for (const dependent of node.dependents) {
      const isElsewhere =
        identity.namespace !== '' && dependent.identity.namespace !== identity.namespace;
      const isOther = dependent.owners.some(owner => {
        return owner.uid === identity.uid && !isReferenceTo(owner, identity);
      });
      if (!isElsewhere && !isOther) continue;
      if (isElsewhere) this.reportOtherNamespace(dependent, identity.uid);
      this.delete(dependent);
    }
    node.identity = identity;
  }

  private update(node: GraphNode, object: HasMetadata): void {
    const owners = object.metadata.ownerReferences ?? [];
    if (owners !== node.owners && !deepEqual(owners, node.owners)) {
      const before = node.owners;
      node.owners = owners;
      const find = (list: readonly OwnerReference[], uid: string) =>
        list.find(owner => owner.uid === uid);
      this.wakeUnblocked(before, owners);
      this.addToOwners(
        node,
        owners.filter(owner => find(before, owner.uid) === undefined),
      );
      for (const owner of before) {
        if (find(owners, owner.uid) === undefined) {
          removeDependent(this.nodes.get(owner.uid), node);
        }
      }
    }
    if (isDeleting(object)) node.isBeingDeleted = true;
  }

  /** Owners that a dependent no longer blocks may go on with their deletion. */
  private wakeUnblocked(before: readonly OwnerReference[], after: readonly OwnerReference[]): void {
    for (const old of before) {
      if (old.blockOwnerDeletion !== true) continue;
      const now = after.find(owner => owner.uid === old.uid);
      const owner = now?.blockOwnerDeletion === true ? undefined : this.nodes.get(old.uid);
      if (owner !== undefined) this.delete(owner);
    }
  }

  private addToOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    let isSuspicious = false;
    for (const owner of owners) {
      const known = this.nodes.get(owner.uid);
      const ownerNode = known ?? this.virtualNode(identityOfOwner(owner, node.identity.namespace));
      addDependent(ownerNode, node);
      if (known === undefined) this.delete(ownerNode);
      else if (!isSuspicious) isSuspicious = this.isSuspicious(node, owner, known);
    }
    if (isSuspicious) this.delete(node);
  }

  private virtualNode(identity: Identity): GraphNode {
    const node: GraphNode = {
      identity,
      isVirtual: true,
      isBeingDeleted: false,
      isDeletingDependents: false,
      owners: [],
      dependents: noDependents,
    };
    this.nodes.set(identity.uid, node);
    return node;
  }

  /** Whether the reference may not mean the object that has this uid. */
  private isSuspicious(node: GraphNode, owner: OwnerReference, ownerNode: GraphNode): boolean {
    const { namespace } = ownerNode.identity;
    const isElsewhere = namespace !== node.identity.namespace;
    if (namespace !== '' && isElsewhere) {
      if (!ownerNode.isVirtual) this.reportOtherNamespace(node, owner.uid);
      return true;
    }
    if (!isReferenceTo(owner, ownerNode.identity)) return true;
    return namespace === '' && isElsewhere && ownerNode.isVirtual;
  }

  private reportOtherNamespace(node: GraphNode, ownerUid: string): void {
    const owner = node.owners.find(({ uid }) => uid === ownerUid);
    if (owner === undefined) return;
    const { apiVersion, kind, namespace, name, uid } = node.identity;
    const regarding = { apiVersion, kind, metadata: { namespace, name, uid } };
    const text = identityText(identityOfOwner(owner, namespace));
    const message = `ownerRef ${text} does not exist in namespace ${goQuote(namespace)}`;
    const reason = 'OwnerRefInvalidNamespace';
    this.events.record({ regarding, type: 'Warning', reason, message });
  }

  /** Begins what a deletion with finalizers asks for. */
  private follow(node: GraphNode, object: HasMetadata, old: HasMetadata | undefined): void {
    if (startsWith(orphanFinalizer, object, old)) {
      return this.sink.attemptToOrphan(node.identity.uid);
    }
    if (!startsWith(foregroundFinalizer, object, old)) return;
    node.isDeletingDependents = true;
    for (const dependent of node.dependents) this.delete(dependent);
    this.delete(node);
  }

  /** Takes a node out; its dependents and waiting owners are looked at. */
  private drop(node: GraphNode, identity: Identity): void {
    this.nodes.delete(node.identity.uid);
    for (const owner of node.owners) removeDependent(this.nodes.get(owner.uid), node);
    if (node.dependents.size > 0) this.absentOwners.add(identity);
    for (const dependent of node.dependents) this.delete(dependent);
    for (const owner of node.owners) {
      const ownerNode = this.nodes.get(owner.uid);
      if (ownerNode?.isDeletingDependents === true) this.delete(ownerNode);
    }
  }
}

function identityOf(kind: WatchedKind, { metadata }: HasMetadata): Identity {
  const { namespace = '', name = '', uid = '' } = metadata;
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, namespace, name, uid };
}

function isKnown(node: GraphNode | undefined): node is GraphNode {
  return node?.isVirtual === false;
}

/** Most changes of most objects: neither the owners change nor is it being deleted. */
function isUninteresting(object: HasMetadata, old: HasMetadata): boolean {
  const { metadata } = object;
  return (
    metadata.deletionTimestamp === undefined &&
    (metadata.ownerReferences === old.metadata.ownerReferences ||
      deepEqual(metadata.ownerReferences, old.metadata.ownerReferences))
  );
}

function startsWith(finalizer: string, object: HasMetadata, old: HasMetadata | undefined): boolean {
  if (!isDeleting(object) || !hasFinalizer(object, finalizer)) return false;
  return old === undefined || !isDeleting(old) || !hasFinalizer(old, finalizer);
}
