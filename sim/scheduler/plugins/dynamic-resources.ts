/** Gives pods the devices that they claim. @upstream pkg/scheduler/framework/plugins/dynamicresources */
import type { Pod } from '../../api/kinds/core.js';
import {
  deviceClasses,
  resourceSlices,
  type AllocationResult,
  type ResourceClaim,
} from '../../api/kinds/resource.js';
import { Allocator } from '../devices/allocator.js';
import { pendingClaims } from '../devices/pending-claims.js';
import {
  skip,
  status,
  type Handle,
  type PluginFactory,
  type PostFilterResult,
  type PreFilterResult,
  type Status,
} from '../framework.js';
import type { CycleState } from '../cycle-state.js';
import type { NodeInfo } from '../node-info.js';
import { compileNodeSelector } from '../node-selector.js';
import type { PodInfo } from '../pod-info.js';
import { normalizeByMax } from '../normalize-by-max.js';
import { isOverdue, readiness } from './resource-claims/readiness.js';
import {
  deviceState,
  emptyState,
  extendedIn,
  unallocated,
  type DeviceState,
  type NodeAllocation,
} from './resource-claims/state.js';
import { dynamicResourcesEvents } from './resource-claims/hints.js';
import {
  claimFinalizer,
  deallocation,
  devicePlan,
  removal,
  undoing,
} from './resource-claims/plan.js';
import { claimOnNode, extendedClaim, temporaryName } from './resource-claims/extended-claim.js';
import { podClaims } from './resource-claims/pod-claims.js';

const name = 'DynamicResources';

/** The most alternatives that a request can have. */
const alternativesMax = 8;

interface Args {
  readonly bindingTimeout?: string;
}

/** How long devices have to become ready. */
const defaultTimeoutMs = 600_000;

/** The plug-in DynamicResources. */
export const dynamicResources: PluginFactory = (args, handle) => {
  const { objects } = handle;
  const timeoutMs = timeoutOf((args ?? {}) as Args);
  return {
    name,
    preEnqueue(pod) {
      const found = podClaims(objects, pod);
      return 'error' in found ? refused(found.error) : undefined;
    },
    preFilter: (state, pod) => preFilter(handle, state, pod),
    filter(state, pod, node) {
      const known = state.read(deviceState);
      if (known === undefined) return status('Error', name, 'not found');
      return known.claims.length === 0 ? undefined : filter(handle, known, pod, node, timeoutMs);
    },
    postFilter(state, { pod }) {
      const known = state.read(deviceState);
      if (known === undefined) return { status: status('Error', name, 'not found') };
      return postFilter(known, pod);
    },
    score(state, _pod, node) {
      const known = state.read(deviceState);
      const found = known?.byNode.get(node.name);
      return known === undefined || found === undefined ? 0 : scoreOf(known, found);
    },
    scoresNothing(state) {
      const known = state.read(deviceState);
      return known === undefined || known.byNode.size === 0;
    },
    normalizeScore(_state, scores) {
      normalizeByMax(scores, { isReversed: false });
    },
    reserve(state, _pod, node) {
      const known = state.read(deviceState);
      return known === undefined ? undefined : reserve(handle, known, node);
    },
    unreserve(state, { pod }) {
      const known = state.read(deviceState);
      if (known === undefined || known.claims.length === 0) return [];
      for (const id of known.pendingIds.values()) pendingClaims(objects).remove(id);
      return undoing(known, pod);
    },
    preBind(state, { pod }, node) {
      const known = state.read(deviceState);
      return known === undefined ? [] : devicePlan({ handle, state: known, pod, node }, timeoutMs);
    },
    events: dynamicResourcesEvents(objects),
  };
};

function timeoutOf({ bindingTimeout }: Args): number {
  const match = /^(\d+)(m?)s$/.exec(bindingTimeout ?? '');
  if (match === null) return defaultTimeoutMs;
  return Number(match[1]) * (match[2] === 'm' ? 1 : 1000);
}

