/** What a plug-in's refusal of a node comes from, in numbers and names, and which edits would lift it. */
import type { Container, Node, NodeSelectorRequirement, Pod } from '../../sim/api/kinds/core.js';
import { nodes } from '../../sim/api/kinds/core.js';
import { isMet } from '../../sim/api/node-fit.js';
import { milliQuantity, quantityOf } from '../../sim/api/quantity.js';
import { podRequests } from '../../sim/scheduler/pod-requests.js';
import { amountsOf } from '../../sim/scheduler/resource.js';
import { tolerates } from '../../sim/scheduler/tolerations.js';
import { podAffinityCause, spreadCause } from './pod-causes.js';
import { taintText, unschedulableTaint, type Case, type Edit } from './edits.js';

/** What is known of a refusal. */
export interface Cause {
  /** What the reasons do not say: which taint, how much is free. */
  readonly detail?: string;
  /** Sets of edits, each of which would lift it; none where no small edit does. */
  readonly ways: readonly (readonly Edit[])[];
}

type Look = (given: Case, node: Node) => Cause;

const unknown: Cause = { ways: [] };

/** The plug-ins whose refusals small edits can lift. */
const looks: Readonly<Record<string, Look>> = {
  NodeUnschedulable: (_given, { metadata }) => ({
    detail: 'it is cordoned',
    ways: [[{ kind: 'uncordon', node: metadata.name ?? '' }]],
  }),
  TaintToleration: taints,
  NodeAffinity: affinity,
  NodeResourcesFit: resources,
  InterPodAffinity: podAffinityCause,
  PodTopologySpread: spreadCause,
};

/** Looks into the refusal of a node by a plug-in. */
export function causeOf(plugin: string, given: Case, nodeName: string): Cause {
  const node = given.world.get(nodes, '', nodeName);
  const look = looks[plugin];
  return node === undefined || look === undefined ? unknown : look(given, node);
}

function taints({ pod }: Case, node: Node): Cause {
  const tolerations = pod.spec?.tolerations ?? [];
  const bad = (node.spec?.taints ?? []).filter(
    taint =>
      taint.effect !== 'PreferNoSchedule' &&
      !tolerates(tolerations, taint, { comparesNumbers: false }),
  );
  const edits = bad.map((taint): Edit | undefined => {
    if (taint.key === unschedulableTaint) {
      return { kind: 'uncordon', node: node.metadata.name ?? '' };
    }
    // A node that is not well is not made so by putting up with it.
    if (taint.key.startsWith('node.kubernetes.io/')) return undefined;
    const { key, value, effect } = taint;
    return { kind: 'toleration', taint: { key, effect, ...(value !== undefined && { value }) } };
  });
  const known = edits.filter(edit => edit !== undefined);
  return { detail: bad.map(taintText).join(', '), ways: ways(known, edits.length) };
}

/** The labels that the selector wants, and those of each term of the affinity: one term is enough. */
function affinity({ pod }: Case, node: Node): Cause {
  const labels = node.metadata.labels ?? {};
  const selector = Object.entries(pod.spec?.nodeSelector ?? {}).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }));
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms.filter(({ matchFields }) => !matchFields?.length) ?? [
    { matchExpressions: [] },
  ];
  const missing = terms.map(({ matchExpressions = [] }) =>
    [...selector, ...matchExpressions].filter(requirement => !isMet(requirement, labels)),
  );
  const name = node.metadata.name ?? '';
  const found = missing.flatMap(requirements => {
    const edits = requirements.map(requirement => labelFor(requirement, name));
    const known = edits.filter(edit => edit !== undefined);
    return ways(known, edits.length);
  });
  const wanted = missing.map(term => term.map(requirementText).join(' and '));
  return { detail: `it wants ${wanted.join(', or ')}`, ways: found };
}

/** The label that would make it hold; none for what a label must not be. */
function labelFor(
  { key, operator, values = [] }: NodeSelectorRequirement,
  node: string,
): Edit | undefined {
  const [first = ''] = values;
  switch (operator) {
    case 'In':
      return { kind: 'node-label', node, key, value: first };
    case 'Exists':
      return { kind: 'node-label', node, key, value: '' };
    case 'Gt':
      return { kind: 'node-label', node, key, value: String(Number(first) + 1) };
    case 'Lt':
      return { kind: 'node-label', node, key, value: String(Number(first) - 1) };
    default:
      return undefined;
  }
}

function requirementText({ key, operator, values = [] }: NodeSelectorRequirement): string {
  if (operator === 'In' && values.length === 1) return `${key}=${values[0] ?? ''}`;
  return `${key} ${operator}${values.length === 0 ? '' : ` (${values.join(', ')})`}`;
}

function resources(given: Case, node: Node): Cause {
  const { pod, world } = given;
  const allocatable = amountsOf(node.status?.allocatable);
  const others = world.pods.filter(each => isOn(each, node) && !isSame(each, pod));
  const details: string[] = [];
  const edits: (Edit | undefined)[] = [];
  for (const [resource, asked] of podRequests(pod)) {
    const used = others.reduce(
      (sum, each) => sum + (podRequests(each, { usesStatus: true }).get(resource) ?? 0),
      0,
    );
    const all = allocatable.get(resource) ?? 0;
    if (asked === 0 || asked <= all - used) continue;
    const text = (amount: number) => amountText(resource, amount);
    details.push(`asks for ${text(asked)} ${resource}, ${text(all - used)} of ${text(all)} free`);
    edits.push(lowered(pod, resource, asked - (all - used)));
  }
  const podsMax = allocatable.get('pods') ?? 0;
  if (others.length >= podsMax) {
    details.push(`${others.length} of ${podsMax} pods run there`);
    edits.push(undefined);
  }
  const known = edits.filter(edit => edit !== undefined);
  return { detail: details.join('; '), ways: ways(known, edits.length) };
}

/** The one way of making all the edits that are needed, if each could be found. */
function ways(known: readonly Edit[], needed: number): Cause['ways'] {
  return needed > 0 && known.length === needed ? [known] : [];
}

function isOn({ spec, status }: Pod, { metadata }: Node): boolean {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return spec?.nodeName === metadata.name && !hasEnded;
}

function isSame(one: Pod, other: Pod): boolean {
  return one.metadata.uid === other.metadata.uid;
}

/** Takes so much from the container that asks for most; it must keep something. */
function lowered(pod: Pod, resource: string, shortage: number): Edit | undefined {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const asked = (container: Container) =>
    amountsOf(container.resources?.requests).get(resource) ?? 0;
  const [largest] = [...all].sort((a, b) => asked(b) - asked(a));
  if (largest === undefined) return undefined;
  const from = asked(largest);
  const step = resource === 'memory' || resource === 'ephemeral-storage' ? 2 ** 20 : 1;
  const to = Math.floor((from - shortage) / step) * step;
  if (to <= 0) return undefined;
  return {
    kind: 'request',
    container: largest.name,
    resource,
    from: largest.resources?.requests?.[resource] ?? '',
    to: amountText(resource, to),
    share: (from - to) / from,
  };
}

/** An amount as a manifest has it. */
function amountText(resource: string, amount: number): string {
  if (resource === 'cpu') return milliQuantity(amount).toString();
  const isBytes = resource === 'memory' || resource === 'ephemeral-storage';
  return quantityOf(amount, isBytes ? 'BinarySI' : 'DecimalSI').toString();
}
