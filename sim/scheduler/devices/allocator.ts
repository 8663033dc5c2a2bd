/**
 * Finds devices for claims on a node: the first solution of an exhaustive search.
 * @upstream dynamic-resource-allocation/structured/internal/incubating/allocator_incubating.go
 */
import type { Node } from '../../api/kinds/core.js';
import type {
  AllocationResult,
  DeviceClass,
  ResourceClaim,
  ResourceSlice,
} from '../../api/kinds/resource.js';
import type { AllocatedDevices } from './allocated-devices.js';
import { allocationResult } from './allocation-result.js';
import { constraintCheck } from './constraints.js';
import { AvailableCounters } from './counters.js';
import { DeviceSearch } from './device-search.js';
import { deviceId } from './device-id.js';
import { AllocationError } from './errors.js';
import { gatherPools, SliceIndex, type Pool } from './pools.js';
import {
  resultsMax,
  wishesOf,
  type Candidate,
  type ClaimPlan,
  type RequestPlan,
  type Wish,
} from './wishes.js';

/** What the allocator knows. */
export interface AllocatorInput {
  readonly slices: readonly ResourceSlice[];
  readonly allocated: AllocatedDevices;
  readonly classOf: (name: string) => DeviceClass | undefined;
}

/** The result per claim; or why there is none on this node; or an error that is so on every node. */
export type Allocation =
  | { readonly results: readonly AllocationResult[] }
  | { readonly refusal: string }
  | { readonly error: string };

/** Allocates devices, node by node. */
export class Allocator {
  private readonly index: SliceIndex;
  private readonly counters: AvailableCounters;

  constructor(private readonly input: AllocatorInput) {
    this.index = new SliceIndex(input.slices);
    this.counters = new AvailableCounters(input.allocated);
  }

  /** Finds devices for all the claims on the node. */
  allocate(node: Node, claims: readonly ResourceClaim[]): Allocation {
    const pools = gatherPools(this.index, node);
    const search = new DeviceSearch(node, pools, this.input.allocated, this.counters);
    try {
      const plans = claims.map(claim => this.planOf(claim, search, pools));
      if (!search.run(plans)) {
        const isBroken = pools.some(({ isInvalid }) => isInvalid === true);
        return {
          refusal: isBroken
            ? 'invalid resource pools were encountered'
            : 'cannot allocate all claims',
        };
      }
      return { results: plans.map(plan => allocationResult(plan, node.metadata.name ?? '')) };
    } catch (error) {
      if (error instanceof AllocationError) return { error: error.message };
      throw error;
    }
  }

  private planOf(claim: ResourceClaim, search: DeviceSearch, pools: readonly Pool[]): ClaimPlan {
    const { namespace = '', name = '' } = claim.metadata;
    const key = `${namespace}/${name}`;
    const devices = claim.spec.devices ?? {};
    const requests = (devices.requests ?? []).map((request): RequestPlan => {
      const wishes = wishesOf(request, (asker, className) => {
        const found = this.input.classOf(className);
        if (found !== undefined) return found;
        throw new AllocationError(
          `claim ${key}, request ${asker}: could not retrieve device class ${className}: ` +
            `deviceclass.resource.k8s.io "${className}" not found`,
        );
      });
      for (const wish of wishes) prepare(wish, key, search, pools);
      const hasAlternatives = (request.firstAvailable?.length ?? 0) > 0;
      return { name: request.name, hasAlternatives, wishes, chosen: 0 };
    });
    const least = requests.reduce(
      (sum, { wishes }) => sum + Math.min(...wishes.map(({ count }) => count)),
      0,
    );
    if (least > resultsMax) {
      throw new AllocationError(
        `claim ${key}: number of requested devices ${least} exceeds the claim limit of ${resultsMax}`,
      );
    }
    const constraints = (devices.constraints ?? []).map((constraint, index) => {
      const check = constraintCheck(constraint);
      if (check !== undefined) return check;
      throw new AllocationError(
        `claim ${key}, constraint #${index}: empty constraint (unsupported constraint type?)`,
      );
    });
    return { claim, key, requests, constraints, found: [] };
  }
}

function prepare(wish: Wish, key: string, search: DeviceSearch, pools: readonly Pool[]): void {
  const { name, mode } = wish;
  if (mode === 'ExactCount') return;
  if (mode !== 'All') {
    throw new AllocationError(`claim ${key}, request ${name}: unsupported count mode ${mode}`);
  }
  const all: Candidate[] = [];
  for (const pool of pools) {
    if (pool.isIncomplete === true || pool.isInvalid === true) {
      const state = pool.isIncomplete === true ? 'being updated' : 'invalid';
      throw new AllocationError(
        `claim ${key}, request ${name}: asks for all devices, ` +
          `but resource pool ${pool.driver}/${pool.name} is currently ${state}`,
      );
    }
    for (const candidate of candidatesOf(pool)) {
      if (search.isSuitable(wish, candidate, key)) all.push(candidate);
    }
  }
  wish.all = all;
  wish.count = all.length;
}

/** All devices of the pool. */
function* candidatesOf(pool: Pool): Generator<Candidate> {
  for (const slice of pool.slices) {
    for (const device of slice.spec.devices ?? []) {
      yield { id: deviceId(pool.driver, pool.name, device.name), device, slice, pool };
    }
  }
}
