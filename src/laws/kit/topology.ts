/** What pods demand of the pods around them: spread, affinity, anti-affinity. Judged on a world as it is. */
import type { Node, Pod, TopologySpreadConstraint } from '../../../sim/api/kinds/core.js';
import { keyOf } from '../../../sim/api/meta.js';
import { selectorOf } from '../../../sim/api/selectors.js';
import { PodInfo, termMatches, type AffinityTerm } from '../../../sim/scheduler/pod-info.js';
import { hasUntoleratedTaint } from '../../../sim/scheduler/tolerations.js';
import type { World } from '../world.js';
import { isOnNode } from './placement.js';

/** A pod on its node. */
interface Neighbour {
  readonly pod: PodInfo;
  readonly node: Node;
}

const reading = { comparesNumbers: true };

/** The pods on nodes, but for this one. */
export function neighboursOf(pod: Pod, world: World): readonly Neighbour[] {
  const neighbours: Neighbour[] = [];
  for (const other of world.all('pods')) {
    if (other.metadata.uid === pod.metadata.uid && keyOf(other) === keyOf(pod)) continue;
    if (!isOnNode(other)) continue;
    const node = world.get('nodes', other.spec?.nodeName ?? '');
    if (node !== undefined) neighbours.push({ pod: new PodInfo(other), node });
  }
  return neighbours;
}

/** Which required affinity or anti-affinity does not hold on the node; undefined: all hold. */
export function unmetAffinity(
  pod: PodInfo,
  node: Node,
  neighbours: readonly Neighbour[],
  world: World,
): string | undefined {
  const labelsOf = (namespace: string) => world.get('namespaces', namespace)?.metadata.labels;
  const matches = (term: AffinityTerm, other: PodInfo): boolean =>
    termMatches(term, other, labelsOf(other.namespace));
  const { requiredAffinity, requiredAntiAffinity } = pod.terms;
  if (!isNearWanted(requiredAffinity, { pod, node, neighbours, matches })) {
    return 'its required pod affinity finds no pod in the same domain';
  }
  for (const { pod: other, node: place } of neighbours) {
    for (const term of requiredAntiAffinity) {
      if (isSameDomain(term.topologyKey, node, place) && matches(term, other)) {
        return `its anti-affinity forbids to be with Pod ${other.key} in one ${term.topologyKey}`;
      }
    }
    for (const term of other.terms.requiredAntiAffinity) {
      if (isSameDomain(term.topologyKey, node, place) && matches(term, pod)) {
        return `the anti-affinity of Pod ${other.key} forbids it in one ${term.topologyKey}`;
      }
    }
  }
  return undefined;
}

/** One pod must match all terms; the first of a group that attracts itself may go anywhere. */
function isNearWanted(
  terms: readonly AffinityTerm[],
  {
    pod,
    node,
    neighbours,
    matches,
  }: {
    readonly pod: PodInfo;
    readonly node: Node;
    readonly neighbours: readonly Neighbour[];
    readonly matches: (term: AffinityTerm, other: PodInfo) => boolean;
  },
): boolean {
  if (terms.length === 0) return true;
  if (terms.some(({ topologyKey }) => valueOf(topologyKey, node) === undefined)) return false;
  const wanted = neighbours.filter(one => terms.every(term => matches(term, one.pod)));
  const isMet = terms.every(({ topologyKey }) =>
    wanted.some(({ node: place }) => isSameDomain(topologyKey, node, place)),
  );
  if (isMet) return true;
  const isFirst = !wanted.some(one =>
    terms.some(({ topologyKey }) => valueOf(topologyKey, one.node) !== undefined),
  );
  return isFirst && terms.every(term => matches(term, pod));
}

/** Which hard spread constraint does not hold with the pod on the node; undefined: all hold. */
export function unmetSpread(
  pod: PodInfo,
  node: Node,
  neighbours: readonly Neighbour[],
  world: World,
): string | undefined {
  const hard = hardSpread(pod.pod);
  for (const constraint of hard) {
    const { topologyKey, maxSkew, minDomains = 1 } = constraint;
    const value = valueOf(topologyKey, node);
    if (value === undefined) return `the node has no label ${topologyKey} to spread by`;
    const counts = domainCounts(constraint, pod, hard, world);
    const selector = selectorOf(constraint.labelSelector);
    const isCounted = (other: PodInfo): boolean =>
      other.namespace === pod.namespace &&
      selector.matches(other.labels) &&
      haveSameKeys(constraint, pod, other);
    for (const { pod: other, node: place } of neighbours) {
      const domain = valueOf(topologyKey, place);
      if (domain === undefined || other.isTerminating || !isCounted(other)) continue;
      if (!isEligible(constraint, pod, hard, place)) continue;
      counts.set(domain, (counts.get(domain) ?? 0) + 1);
    }
    const least = counts.size < minDomains ? 0 : Math.min(...counts.values());
    const skew = (counts.get(value) ?? 0) + (isCounted(pod) ? 1 : 0) - least;
    if (skew > maxSkew) {
      return `with it ${topologyKey} ${value} has ${skew} more matching pods than the emptiest, ${maxSkew} are allowed`;
    }
  }
  return undefined;
}

/** The spread constraints that may not be broken. */
export function hardSpread({ spec }: Pod): readonly TopologySpreadConstraint[] {
  const all = spec?.topologySpreadConstraints ?? [];
  return all.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule');
}

function domainCounts(
  constraint: TopologySpreadConstraint,
  pod: PodInfo,
  hard: readonly TopologySpreadConstraint[],
  world: World,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of world.all('nodes')) {
    const domain = valueOf(constraint.topologyKey, node);
    if (domain !== undefined && isEligible(constraint, pod, hard, node)) counts.set(domain, 0);
  }
  return counts;
}

/** Whether a node counts for the constraint: it has all keys and, by its policies, suits the pod. */
function isEligible(
  constraint: TopologySpreadConstraint,
  pod: PodInfo,
  hard: readonly TopologySpreadConstraint[],
  node: Node,
): boolean {
  if (hard.some(({ topologyKey }) => valueOf(topologyKey, node) === undefined)) return false;
  const { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' } = constraint;
  if (nodeAffinityPolicy === 'Honor' && pod.nodeAffinity?.(node) === false) return false;
  return (
    nodeTaintsPolicy !== 'Honor' ||
    !hasUntoleratedTaint(node.spec?.taints, pod.tolerations, reading)
  );
}

function haveSameKeys(
  { matchLabelKeys = [] }: TopologySpreadConstraint,
  pod: PodInfo,
  other: PodInfo,
): boolean {
  return matchLabelKeys.every(
    key => pod.labels[key] === undefined || pod.labels[key] === other.labels[key],
  );
}

function isSameDomain(topologyKey: string, one: Node, other: Node): boolean {
  const value = valueOf(topologyKey, one);
  return value !== undefined && value === valueOf(topologyKey, other);
}

function valueOf(topologyKey: string, { metadata }: Node): string | undefined {
  return metadata.labels?.[topologyKey];
}
