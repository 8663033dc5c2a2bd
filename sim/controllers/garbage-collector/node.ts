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
  readonly dependents: Set<GraphNode>;
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