function refused(reason: string): Status {
  return status('UnschedulableAndUnresolvable', name, reason);
}

/** What pods without claims have in common: nothing is ever written to it. */
const noDevices = emptyState();

function preFilter(handle: Handle, state: CycleState, pod: PodInfo): PreFilterResult {
  const { objects } = handle;
  state.write(deviceState, noDevices);
  const found = podClaims(objects, pod.pod);
  if ('error' in found) return { status: refused(found.error) };
  const extended = extendedClaim(handle, pod);
  const claims = extended === undefined ? [...found.claims] : [...found.claims, extended];
  if (claims.length === 0) return { status: skip };
  for (const claim of claims) {
    const problem = problemOf(handle, claim, claim === extended);
    if (problem !== undefined) return { status: refused(problem) };
  }
  const isAllocated = claims.every(claim => claim.status?.allocation !== undefined);
  state.write(deviceState, {
    ...emptyState(),
    claims,
    ownCount: found.claims.length,
    places: claims.map(claim => {
      const selector = claim.status?.allocation?.nodeSelector;
      return selector === undefined ? undefined : compileNodeSelector(selector);
    }),
    ...(!isAllocated && { allocator: allocatorOf(handle) }),
  });
  return {};
}

/** Why the claim can be had on no node. */
function problemOf(
  { objects }: Handle,
  claim: ResourceClaim,
  isExtended: boolean,
): string | undefined {
  if (claim.status?.allocation !== undefined) return undefined;
  const key = `${claim.metadata.namespace ?? ''}/${claim.metadata.name ?? ''}`;
  if (pendingClaims(objects).has(claim)) {
    return `resource claim ${key} is in the process of being allocated`;
  }
  if (isExtended) return undefined;
  for (const request of claim.spec.devices?.requests ?? []) {
    const { exactly, firstAvailable = [] } = request;
    if (exactly === undefined && firstAvailable.length === 0) {
      return `resource claim ${key}, request ${request.name}: unknown request type`;
    }
    const asked =
      exactly !== undefined
        ? [{ asker: request.name, className: exactly.deviceClassName }]
        : firstAvailable.map(each => ({
            asker: `${request.name}/${each.name}`,
            className: each.deviceClassName,
          }));
    for (const { asker, className } of asked) {
      if (objects.get(deviceClasses, '', className) !== undefined) continue;
      return `request ${asker}: device class ${className} does not exist`;
    }
  }
  return undefined;
}

function allocatorOf({ objects }: Handle): Allocator {
  return new Allocator({
    slices: objects.list(resourceSlices),
    allocated: pendingClaims(objects).allocated(),
    classOf: className => objects.get(deviceClasses, '', className),
  });
}

function filter(
  handle: Handle,
  state: DeviceState,
  pod: PodInfo,
  node: NodeInfo,
  timeoutMs: number,
): Status | undefined {
  const extended = extendedIn(state);
  const isAlone = state.ownCount === 0;
  const onNode =
    extended === undefined
      ? undefined
      : claimOnNode(handle, pod, node, { claim: extended, isAlone });
  if (onNode?.kind === 'refused') return refused(onNode.reason);
  const nodeClaim = onNode?.kind === 'needed' ? onNode : undefined;
  if (isAlone && nodeClaim === undefined) return undefined;
  const unavailable = [...state.claims.keys()].filter(
    index => !isUsable(handle, state, index, node, timeoutMs),
  );
  let results: readonly AllocationResult[] = [];
  if (state.allocator !== undefined) {
    const claims = unallocated(state).map(([, claim]) =>
      claim === extended && nodeClaim !== undefined ? nodeClaim.claim : claim,
    );
    const allocation = state.allocator.allocate(node.node, claims);
    if ('error' in allocation) return status('Error', name, allocation.error);
    if ('refusal' in allocation) return refused(allocation.refusal);
    results = allocation.results;
  }
  if (unavailable.length > 0) {
    for (const index of unavailable) state.unavailable.add(index);
    return refused('resourceclaim not available on the node');
  }
  if (state.allocator !== undefined) {
    state.byNode.set(node.name, {
      results,
      mappings: nodeClaim?.mappings ?? [],
      ...(nodeClaim !== undefined && { extendedClaim: nodeClaim.claim }),
    });
  }
  return undefined;
}

