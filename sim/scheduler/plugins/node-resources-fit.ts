/** Keeps pods off nodes that have too little left, and prefers by how much. @upstream pkg/scheduler/framework/plugins/noderesources/fit.go */
import { stateKey } from '../cycle-state.js';
import { status, type Handle, type PluginFactory, type Status } from '../framework.js';
import type { NodeInfo } from '../node-info.js';
import { NodeMemos, type NodeMemo } from '../node-memo.js';
import { defaultRequests, type PodInfo } from '../pod-info.js';
import { podRequests } from '../pod-requests.js';
import { roundUp } from '../amount.js';
import { isExtendedName, type Resource } from '../resource.js';
import { deviceCounter, isGivenByDevices } from './resource-claims/extended-devices.js';
import { fitEvents } from './node-resources/fit-hints.js';
import {
  defaultResources,
  scorerOf,
  type Counting,
  type ResourceWeight,
  type ScoringStrategy,
} from './node-resources/scorer.js';
import { planted } from '../../engine/planted.js';

const name = 'NodeResourcesFit';

interface Args {
  readonly ignoredResources?: readonly string[];
  readonly ignoredResourceGroups?: readonly string[];
  readonly scoringStrategy?: ScoringStrategy;
}

interface ScoreState {
  readonly requests: readonly number[];
  readonly how: Counting;
  readonly memo?: NodeMemo | undefined;
}

const scoring = stateKey<ScoreState>('PreScoreNodeResourcesFit');
const filtering = stateKey<Resource>('PreFilterNodeResourcesFit');

/** What a node is short of. */
export interface Shortage {
  readonly reason: string;
  /** Whether even the empty node would not do. */
  readonly isUnresolvable: boolean;
}

/** Whether a scalar resource is to be left out of the count on this node. */
export type IsExempt = (resource: string, node: NodeInfo) => boolean;

/** The plug-in NodeResourcesFit. */
export const nodeResourcesFit: PluginFactory = (args, handle) => {
  const {
    ignoredResources = [],
    ignoredResourceGroups = [],
    scoringStrategy = {},
  } = (args ?? {}) as Args;
  const memos = new NodeMemos();
  const ignored = new Set(ignoredResources);
  const ignoredGroups = new Set(ignoredResourceGroups);
  const resources = scoringStrategy.resources ?? defaultResources;
  const scorer = scorerOf(scoringStrategy, resources);
  const ignoresAny = ignored.size > 0 || ignoredGroups.size > 0;
  const isIgnored = (resource: string) =>
    isExtendedName(resource) &&
    (ignored.has(resource) || ignoredGroups.has(resource.split('/')[0] ?? ''));
  const isExempt: IsExempt = (resource, node) =>
    (ignoresAny && isIgnored(resource)) || isGivenByDevices(handle, resource, node);
  return {
    name,
    preFilter(state, pod) {
      state.write(filtering, pod.request);
      return {};
    },
    filter(state, pod, node) {
      const shortages = shortagesOf(state.read(filtering) ?? pod.request, node, isExempt);
      return shortages === undefined ? undefined : refusalFor(shortages);
    },
    preScore(state, pod) {
      const prepared = scoreState(handle, pod, resources);
      // What devices give may change while the node does not.
      const memo = prepared.how.devices === undefined ? memos.of(prepared.requests) : undefined;
      state.write(scoring, Object.assign({}, prepared, { memo }));
      return undefined;
    },
    score(state, pod, node) {
      const { requests, how, memo } = state.read(scoring) ?? scoreState(handle, pod, resources);
      if (memo === undefined) return scorer(node, requests, how);
      return memo.get(node) ?? memo.set(node, scorer(node, requests, how));
    },
    events: fitEvents(handle),
  };
};

function scoreState(
  handle: Handle,
  pod: PodInfo,
  resources: readonly ResourceWeight[],
): ScoreState {
  const names = resources.map(resource => resource.name);
  return {
    requests: scoredRequests(pod, names),
    how: { usesNonZero: true, devices: deviceCounter(handle, names) },
  };
}

/**
 * What the pod counts for in the score. Upstream never tells the scorer of pod-level resources, so
 * it adds up the containers. @upstream calculatePodResourceRequest
 */
function scoredRequests({ pod }: PodInfo, resources: readonly string[]): readonly number[] {
  const requests = podRequests(pod, { skipsPodLevel: true, defaults: defaultRequests });
  return resources.map(resource => roundUp(requests.get(resource) ?? 0));
}

/** What the node is short of for the request; undefined when it fits. @upstream fitsRequest */
export function shortagesOf(
  request: Resource,
  node: NodeInfo,
  isExempt: IsExempt,
): readonly Shortage[] | undefined {
  if (fits(request, node)) return undefined;
  let shortages: Shortage[] | undefined;
  const note = (reason: string, isUnresolvable: boolean) => {
    (shortages ??= []).push({ reason, isUnresolvable });
  };
  const { allocatable, requested } = node;
  if (node.pods.length + 1 > allocatable.allowedPods) note('Too many pods', false);
  const check = (resource: string, wanted: number, has: number, taken: number) => {
    if (wanted > 0 && wanted > has - taken) note(`Insufficient ${resource}`, wanted > has);
  };
  check('cpu', request.milliCPU, allocatable.milliCPU, requested.milliCPU);
  check('memory', request.memory, allocatable.memory, requested.memory);
  check(
    'ephemeral-storage',
    request.ephemeralStorage,
    allocatable.ephemeralStorage,
    requested.ephemeralStorage,
  );
  for (const [resource, wanted] of request.scalars) {
    if (wanted === 0) continue;
    if (planted('fit-ignores-gpus') && resource === 'nvidia.com/gpu') continue;
    const has = allocatable.scalars.get(resource) ?? 0;
    if (wanted <= has - (requested.scalars.get(resource) ?? 0)) continue;
    if (!isExempt(resource, node)) note(`Insufficient ${resource}`, wanted > has);
  }
  return shortages;
}

/** Whether there is enough of everything: the common case, without a look at the reasons. */
function fits(request: Resource, { allocatable, requested, pods }: NodeInfo): boolean {
  if (pods.length + 1 > allocatable.allowedPods) return false;
  if (isShort(request.milliCPU, allocatable.milliCPU - requested.milliCPU)) return false;
  if (isShort(request.memory, allocatable.memory - requested.memory)) return false;
  const storage = allocatable.ephemeralStorage - requested.ephemeralStorage;
  if (isShort(request.ephemeralStorage, storage)) return false;
  for (const [resource, wanted] of request.scalars) {
    const has = allocatable.scalars.get(resource) ?? 0;
    if (isShort(wanted, has - (requested.scalars.get(resource) ?? 0))) return false;
  }
  return true;
}

function isShort(wanted: number, left: number): boolean {
  return wanted > 0 && wanted > left;
}

const refusals = new Map<string, Status>();
const refusalsMax = 1000;

function refusalFor(shortages: readonly Shortage[]): Status {
  const code = shortages.some(({ isUnresolvable }) => isUnresolvable)
    ? 'UnschedulableAndUnresolvable'
    : 'Unschedulable';
  const reasons = shortages.map(({ reason }) => reason);
  const key = `${code} ${reasons.join()}`;
  let refusal = refusals.get(key);
  if (refusal === undefined) {
    refusal = status(code, name, ...reasons);
    if (refusals.size < refusalsMax) refusals.set(key, refusal);
  }
  return refusal;
}
