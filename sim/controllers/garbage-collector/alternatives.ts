/**
 * What follows for a node when an object of that uid was looked for and not found: the dependents may
 * not agree on which object they mean.
 * @upstream pkg/controller/garbagecollector/graph_builder.go partitionDependents, getAlternateOwnerIdentity
 */
import { compareText } from '../../api/go-text.js';
import {
  identityOfOwner,
  isReferenceTo,
  isSameIdentity,
  type GraphNode,
  type Identity,
} from './node.js';

/** What an absence means. */
export interface Absence {
  /** Whether the node itself goes. */
  readonly isGone: boolean;
  /** The dependents that meant this very object. */
  readonly matching: readonly GraphNode[];
  /** Another identity to look for. */
  readonly replacement?: Identity;
}

/** Judges the absence of an object. */
export function absence(node: GraphNode, absent: Identity): Absence {
  const dependents = [...node.dependents];
  const matching = dependents.filter(one => hasMatch(one, absent));
  if (!node.isVirtual) {
    return { isGone: isSameIdentity(node.identity, absent), matching };
  }
  const others = dependents.filter(one => hasMismatch(one, absent));
  if (others.length === 0) return { isGone: true, matching };
  if (!isSameIdentity(node.identity, absent)) return { isGone: false, matching };
  const replacement = alternative(others, absent);
  return { isGone: false, matching, ...(replacement && { replacement }) };
}

function isElsewhere({ identity }: GraphNode, absent: Identity): boolean {
  return absent.namespace !== '' && absent.namespace !== identity.namespace;
}

function hasMatch(node: GraphNode, absent: Identity): boolean {
  return !isElsewhere(node, absent) && node.owners.some(owner => isReferenceTo(owner, absent));
}

function hasMismatch(node: GraphNode, absent: Identity): boolean {
  if (isElsewhere(node, absent)) return true;
  return node.owners.some(owner => owner.uid === absent.uid && !isReferenceTo(owner, absent));
}

/** The identity after the absent one, in the order of identities, that a dependent gives to the owner. */
function alternative(dependents: readonly GraphNode[], absent: Identity): Identity | undefined {
  const isClusterScoped = absent.namespace === '';
  const found: Identity[] = [];
  for (const { owners, identity } of dependents) {
    for (const owner of owners) {
      if (owner.uid !== absent.uid) continue;
      const isSamePlace = isClusterScoped || absent.namespace === identity.namespace;
      if (isReferenceTo(owner, absent) && isSamePlace) continue;
      const isSameKind = owner.apiVersion === absent.apiVersion && owner.kind === absent.kind;
      const namespace = isClusterScoped && isSameKind ? '' : identity.namespace;
      const other = identityOfOwner(owner, namespace);
      if (!isSameIdentity(other, absent)) found.push(other);
    }
  }
  found.sort(compareIdentities);
  return found.find(one => compareIdentities(absent, one) < 0) ?? found[0];
}

function compareIdentities(a: Identity, b: Identity): number {
  return (
    compareText(a.kind, b.kind) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.namespace, b.namespace) ||
    compareText(a.name, b.name) ||
    compareText(a.uid, b.uid)
  );
}
