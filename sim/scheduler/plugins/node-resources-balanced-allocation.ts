/** Prefers nodes whose resources the pod takes evenly. @upstream pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go */
import { roundUp } from '../amount.js';
import { stateKey } from '../cycle-state.js';
import { maxNodeScore, skip, type PluginFactory } from '../framework.js';
import { podRequests } from '../pod-requests.js';
import { deviceCounter } from './resource-claims/extended-devices.js';
import {
  defaultResources,
  shareOf,
  type DeviceCounter,
  type ResourceWeight,
  type Share,
} from './node-resources/scorer.js';

interface Args {
  readonly resources?: readonly ResourceWeight[];
}

interface ScoreState {
  readonly requests: readonly number[];
  readonly devices: DeviceCounter | undefined;
}

const scoring = stateKey<ScoreState>('PreScoreNodeResourcesBalancedAllocation');

/** The plug-in NodeResourcesBalancedAllocation. */
export const nodeResourcesBalancedAllocation: PluginFactory = (args, handle) => {
  const { resources = defaultResources } = (args ?? {}) as Args;
  const requestsOf = (pod: Parameters<typeof podRequests>[0]) => {
    const amounts = podRequests(pod, { usesStatus: true });
    return resources.map(({ name }) => roundUp(amounts.get(name) ?? 0));
  };
  return {
    name: 'NodeResourcesBalancedAllocation',
    preScore(state, { pod }) {
      const requests = requestsOf(pod);
      if (requests.every(request => request === 0)) return skip;
      const names = resources.map(({ name }) => name);
      state.write(scoring, { requests, devices: deviceCounter(handle, names) });
      return undefined;
    },
    score(state, { pod }, node) {
      const known = state.read(scoring);
      const requests = known?.requests ?? requestsOf(pod);
      if (requests.every(request => request === 0)) return 0;
      const shares = resources.map(({ name }, index) =>
        shareOf(node, name, requests[index] ?? 0, { usesNonZero: false, devices: known?.devices }),
      );
      const after = balance(shares, ({ requested }) => requested);
      const before = balance(shares, ({ allocated }) => allocated);
      return maxNodeScore / 2 + Math.trunc((maxNodeScore / 2 + after - before) / 2);
    },
  };
};

/** 100 when all resources are used alike, less the more they differ. */
function balance(shares: readonly Share[], used: (share: Share) => number): number {
  const fractions: number[] = [];
  for (const share of shares) {
    if (share.allocatable > 0) fractions.push(Math.min(used(share) / share.allocatable, 1));
  }
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
