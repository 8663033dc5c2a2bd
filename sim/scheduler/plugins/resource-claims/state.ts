/** What DynamicResources keeps during one attempt. @upstream dynamicresources.go stateData */
import type { ContainerExtendedResourceRequest } from '../../../api/kinds/core.js';
import type { AllocationResult, ResourceClaim } from '../../../api/kinds/resource.js';
import { stateKey } from '../../cycle-state.js';
import type { Allocator } from '../../devices/allocator.js';
import type { NodeMatcher } from '../../node-selector.js';

/** What Filter found for a node. */
export interface NodeAllocation {
  /** One for each claim that is not allocated yet, in their order. */
  readonly results: readonly AllocationResult[];
  /** The claim of the extended resources as this node needs it. */
  readonly extendedClaim?: ResourceClaim;
  readonly mappings: readonly ContainerExtendedResourceRequest[];
}

/** The state. */
export interface DeviceState {
  /** The claims of the pod's spec, then the one of its extended resources. They follow what is written. */
  readonly claims: ResourceClaim[];
  /** How many of them the spec names. */
  readonly ownCount: number;
  /** By claim: where its devices can be used, if it is allocated and not everywhere. */
  readonly places: readonly (NodeMatcher | undefined)[];
  /** There when a claim is to be allocated. */
  readonly allocator?: Allocator;
  readonly byNode: Map<string, NodeAllocation>;
  /** The claims, by index, that are allocated and could not be used on some node. */
  readonly unavailable: Set<number>;
  /** By claim: what Reserve chose. */
  readonly chosen: Map<number, AllocationResult>;
  /** By claim: the id under which Reserve marked it as on its way. */
  readonly pendingIds: Map<number, string>;
}

/** Where the state is kept. */
export const deviceState = stateKey<DeviceState>('DynamicResources');

/** The state of a pod without claims. */
export function emptyState(): DeviceState {
  return {
    claims: [],
    ownCount: 0,
    places: [],
    byNode: new Map(),
    unavailable: new Set(),
    chosen: new Map(),
    pendingIds: new Map(),
  };
}

/** The claim of the extended resources, if there is one. */
export function extendedIn({ claims, ownCount }: DeviceState): ResourceClaim | undefined {
  return claims[ownCount];
}

/** The claims that have no devices yet, each with its index. */
export function unallocated({
  claims,
}: DeviceState): readonly (readonly [number, ResourceClaim])[] {
  return [...claims.entries()].filter(([, { status }]) => status?.allocation === undefined);
}
