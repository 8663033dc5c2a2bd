/** Prefers nodes whose resources the pod takes evenly. @upstream pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go */
import { roundUp } from '../amount.js';
import { stateKey } from '../cycle-state.js';
import { maxNodeScore, skip, type PluginFactory } from '../framework.js';
import type { NodeInfo } from '../node-info.js';
import { NodeMemos, type NodeMemo } from '../node-memo.js';
import { podRequests } from '../pod-requests.js';
import { deviceCounter } from './resource-claims/extended-devices.js';
import {
  allocatableOf,
  allocatedOf,
  defaultResources,
  type Counting,
  type ResourceWeight,
} from './node-resources/scorer.js';

interface Args {
  readonly resources?: readonly ResourceWeight[];
}

interface ScoreState {
  readonly requests: readonly number[];
  readonly counting: Counting;
  /** Whether the pod asks for none of the resources. */
  readonly isIdle: boolean;
  readonly memo?: NodeMemo | undefined;
}

const plain: Counting = { usesNonZero: false };
const nothing: readonly number[] = [];
const scoring = stateKey<ScoreState>('PreScoreNodeResourcesBalancedAllocation');

/** The plug-in NodeResourcesBalancedAllocation. */
export const nodeResourcesBalancedAllocation: PluginFactory = (args, handle) => {
  const { resources = defaultResources } = (args ?? {}) as Args;
  const names = resources.map(({ name }) => name);
  const memos = new NodeMemos();
  const requestsOf = (pod: Parameters<typeof podRequests>[0]) => {
    const amounts = podRequests(pod, { usesStatus: true });
    return names.map(name => roundUp(amounts.get(name) ?? 0));
  };
  return {
    name: 'NodeResourcesBalancedAllocation',
    preScore(state, { pod }) {
      const requests = requestsOf(pod);
      const prepared = stateOf(requests);
      if (prepared.isIdle) return skip;
      const devices = deviceCounter(handle, names);
      // What devices give may change while the node does not.
      const memo = devices === undefined ? memos.of(requests) : undefined;
      const counting = { usesNonZero: false, devices };
      state.write(scoring, Object.assign({}, prepared, { counting, memo }));
      return undefined;
    },
    score(state, { pod }, node) {
      const known = state.read(scoring) ?? stateOf(requestsOf(pod));
      if (known.isIdle) return 0;
      if (known.memo === undefined) return scoreOf(known, node, names);
      return known.memo.get(node) ?? known.memo.set(node, scoreOf(known, node, names));
    },
  };
};

/** Half of the score is for what the node is like with the pod, against what it is like now. */
function scoreOf(known: ScoreState, node: NodeInfo, names: readonly string[]): number {
  const after = balance(node, names, known.requests, known);
  const before = balance(node, names, nothing, known);
  return maxNodeScore / 2 + Math.trunc((maxNodeScore / 2 + after - before) / 2);
}

function stateOf(requests: readonly number[]): ScoreState {
  return { requests, counting: plain, isIdle: requests.every(request => request === 0) };
}

/**
 * 100 when all resources are used alike, less the more they differ; with so much more in use than is
 * now. Which resources count depends on what the pod asks for.
 */
function balance(
  node: NodeInfo,
  names: readonly string[],
  more: readonly number[],
  { requests, counting }: ScoreState,
): number {
  let count = 0;
  let first = 0;
  let second = 0;
  let all: number[] | undefined;
  for (let index = 0; index < names.length; index++) {
    const name = names[index] ?? '';
    const allocatable = allocatableOf(node, name, requests[index] ?? 0, counting);
    if (allocatable === 0) continue;
    const used = allocatedOf(node, name, counting) + (more[index] ?? 0);
    const fraction = used > allocatable ? 1 : used / allocatable;
    count++;
    if (count === 1) first = fraction;
    else if (count === 2) second = fraction;
    else (all ??= [first, second]).push(fraction);
  }
  // Of two the deviation is half of their distance: no list is made for the usual case.
  const deviation =
    all === undefined ? (count < 2 ? 0 : Math.abs((first - second) / 2)) : deviationOf(all);
  return Math.trunc((1 - deviation) * maxNodeScore);
}

function deviationOf(fractions: readonly number[]): number {
  let total = 0;
  for (const fraction of fractions) total += fraction;
  const mean = total / fractions.length;
  let squares = 0;
  for (const fraction of fractions) squares += (fraction - mean) * (fraction - mean);
  return Math.sqrt(squares / fractions.length);
}
