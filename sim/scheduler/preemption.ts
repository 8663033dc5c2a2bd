/**
 * Finds the pods whose eviction would make room for one of higher priority, and the node where it
 * would cost least. Nothing is evicted here. @upstream pkg/scheduler/framework/preemption
 */
import { podDisruptionBudgets, type PodDisruptionBudget } from '../api/kinds/policy.js';
import { selectorOf } from '../api/selectors.js';
import type { CycleState } from './cycle-state.js';
import { fitErrorMessage } from './fit-error.js';
import {
  messageOf,
  status,
  type Candidate,
  type Handle,
  type NodeStatuses,
  type PostFilterResult,
  type Status,
} from './framework.js';
import type { NodeInfo } from './node-info.js';
import type { PodInfo } from './pod-info.js';
import { bestCandidates, importance } from './preemption-order.js';

/** The arguments of DefaultPreemption. */
export interface PreemptionArgs {
  readonly minCandidateNodesAbsolute: number;
  readonly minCandidateNodesPercentage: number;
}

/** What a plug-in that preempts decides for itself. @upstream pkg/scheduler/framework/preemption Interface */
export interface PreemptionRules {
  readonly plugin: string;
  /** What its messages begin with. */
  readonly prefix: string;
  /** At which node it begins, and how many candidates are enough. */
  range(handle: Handle, nodeCount: number): { readonly offset: number; readonly enough: number };
  /** Why the pod may not preempt others; undefined when it may. */
  ineligibility(handle: Handle, preemptor: Preemptor): string | undefined;
  selectVictims(
    handle: Handle,
    preemptor: Preemptor,
    node: NodeInfo,
    budgets: readonly PodDisruptionBudget[],
  ): Candidate | Status;
}

/** The rules of DefaultPreemption. */
export function defaultRules(args: PreemptionArgs): PreemptionRules {
  return {
    plugin,
    prefix: 'preemption: ',
    range: (handle, nodeCount) => ({
      offset: handle.random?.integer(nodeCount) ?? 0,
      enough: candidatesToFind(args, nodeCount),
    }),
    ineligibility,
    selectVictims,
  };
}

/** The pod that wants room, and why it has none. */
export interface Preemptor {
  readonly state: CycleState;
  readonly pod: PodInfo;
  readonly statuses: NodeStatuses;
}

const plugin = 'DefaultPreemption';
const noVictims = status(
  'UnschedulableAndUnresolvable',
  '',
  'No preemption victims found for incoming pod',
);
const notHelpful = status(
  'UnschedulableAndUnresolvable',
  '',
  'Preemption is not helpful for scheduling',
);

/** Looks for victims on all nodes and picks the node; with its nomination, or why there is none. */
export function preempt(
  handle: Handle,
  rules: PreemptionRules,
  preemptor: Preemptor,
): PostFilterResult {
  const { plugin: name, prefix } = rules;
  const refusal = rules.ineligibility(handle, preemptor);
  if (refusal !== undefined) {
    return {
      status: status('Unschedulable', name, `${prefix}${refusal}`),
      preemption: { isEligible: false, candidates: [], refusals: new Map(), best: [] },
    };
  }
  const nodes = potentialNodes(handle, preemptor.statuses);
  const { candidates, refusals, error } = dryRun(handle, rules, preemptor, nodes);
  const found = { isEligible: true, candidates, refusals };
  if (candidates.length === 0 && error !== undefined) {
    return {
      status: status('Error', name, `${prefix}${error}`),
      preemption: { ...found, best: [] },
    };
  }
  if (candidates.length === 0) {
    const statuses = refusals;
    const nodeCount = handle.nodes.nodes.length;
    const message = fitErrorMessage({ nodeCount, statuses, absent: notHelpful });
    return {
      status: status('Unschedulable', name, `${prefix}${message}`),
      nomination: '',
      preemption: { ...found, best: [] },
    };
  }
  const best = bestCandidates(candidates, handle.now());
  const chosen = handle.random === undefined ? best[0] : handle.random.pick(best);
  return {
    nomination: chosen?.node ?? '',
    preemption: { ...found, best, ...(chosen !== undefined && { chosen }) },
  };
}

/** How many candidates are enough. @upstream calculateNumCandidates */
export function candidatesToFind(args: PreemptionArgs, nodeCount: number): number {
  const share = Math.trunc((nodeCount * args.minCandidateNodesPercentage) / 100);
  return Math.min(Math.max(share, args.minCandidateNodesAbsolute), nodeCount);
}

/** Why the pod may not preempt others; undefined when it may. @upstream PodEligibleToPreemptOthers */
export function ineligibility(handle: Handle, { pod, statuses }: Preemptor): string | undefined {
  if (pod.pod.spec?.preemptionPolicy === 'Never') {
    return 'not eligible due to preemptionPolicy=Never.';
  }
  const nominated = pod.pod.status?.nominatedNodeName ?? '';
  if (nominated === '') return undefined;
  const answer = statuses.byNode.get(nominated) ?? statuses.absent;
  if (answer.code === 'UnschedulableAndUnresolvable') return undefined;
  const isWaiting = handle.nodes
    .get(nominated)
    ?.pods.some(other => other.priority < pod.priority && isBeingPreempted(other));
  return isWaiting === true
    ? 'not eligible due to a terminating pod on the nominated node.'
    : undefined;
}

