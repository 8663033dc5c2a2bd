/** Why other pods keep a pod off a node, and which edits would lift it: affinity to pods, and spreading. */
import { namespaces, nodes, type Node, type Pod } from '../../sim/api/kinds/core.js';
import { hardSpread } from '../../sim/scheduler/explain.js';
import { PodInfo, termMatches, type AffinityTerm } from '../../sim/scheduler/pod-info.js';
import { termText, type Case, type Edit } from './edits.js';
import { podKey, type World } from './world.js';

/** What is known of a refusal. */
interface Cause {
  readonly detail?: string;
  readonly ways: readonly (readonly Edit[])[];
}

/** So many pods that are in the way are named, and may have to go. */
const namedMax = 3;

interface Neighbour {
  readonly pod: PodInfo;
  readonly node: Node;
}

/** InterPodAffinity's refusal. */
export function podAffinityCause({ world, pod }: Case, node: Node): Cause {
  const info = new PodInfo(pod);
  const others = neighbours(world, pod);
  const near = (term: AffinityTerm) =>
    others.filter(each => isSameDomain(each.node, node, term.topologyKey));
  const details: string[] = [];
  const edits: Edit[] = [];
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
  podAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, index) => {
    const compiled = info.terms.requiredAffinity[index];
    if (compiled === undefined) return;
    if (near(compiled).some(other => termMatches(compiled, other.pod, undefined))) return;
    details.push(`no ${termText(term)} are near`);
    edits.push({ kind: 'prefer', what: 'podAffinity', term });
  });
  podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, index) => {
    const compiled = info.terms.requiredAntiAffinity[index];
    if (compiled === undefined) return;
    const bad = near(compiled).filter(other => termMatches(compiled, other.pod, undefined));
    if (bad.length === 0) return;
    details.push(`it keeps off ${namesText(bad)}`);
    edits.push({ kind: 'prefer', what: 'podAntiAffinity', term });
  });
  const labels = world.get(namespaces, '', info.namespace)?.metadata.labels;
  const hostile = others.filter(other =>
    other.pod.terms.requiredAntiAffinity.some(
      term => isSameDomain(other.node, node, term.topologyKey) && termMatches(term, info, labels),
    ),
  );
  if (hostile.length > 0) details.push(`${namesText(hostile)} keep it off`);
  const removals = hostile.map(({ pod: { key } }): Edit => ({ kind: 'remove-pod', pod: key }));
  const all = [...edits, ...removals];
  const isSmall = all.length > 0 && removals.length <= namedMax;
  return { detail: details.join('; '), ways: isSmall ? [all] : [] };
}

function neighbours(world: World, pod: Pod): readonly Neighbour[] {
  return world.pods.flatMap(other => {
    const hasEnded = other.status?.phase === 'Succeeded' || other.status?.phase === 'Failed';
    const node = world.get(nodes, '', other.spec?.nodeName ?? '');
    if (node === undefined || hasEnded || podKey(other) === podKey(pod)) return [];
    return [{ pod: new PodInfo(other), node }];
  });
}

function isSameDomain(one: Node, other: Node, topologyKey: string): boolean {
  const value = one.metadata.labels?.[topologyKey];
  return value !== undefined && value === other.metadata.labels?.[topologyKey];
}

function namesText(neighbours: readonly Neighbour[]): string {
  const names = neighbours.slice(0, namedMax).map(({ pod }) => pod.key);
  const more = neighbours.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** PodTopologySpread's refusal. */
export function spreadCause({ world, pod }: Case, { metadata }: Node): Cause {
  const own = (pod.spec?.topologySpreadConstraints ?? [])
    .map((constraint, index) => ({ constraint, index }))
    .filter(({ constraint }) => constraint.whenUnsatisfiable === 'DoNotSchedule');
  const details: string[] = [];
  const strict: Edit[] = [];
  const loose: Edit[] = [];
  hardSpread(world, pod).forEach(({ topologyKey, maxSkew, isOwn, byValue, least }, at) => {
    const index = own[at]?.index;
    const value = metadata.labels?.[topologyKey];
    const anyway = (place: number): Edit => ({
      kind: 'schedule-anyway',
      index: place,
      topologyKey,
    });
    if (value === undefined) {
      details.push(`the node has no label ${topologyKey}`);
      if (index === undefined) return;
      strict.push(anyway(index));
      loose.push(anyway(index));
      return;
    }
    const count = (byValue.get(value) ?? 0) + (isOwn ? 1 : 0);
    const skew = count - least;
    if (skew <= maxSkew) return;
    details.push(`${topologyKey}=${value} would have ${count}, ${skew} more than the least`);
    if (index === undefined) return;
    strict.push({ kind: 'max-skew', index, topologyKey, from: maxSkew, to: skew });
    loose.push(anyway(index));
  });
  const isLifted = strict.length === details.length && strict.length > 0;
  return { detail: details.join('; '), ways: isLifted ? [strict, loose] : [] };
}