/** Whether a claim with devices can be used on the node; those without can, so far. */
function isUsable(
  handle: Handle,
  { claims, places }: DeviceState,
  index: number,
  { node }: NodeInfo,
  timeoutMs: number,
): boolean {
  const claim = claims[index];
  if (claim?.status?.allocation === undefined) return true;
  if (places[index]?.(node) === false) return false;
  const answer = readiness(claim);
  if (typeof answer === 'string') return false;
  return answer || !isOverdue(claim, handle.now(), timeoutMs);
}

function postFilter(state: DeviceState, pod: Pod): PostFilterResult {
  const answer = (reason: string) => ({ status: status('Unschedulable', name, reason) });
  if (state.claims.length === 0) return answer('no new claims to deallocate');
  const extended = extendedIn(state);
  const isStale = extended !== undefined && extended.metadata.name !== temporaryName;
  for (const index of state.unavailable) {
    const claim = state.claims[index];
    if (claim === undefined) continue;
    if (claim === extended) {
      if (isStale) break;
      continue;
    }
    const { reservedFor = [] } = claim.status ?? {};
    const isFree = reservedFor.every(({ uid }) => uid === pod.metadata.uid);
    if (reservedFor.length > 1 || !isFree) continue;
    return {
      ...answer('deallocation of ResourceClaim completed'),
      writes: [deallocation(claim)],
    };
  }
  if (!isStale) return answer('still not schedulable');
  return { ...answer('deletion of ResourceClaim completed'), writes: removal(extended) };
}

/** The earlier among its alternatives a request gets, the better. @upstream computeScore */
function scoreOf({ claims }: DeviceState, { results }: NodeAllocation): number {
  let score = 0;
  let next = 0;
  for (const { spec, status: held } of claims) {
    const allocation = held?.allocation ?? results[next++];
    const given = new Set((allocation?.devices?.results ?? []).map(({ request }) => request));
    for (const request of spec.devices?.requests ?? []) {
      for (const [index, alternative] of (request.firstAvailable ?? []).entries()) {
        if (given.has(`${request.name}/${alternative.name}`)) score += alternativesMax - index;
      }
    }
  }
  return score;
}

function reserve(handle: Handle, state: DeviceState, node: string): Status | undefined {
  const claims = unallocated(state);
  if (claims.length === 0) return undefined;
  const found = state.byNode.get(node);
  const extended = extendedIn(state);
  if (found === undefined || found.results.length === 0) {
    const isAllExtended = claims.every(([, claim]) => claim === extended);
    return isAllExtended ? undefined : status('Error', name, 'claim allocation not found for node');
  }
  const pending = pendingClaims(handle.objects);
  for (const [order, [index, claim]] of claims.entries()) {
    const result = found.results[order];
    if (result === undefined) continue;
    const allocation = withShareIds(handle, result);
    state.chosen.set(index, allocation);
    const { metadata, ...rest } = claim === extended ? (found.extendedClaim ?? claim) : claim;
    const uid = metadata.uid ?? '';
    state.pendingIds.set(index, uid);
    pending.add(uid, {
      ...rest,
      metadata: { ...metadata, finalizers: [...(metadata.finalizers ?? []), claimFinalizer] },
      status: { ...rest.status, allocation },
    });
  }
  return undefined;
}

function withShareIds({ random }: Handle, result: AllocationResult): AllocationResult {
  const results = result.devices?.results ?? [];
  if (!results.some(({ shareID }) => shareID !== undefined)) return result;
  const named = results.map(each =>
    each.shareID === undefined ? each : { ...each, shareID: random?.uuid() ?? '' },
  );
  return { ...result, devices: { ...result.devices, results: named } };
}
