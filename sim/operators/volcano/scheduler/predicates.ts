/** On which nodes a pod can run, and on which of them it should. @upstream volcano v1.15.1 pkg/scheduler/util/predicate_helper.go, plugins/nodeorder, binpack */
import { CycleState } from '../../../scheduler/cycle-state.js';
import type { NodeInfo } from '../../../scheduler/node-info.js';
import { PodInfo } from '../../../scheduler/pod-info.js';
import { fits, lacking, type Amounts } from '../amounts.js';
import { FitErrors } from './fit-errors.js';
import { futureIdle, type NodeState } from './node-state.js';
import type { Session } from './session.js';
import type { TaskInfo } from './task-info.js';
import { isOn } from './tiers.js';

/** The nodes that take the pod, or why none does. */
export interface Fit {
  readonly nodes: readonly NodeState[];
  readonly state: CycleState;
  readonly info: PodInfo;
  readonly errors: FitErrors;
}

/**
 * Tries the pod on the nodes. When others may be pushed out for it, resources are looked past, and so is
 * what could be otherwise without them: the nodes then are those on which that could help.
 */
export function fitOf(
  session: Session,
  task: TaskInfo,
  { ignoresResources }: { readonly ignoresResources: boolean },
): Fit {
  const { nodes } = session;
  nodes.refresh();
  const state = new CycleState();
  const info = new PodInfo(task.pod);
  const errors = new FitErrors();
  const { status, nodeNames } = nodes.framework.preFilter(state, info);
  const fitting: NodeState[] = [];
  for (const node of nodes.all) {
    if (status !== undefined) {
      errors.set(node.name, status.reasons, { isFinal: false });
      continue;
    }
    const short = ignoresResources ? [] : lacking(task.request, futureIdle(node));
    if (short[0] !== undefined) {
      errors.set(node.name, [`Insufficient ${short[0]}`], { isFinal: false });
      continue;
    }
    const own = nodes.info(node.name);
    if (own === undefined) continue;
    if (nodeNames?.has(node.name) === false) {
      const reason = "node(s) didn't satisfy plugin(s) [NodeAffinity]";
      errors.set(node.name, [reason], { isFinal: true });
      continue;
    }
    const refusal = nodes.framework.filter(state, info, own);
    if (refusal === undefined) fitting.push(node);
    else {
      const isFinal = refusal.code === 'UnschedulableAndUnresolvable';
      errors.set(node.name, refusal.reasons, { isFinal });
      if (ignoresResources && refusal.code === 'Unschedulable') fitting.push(node);
    }
  }
  return { nodes: fitting, state, info, errors };
}

/** The best of these nodes; among equals one by chance. */
export function bestOf(
  session: Session,
  task: TaskInfo,
  { nodes, state, info }: Pick<Fit, 'nodes' | 'state' | 'info'>,
): NodeState | undefined {
  if (nodes.length < 2) return nodes[0];
  const sums = scoresOf(session, task, { nodes, state, info });
  const most = Math.max(...sums);
  return session.means.random.pick(nodes.filter((_, index) => sums[index] === most));
}

/** The nodes, the best first. */
export function ranked(session: Session, task: TaskInfo, fit: Fit): readonly NodeState[] {
  const scores = scoresOf(session, task, fit);
  return fit.nodes
    .map((node, index) => ({ node, score: scores[index] ?? 0 }))
    .sort((a, b) => b.score - a.score)
    .map(({ node }) => node);
}

function scoresOf(
  session: Session,
  task: TaskInfo,
  { nodes, state, info }: Pick<Fit, 'nodes' | 'state' | 'info'>,
): readonly number[] {
  const packs = isOn(session.tiers, 'binpack', 'enableNodeOrder');
  const own = packs ? nodes.map(node => packing(task.request, node)) : [];
  const ofPlugins = isOn(session.tiers, 'nodeorder', 'enableNodeOrder')
    ? orderOf(session, { nodes, state, info })
    : [];
  return nodes.map((_, index) => (ofPlugins[index] ?? 0) + (own[index] ?? 0));
}

function orderOf(
  session: Session,
  { nodes, state, info }: Pick<Fit, 'nodes' | 'state' | 'info'>,
): readonly number[] {
  const known = nodes.flatMap(({ name }): readonly NodeInfo[] => {
    const own = session.nodes.info(name);
    return own === undefined ? [] : [own];
  });
  const scores = session.nodes.framework.score(state, info, known);
  return 'total' in scores ? scores.total : [];
}

const packed = ['cpu', 'memory'];

/** How full the pod makes the node, of 100. */
function packing(request: Amounts, { allocatable, used }: NodeState): number {
  const asked = packed.filter(name => (request.get(name) ?? 0) > 0);
  if (asked.length === 0) return 0;
  const parts = asked.map(name => {
    const [whole, own] = [allocatable.get(name) ?? 0, request.get(name) ?? 0];
    return whole === 0 ? 0 : (own + (used.get(name) ?? 0)) / whole;
  });
  if (parts.some(part => part > 1)) return 0;
  return (parts.reduce((total, part) => total + part, 0) / asked.length) * 100;
}

/** Nodes with room now come before those that will have it. */
export function candidates(task: TaskInfo, nodes: readonly NodeState[]) {
  const idle = nodes.filter(node => fits(task.request, node.idle));
  return idle.length > 0 ? { nodes: idle, isIdle: true } : { nodes, isIdle: false };
}
