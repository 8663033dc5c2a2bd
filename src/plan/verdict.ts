/** Explains a pod: each node with every plug-in that refuses it, and the smallest change that would do. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type { ConfigurationDocument } from '../../sim/scheduler/configuration.js';
import type { Explanation } from '../../sim/scheduler/explain.js';
import { costOf, edited, type Case, type Edit } from './edits.js';
import type { Growth } from './growth.js';
import { lackingDevices } from './lacking.js';
import { explained, pluginsProfile } from './plugins-verdict.js';
import { causeOf, type Cause } from './refusals.js';
import { isOfVolcano, volcanoAnswer, volcanoProfile } from './volcano-verdict.js';
import { podKey, type World } from './world.js';

/** A plug-in's refusal of a node. */
export interface Refusal {
  readonly plugin: string;
  readonly reasons: readonly string[];
  readonly detail?: string;
}

/** What a scheduler says of a node. */
export interface NodeVerdict {
  readonly node: string;
  readonly isFeasible: boolean;
  /** By all plug-ins, in the order in which they would be met. */
  readonly refusals: readonly Refusal[];
  readonly scores?: Readonly<Record<string, number>>;
  readonly total?: number;
  /** Edits with which the pod could run here: tried, and none of them can be left out. */
  readonly change?: readonly Edit[];
}

/** What a scheduler says of a pod. */
export interface PodVerdict {
  readonly pod: string;
  /** Where it runs now, or ran. */
  readonly runsOn?: string;
  /** How it ended, where it has. */
  readonly ended?: 'Succeeded' | 'Failed';
  /** The node that it would get. */
  readonly node?: string;
  readonly message?: string;
  readonly gates: readonly string[];
  /** What would come of its pod group, where it names one. */
  readonly group?: Explanation['group'];
  readonly preemption?: Explanation['preemption'];
  readonly nodes: readonly NodeVerdict[];
  /** What would come of node groups, where they were asked about. */
  readonly growth?: Growth;
  /** The smallest change found that gives it a place. */
  readonly change?: { readonly node: string; readonly edits: readonly Edit[] };
  /** Devices that it asks for and no node has; absent where there are none. */
  readonly lacking?: readonly string[];
}

/** So many nodes are tried with edits, those with the smallest first. */
const triedMax = 24;
/** So many plug-ins can refuse at most: there are no more. */
const peelsMax = 24;

/** Explains the pod to the last plug-in. */
export function verdictOf(
  world: World,
  given: Pod,
  configured: ConfigurationDocument = {},
): PodVerdict {
  const { nodeName, ...spec } = given.spec ?? { containers: [] };
  const pod: Pod = { ...given, spec };
  const document = isOfVolcano(given, configured)
    ? volcanoProfile
    : (pluginsProfile(given, configured) ?? configured);
  const first = firstOf(world, given, document);
  const start: Case = { world, pod };
  const peeled = peel(start, first, document);
  const gateEdits = (pod.spec?.schedulingGates ?? []).map(({ name }): Edit => ({
    kind: 'scheduling-gate',
    name,
  }));
  const changes =
    first.node === undefined ? changesFor(start, peeled, document) : new Map<string, Edit[]>();
  const [smallest] = [...changes].sort(([, a], [, b]) => costOf(a) - costOf(b));
  const change =
    first.node !== undefined && gateEdits.length > 0
      ? { node: first.node, edits: gateEdits }
      : smallest && { node: smallest[0], edits: [...gateEdits, ...smallest[1]] };
  const lacking = first.node === undefined ? lackingDevices(world, pod) : [];
  return {
    pod: podKey(pod),
    ...(nodeName !== undefined && nodeName !== '' && { runsOn: nodeName }),
    ...(given.status?.phase === 'Succeeded' && { ended: 'Succeeded' }),
    ...(given.status?.phase === 'Failed' && { ended: 'Failed' }),
    ...(first.node !== undefined && { node: first.node }),
    ...(first.message !== undefined && { message: first.message }),
    gates: first.gates,
    ...(first.group !== undefined && { group: first.group }),
    ...(first.preemption !== undefined && { preemption: first.preemption }),
    nodes: first.nodes.map(({ node, isFeasible, scores, total }) => ({
      node,
      isFeasible,
      refusals: (peeled.get(node) ?? []).map(({ plugin, reasons, cause: { detail = '' } }) => ({
        plugin,
        reasons,
        ...(detail !== '' && { detail }),
      })),
      ...(scores !== undefined && { scores }),
      ...(total !== undefined && { total }),
      ...(changes.has(node) && { change: changes.get(node) ?? [] }),
    })),
    ...(change !== undefined && { change }),
    ...(lacking.length > 0 && { lacking }),
  };
}

