/** Prefers nodes whose resources the pod takes evenly. @upstream pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go */
import { roundUp } from '../amount.js';
import { stateKey } from '../cycle-state.js';
import { maxNodeScore, skip, type PluginFactory } from '../framework.js';
import { podRequests } from '../pod-requests.js';
import { deviceCounter } from './resource-claims/extended-devices.js';
import {
  defaultResources,
  Shares,
  type ResourceWeight,
  type ShareOptions,
} from './node-resources/scorer.js';

interface Args {
  readonly resources?: readonly ResourceWeight[];
}

interface ScoreState {
  readonly requests: readonly number[];
  readonly how: ShareOptions;
}

const scoring = stateKey<ScoreState>('PreScoreNodeResourcesBalancedAllocation');

/** The plug-in NodeResourcesBalancedAllocation. */
export const nodeResourcesBalancedAllocation: PluginFactory = (args, handle) => {
  const { resources = defaultResources } = (args ?? {}) as Args;
  const requestsOf = (pod: Parameters<typeof podRequests>[0]) => {
    const amounts = podRequests(pod, { usesStatus: true });
    return resources.map(({ name }) => roundUp(amounts.get(name) ?? 0));
  };
  const shares = new Shares(resources);
  const fractions: number[] = [];
  return {
    name: 'NodeResourcesBalancedAllocation',
    preScore(state, { pod }) {
      const requests = requestsOf(pod);
      if (requests.every(isZero)) return skip;
      const names = resources.map(({ name }) => name);
      const devices = deviceCounter(handle, names);
      state.write(scoring, { requests, how: { usesNonZero: false, devices } });
      return undefined;
    },
    score(state, { pod }, node) {
      const known = state.read(scoring);
      const requests = known?.requests ?? requestsOf(pod);
      if (requests.every(isZero)) return 0;
      const measured = shares.of(node, requests, known?.how ?? withoutDevices);
      fractions.length = 0;
      for (const { allocatable, requested } of measured) {
        if (allocatable > 0) fractions.push(Math.min(requested / allocatable, 1));
      }
      const after = balance(fractions);
      fractions.length = 0;
      for (const { allocatable, allocated } of measured) {
        if (allocatable > 0) fractions.push(Math.min(allocated / allocatable, 1));
      }
      const before = balance(fractions);
      return maxNodeScore / 2 + Math.trunc((maxNodeScore / 2 + after - before) / 2);
    },
  };
};

const withoutDevices: ShareOptions = { usesNonZero: false, devices: undefined };

function isZero(request: number): boolean {
  return request === 0;
}

/** 100 when all resources are used alike, less the more they differ. */
function balance(fractions: readonly number[]): number {
  return Math.trunc((1 - deviation(fractions)) * maxNodeScore);
}

function deviation(fractions: readonly number[]): number {
  const [first = 0, second = 0] = fractions;
  if (fractions.length < 2) return 0;
  if (fractions.length === 2) return Math.abs((first - second) / 2);
  let total = 0;
  for (const fraction of fractions) total += fraction;
  const mean = total / fractions.length;
  let squares = 0;
  for (const fraction of fractions) squares += (fraction - mean) * (fraction - mean);
  return Math.sqrt(squares / fractions.length);
}