function isBeingPreempted({ isTerminating, pod }: PodInfo): boolean {
  if (!isTerminating) return false;
  const target = pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  return target?.status === 'True' && target.reason === 'PreemptionByScheduler';
}

/** The nodes that were refused for something that evictions may change. */
function potentialNodes(handle: Handle, { byNode, absent }: NodeStatuses): readonly NodeInfo[] {
  return handle.nodes.nodes.filter(
    ({ name }) => (byNode.get(name) ?? absent).code === 'Unschedulable',
  );
}

interface DryRun {
  readonly candidates: readonly Candidate[];
  readonly refusals: ReadonlyMap<string, Status>;
  readonly error: string | undefined;
}

/** @upstream DryRunPreemption */
function dryRun(
  handle: Handle,
  rules: PreemptionRules,
  preemptor: Preemptor,
  nodes: readonly NodeInfo[],
): DryRun {
  const peaceful: Candidate[] = [];
  const violating: Candidate[] = [];
  const refusals = new Map<string, Status>();
  let error: string | undefined;
  if (nodes.length === 0) return { candidates: [], refusals, error };
  const budgets = handle.objects.list(podDisruptionBudgets);
  const { offset, enough } = rules.range(handle, nodes.length);
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[(offset + index) % nodes.length];
    if (node === undefined) continue;
    const trial = rules.selectVictims(handle, preemptor, node, budgets);
    if ('victims' in trial) {
      (trial.pdbViolations === 0 ? peaceful : violating).push(trial);
      if (peaceful.length > 0 && peaceful.length + violating.length >= enough) break;
    } else {
      refusals.set(node.name, trial);
      if (trial.code === 'Error') error ??= messageOf(trial);
    }
  }
  return { candidates: [...peaceful, ...violating], refusals, error };
}

/** @upstream SelectVictimsOnNode */
function selectVictims(
  handle: Handle,
  { state: originalState, pod }: Preemptor,
  originalNode: NodeInfo,
  budgets: readonly PodDisruptionBudget[],
): Candidate | Status {
  const weaker = originalNode.pods.filter(other => other.priority < pod.priority);
  if (weaker.length === 0) return noVictims;
  const node = originalNode.clone();
  const state = originalState.clone();
  const remove = (other: PodInfo) => {
    node.removePod(other);
    handle.removePodFromStates(state, pod, other, node);
  };
  for (const other of weaker) remove(other);
  const answer = handle.filterWithNominatedPods(state, pod, node);
  if (answer !== undefined) return answer;
  const byImportance = importance(handle.now());
  const sorted = [...weaker].sort(byImportance);
  const { violating, others } = splitByBudgets(sorted, budgets);
  const victims: PodInfo[] = [];
  const reprieve = (other: PodInfo): boolean => {
    node.addPod(other);
    handle.addPodToStates(state, pod, other, node);
    if (handle.filterWithNominatedPods(state, pod, node) === undefined) return true;
    remove(other);
    victims.push(other);
    return false;
  };
  let pdbViolations = 0;
  for (const other of violating) if (!reprieve(other)) pdbViolations++;
  for (const other of others) reprieve(other);
  if (victims.length === 0) {
    const message = `expected at least one victim pod on node "${node.name}"`;
    return status('Error', plugin, message);
  }
  if (violating.length > 0 && others.length > 0) victims.sort(byImportance);
  return { node: node.name, victims, pdbViolations };
}

/** Which pods' eviction would break a budget, taken in this order. @upstream filterPodsWithPDBViolation */
export function splitByBudgets(
  pods: readonly PodInfo[],
  budgets: readonly PodDisruptionBudget[],
): { readonly violating: readonly PodInfo[]; readonly others: readonly PodInfo[] } {
  const left = budgets.map(({ status: state }) => state?.disruptionsAllowed ?? 0);
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const pod of pods) {
    let isViolating = false;
    budgets.forEach((budget, index) => {
      if (!isCovered(pod, budget)) return;
      const remaining = (left[index] ?? 0) - 1;
      left[index] = remaining;
      if (remaining < 0) isViolating = true;
    });
    (isViolating ? violating : others).push(pod);
  }
  return { violating, others };
}

function isCovered(pod: PodInfo, { metadata, spec, status: state }: PodDisruptionBudget): boolean {
  if (metadata.namespace !== pod.namespace || Object.keys(pod.labels).length === 0) return false;
  const selector = selectorOf(spec?.selector);
  if (selector.isEmpty || !selector.matches(pod.labels)) return false;
  return state?.disruptedPods?.[pod.name] === undefined;
}
