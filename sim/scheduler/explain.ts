/** Tells for one pod, node by node, what kube-scheduler would say. */
import { nodes, pods, type Node, type Pod } from '../api/kinds/core.js';
import {
  defaultFeatureGates,
  readConfiguration,
  type ConfigurationDocument,
  type Profile,
} from './configuration.js';
import { CycleState } from './cycle-state.js';
import type { ObjectReader, PluginFactory } from './framework.js';
import { explainGroup, groupStatesOf, type GroupExplanation } from './groups/explain-group.js';
import type { PodGroupStates } from './groups/group-state.js';
import { filterKey } from './plugins/topology-spread/counts.js';
import { registry } from './plugins/index.js';
import { PodInfo } from './pod-info.js';
import { Nominator } from './queue/nominator.js';
import { Framework } from './runtime.js';
import { scheduleOne, type Attempt } from './schedule-one.js';
import { NodeSnapshot } from './snapshot.js';

/** Why a pod can or cannot run on a node. */
export interface NodeExplanation {
  readonly node: string;
  readonly isFeasible: boolean;
  /** The plug-in that refused the node. */
  readonly plugin?: string;
  readonly reasons: readonly string[];
  /** By plug-in, times its weight: for feasible nodes when there are several. */
  readonly scores?: Readonly<Record<string, number>>;
  readonly total?: number;
}

/** Where a pod would go, and why. */
export interface Explanation {
  /** The node that it would get. */
  readonly node?: string;
  /** The condition's message when there is none. */
  readonly message?: string;
  /** In the order of visiting. */
  readonly nodes: readonly NodeExplanation[];
  /** What preemption would evict for it. */
  readonly preemption?: { readonly node: string; readonly victims: readonly string[] };
  /** What keeps it out of the queue. */
  readonly gates: readonly string[];
  /** What would come of its pod group, where it names one. */
  readonly group?: GroupExplanation;
}

/**
 * Asks a scheduler of this configuration about the pod, on the cluster that the reader sees. A pod
 * that has its node is asked about as if it had none.
 */
export function explain(
  objects: ObjectReader,
  pod: Pod,
  document?: ConfigurationDocument,
  plugins: Readonly<Record<string, PluginFactory>> = {},
): Explanation {
  // A server without the gate keeps no such field: who has it has the gate.
  const isMember = pod.spec?.schedulingGroup !== undefined;
  const configuration = readConfiguration(document, isMember ? gangGates : undefined);
  const name = pod.spec?.schedulerName ?? 'default-scheduler';
  const profile = configuration.profiles.find(({ schedulerName }) => schedulerName === name);
  if (profile === undefined) {
    return { message: `no profile for scheduler name "${name}"`, nodes: [], gates: [] };
  }
  const { snapshot, nominator } = clusterWithout(objects, pod);
  const podGroups = isMember ? groupStatesOf(objects) : undefined;
  const framework = frameworkOf(profile, objects, { snapshot, nominator, podGroups, plugins });
  const group = podGroups && explainGroup(framework, objects, podGroups, pod);
  const gates = framework
    .at('preEnqueue')
    .flatMap(plugin => plugin.preEnqueue?.(pod)?.reasons ?? []);
  const attempt = scheduleOne(framework, new PodInfo(pod), {
    startIndex: 0,
    percentageOfNodesToScore: 100,
  });
  return { ...told(attempt, snapshot), gates, ...(group !== undefined && { group }) };
}

/** A domain count of a constraint that must hold. */
export interface HardSpread {
  readonly topologyKey: string;
  readonly maxSkew: number;
  /** Whether the pod counts for it. */
  readonly isOwn: boolean;
  readonly byValue: ReadonlyMap<string, number>;
  /** What the fullest domain is compared with. */
  readonly least: number;
}