/** What the scheduler says when it is asked as it is. */
function firstOf(world: World, given: Pod, document: ConfigurationDocument): Explanation {
  const { nodeName = '', ...spec } = given.spec ?? { containers: [] };
  const told = explained(world, { ...given, spec }, document);
  if (document !== volcanoProfile) return told;
  // It weighs nodes otherwise, and by chance: the scores are not its own.
  const nodes = told.nodes.map(({ scores: _scores, total: _total, ...node }) => node);
  const answer = nodeName === '' ? volcanoAnswer(world, given) : undefined;
  if (answer === undefined) return { ...told, nodes };
  return { nodes, gates: told.gates, ...answer };
}

type Peeled = ReadonlyMap<string, readonly (Refusal & { readonly cause: Cause })[]>;

/**
 * A scheduler stops at a node's first refusal. To hear the others too it is asked again without the
 * plug-ins that have spoken, until none refuses; then each of them is asked alone about every node.
 */
function peel(given: Case, first: Explanation, document: ConfigurationDocument): Peeled {
  const speakers = new Set<string>();
  let explanation = first;
  for (let round = 0; round < peelsMax; round++) {
    const before = speakers.size;
    for (const { isFeasible, plugin } of explanation.nodes) {
      if (!isFeasible && plugin !== undefined) speakers.add(plugin);
    }
    if (speakers.size === before) break;
    explanation = explained(given.world, given.pod, without(document, [...speakers]));
  }
  const refusals = new Map<string, (Refusal & { cause: Cause })[]>();
  for (const plugin of speakers) {
    const others = [...speakers].filter(other => other !== plugin);
    const alone = explained(given.world, given.pod, without(document, others));
    for (const { node, isFeasible, reasons, plugin: speaker } of alone.nodes) {
      if (isFeasible || speaker !== plugin) continue;
      const known = refusals.get(node) ?? [];
      known.push({ plugin, reasons, cause: causeOf(plugin, given, node) });
      refusals.set(node, known);
    }
  }
  return refusals;
}

/** The configuration without these plug-ins, and without preemption: only the filters are of interest. */
function without(document: ConfigurationDocument, names: readonly string[]): ConfigurationDocument {
  const silenced = [...names, 'DefaultPreemption'].map(name => ({ name }));
  const profiles = (document.profiles ?? [{}]).map(profile => ({
    ...profile,
    plugins: {
      ...profile.plugins,
      multiPoint: {
        ...profile.plugins?.multiPoint,
        disabled: [...(profile.plugins?.multiPoint?.disabled ?? []), ...silenced],
      },
    },
  }));
  return { ...document, profiles };
}

/** For each node the smallest set of edits that was found to let the pod run there. */
function changesFor(
  given: Case,
  peeled: Peeled,
  document: ConfigurationDocument,
): Map<string, Edit[]> {
  const candidates = [...peeled].flatMap(([node, refusals]) => {
    const chosen = refusals.map(({ cause }) => cheapest(cause));
    const edits = unique(chosen.flatMap(way => way ?? []));
    return chosen.includes(undefined) || edits.length === 0 ? [] : [{ node, edits }];
  });
  candidates.sort((a, b) => costOf(a.edits) - costOf(b.edits));
  const changes = new Map<string, Edit[]>();
  for (const { node, edits } of candidates.slice(0, triedMax)) {
    const does = (some: readonly Edit[]): boolean => {
      const { world, pod } = edited(given, some);
      return explained(world, pod, without(document, [])).nodes.some(
        each => each.node === node && each.isFeasible,
      );
    };
    if (!does(edits)) continue;
    let kept = edits;
    for (const edit of edits) {
      const fewer = kept.filter(other => other !== edit);
      if (fewer.length > 0 && does(fewer)) kept = fewer;
    }
    changes.set(node, kept);
  }
  return changes;
}

function cheapest({ ways }: Cause): readonly Edit[] | undefined {
  return [...ways].sort((a, b) => costOf(a) - costOf(b))[0];
}

function unique(edits: readonly Edit[]): Edit[] {
  return [...new Map(edits.map(edit => [JSON.stringify(edit), edit])).values()];
}
