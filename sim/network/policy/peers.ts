/** Who a rule is about, made ready to be asked for every connection. */
import type { NetworkPolicyPeer } from '../../api/kinds/networking.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import { selectorOf, type Labels } from '../../api/selectors.js';
import { rangeOf } from './address.js';
import type { TieredPeer, TieredSubject } from './kinds.js';
import type { Party } from './party.js';

/** Whether the other end is one that a rule is about. */
export type PeerTest = (peer: Party) => boolean;

/** The labels of a namespace, by its name. */
export type NamespaceLabels = (namespace: string) => Labels;

/** The peers of a rule of a NetworkPolicy: any of them; without one, everybody, also from outside. */
export function peersOf(
  peers: readonly NetworkPolicyPeer[] | undefined,
  own: { readonly namespace: string; readonly labelsOf: NamespaceLabels },
): PeerTest | undefined {
  if (peers === undefined || peers.length === 0) return undefined;
  return anyOf(peers.map(peer => peerOf(peer, own)));
}

function peerOf(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  own: { readonly namespace: string; readonly labelsOf: NamespaceLabels },
): PeerTest {
  if (ipBlock !== undefined) {
    const range = rangeOf(ipBlock.cidr);
    const holes = (ipBlock.except ?? []).map(rangeOf);
    return ({ address }) => range(address) && !holes.some(hole => hole(address));
  }
  if (namespaceSelector !== undefined) {
    return podsOf({ namespaceSelector, podSelector: podSelector ?? {} }, own.labelsOf);
  }
  if (podSelector === undefined) return () => false;
  const selector = selectorOf(podSelector);
  return ({ pod }) =>
    pod !== undefined && pod.namespace === own.namespace && selector.matches(pod.labels);
}

/** The peers of a rule of a policy with tiers. */
export function tieredPeersOf(
  peers: readonly TieredPeer[] | undefined,
  labelsOf: NamespaceLabels,
): PeerTest {
  return anyOf((peers ?? []).map(peer => tieredPeerOf(peer, labelsOf)));
}

/** Names of domains match nobody here: the simulated name server keeps no record of its answers. */
function tieredPeerOf(peer: TieredPeer, labelsOf: NamespaceLabels): PeerTest {
  const { networks, nodes } = peer;
  if (networks !== undefined) {
    const ranges = networks.map(rangeOf);
    return ({ address }) => ranges.some(range => range(address));
  }
  if (nodes !== undefined) {
    const selector = selectorOf(nodes);
    return ({ node }) => node !== undefined && selector.matches(node.metadata.labels ?? {});
  }
  return subjectOf(peer, labelsOf);
}

/** The pods that a policy with tiers is about. */
export function subjectOf(
  { namespaces, pods }: TieredSubject,
  labelsOf: NamespaceLabels,
): PeerTest {
  if (namespaces !== undefined) {
    return podsOf({ namespaceSelector: namespaces, podSelector: {} }, labelsOf);
  }
  return pods === undefined ? () => false : podsOf(pods, labelsOf);
}

function podsOf(
  selectors: { readonly namespaceSelector: LabelSelector; readonly podSelector: LabelSelector },
  labelsOf: NamespaceLabels,
): PeerTest {
  const namespaces = selectorOf(selectors.namespaceSelector);
  const pods = selectorOf(selectors.podSelector);
  return ({ pod }) =>
    pod !== undefined &&
    pods.matches(pod.labels) &&
    (namespaces.isEmpty || namespaces.matches(labelsOf(pod.namespace)));
}

function anyOf(tests: readonly PeerTest[]): PeerTest {
  const [only] = tests;
  if (tests.length === 1 && only !== undefined) return only;
  return peer => tests.some(test => test(peer));
}