/** What a scheduler of the default profile counts for the pod's hard constraints, in their order. */
export function hardSpread(objects: ObjectReader, pod: Pod): readonly HardSpread[] {
  const [profile] = readConfiguration().profiles;
  if (profile === undefined) return [];
  const { snapshot, nominator } = clusterWithout(objects, pod);
  const framework = frameworkOf(profile, objects, { snapshot, nominator });
  const state = new CycleState();
  framework.preFilter(state, new PodInfo(pod));
  const counts = state.read(filterKey);
  return (counts?.constraints ?? []).map(
    ({ topologyKey, maxSkew, minDomains, selector }, index) => {
      const byValue = counts?.byValue[index] ?? new Map<string, number>();
      const hasEnough = byValue.size >= minDomains;
      const least = hasEnough ? (counts?.criticals[index]?.[0].count ?? 0) : 0;
      return { topologyKey, maxSkew, isOwn: selector.matches(pod.metadata.labels), byValue, least };
    },
  );
}

const gangGates = { ...defaultFeatureGates, GenericWorkload: true, GangScheduling: true };

interface Known {
  readonly snapshot: NodeSnapshot;
  readonly nominator: Nominator;
  readonly podGroups?: PodGroupStates | undefined;
  /** Plug-ins out of the tree. */
  readonly plugins?: Readonly<Record<string, PluginFactory>>;
}

function frameworkOf(
  profile: Profile,
  objects: ObjectReader,
  { snapshot, nominator, podGroups, plugins }: Known,
): Framework {
  return new Framework(profile, {
    objects,
    nodes: snapshot,
    nominator,
    features: podGroups === undefined ? defaultFeatureGates : gangGates,
    ...(podGroups !== undefined && { podGroups }),
    registry: { ...registry, ...plugins },
    now: () => 0,
    // What is there has just come, to those who count.
    observe: (kind, on) => {
      for (const object of objects.list(kind)) on({ type: 'added', object });
    },
  });
}

function clusterWithout(objects: ObjectReader, pod: Pod): Known {
  const snapshot = new NodeSnapshot();
  const nominator = new Nominator();
  for (const node of sortedByCreation(objects.list(nodes))) snapshot.setNode(node);
  for (const each of objects.list(pods)) {
    const phase = each.status?.phase;
    const isSame = each.metadata.uid === pod.metadata.uid;
    if (isSame || phase === 'Succeeded' || phase === 'Failed') continue;
    const node = each.spec?.nodeName ?? '';
    if (node !== '') snapshot.addPod(new PodInfo(each), node);
    else nominator.add(new PodInfo(each), each.status?.nominatedNodeName ?? '');
  }
  return { snapshot, nominator };
}

/** The order in which a scheduler that was there from the start got to know them. */
function sortedByCreation(list: readonly Node[]): readonly Node[] {
  const made = ({ metadata }: Node) => metadata.creationTimestamp ?? '';
  return [...list].sort((a, b) => (made(a) < made(b) ? -1 : made(a) > made(b) ? 1 : 0));
}

function told(attempt: Attempt, snapshot: NodeSnapshot): Omit<Explanation, 'gates'> {
  const { outcome } = attempt;
  const explained = snapshot.nodes.map(({ name }) => explainedNode(attempt, name));
  switch (outcome.kind) {
    case 'scheduled':
      return { node: outcome.node, nodes: explained };
    case 'error':
    case 'noNodes':
      return { message: outcome.message, nodes: explained };
    case 'unschedulable': {
      const chosen = outcome.postFilter?.preemption?.chosen;
      const victims = chosen?.victims.map(({ key }) => key) ?? [];
      return {
        message: outcome.message,
        nodes: explained,
        ...(chosen !== undefined && { preemption: { node: chosen.node, victims } }),
      };
    }
  }
}

function explainedNode(attempt: Attempt, node: string): NodeExplanation {
  const index = attempt.feasible.findIndex(({ name }) => name === node);
  if (index < 0) {
    const { plugin, reasons } = attempt.statuses.get(node) ?? attempt.absent;
    return { node, isFeasible: false, ...(plugin !== '' && { plugin }), reasons };
  }
  const { scores } = attempt;
  if (scores === undefined) return { node, isFeasible: true, reasons: [] };
  const byPlugin = scores.plugins.map((plugin, at) => [plugin, scores.weighted[at]?.[index] ?? 0]);
  return {
    node,
    isFeasible: true,
    reasons: [],
    scores: Object.fromEntries(byPlugin) as Record<string, number>,
    total: scores.total[index] ?? 0,
  };
}
