/**
 * An object as the garbage collector knows it: who it is, whom it belongs to, what belongs to it.
 * @upstream pkg/controller/garbagecollector/graph.go
 */
import type { OwnerReference } from '../../api/kinds/meta.js';

/** Which object is meant. The namespace is '' for what has none. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** An object in the graph. One that is virtual is only known from references to it. */
export interface GraphNode {
  identity: Identity;
  isVirtual: boolean;
  isBeingDeleted: boolean;
  /** Whether it waits for its dependents to go first. */
  isDeletingDependents: boolean;
  owners: readonly OwnerReference[];
  /** Most objects have none. */
  dependents: ReadonlySet<GraphNode>;
}

/** The dependents of what has none. */
export const noDependents: ReadonlySet<GraphNode> = new Set();

/** Notes that the one belongs to the other. */
export function addDependent(owner: GraphNode, dependent: GraphNode): void {
  if (owner.dependents === noDependents) owner.dependents = new Set([dependent]);
  else (owner.dependents as Set<GraphNode>).add(dependent);
}

/** Notes that it no longer does. */
export function removeDependent(owner: GraphNode | undefined, dependent: GraphNode): void {
  if (owner === undefined || owner.dependents === noDependents) return;
  (owner.dependents as Set<GraphNode>).delete(dependent);
}

/** The identity that a reference gives to the owner, seen from a dependent's namespace. */
export function identityOfOwner(
  { apiVersion, kind, name, uid }: OwnerReference,
  namespace: string,
): Identity {
  return { apiVersion, kind, namespace, name, uid };
}

/** Whether the reference names this object; the namespace is not part of a reference. */
export function isReferenceTo(reference: OwnerReference, identity: Identity): boolean {
  return (
    reference.uid === identity.uid &&
    reference.name === identity.name &&
    reference.kind === identity.kind &&
    reference.apiVersion === identity.apiVersion
  );
}

/** Whether two identities are the same in every part. */
export function isSameIdentity(one: Identity, other: Identity): boolean {
  return identityText(one) === identityText(other);
}

/** `[v1/ConfigMap, namespace: ns, name: n, uid: u]`. */
export function identityText({ apiVersion, kind, namespace, name, uid }: Identity): string {
  return `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
}

/** The dependents that keep an owner in foreground deletion from going. */
export function blockingDependents(node: GraphNode): readonly GraphNode[] {
  return [...node.dependents].filter(dependent =>
    dependent.owners.some(({ uid, blockOwnerDeletion }) => {
      return uid === node.identity.uid && blockOwnerDeletion === true;
    }),
  );
}
