/** What claims ask for, ready to be searched for. @upstream allocator_incubating.go validateDeviceRequest */
import type {
  CapacityRequirements,
  Device,
  DeviceClass,
  DeviceRequest,
  DeviceSelector,
  DeviceToleration,
  ResourceClaim,
  ResourceSlice,
} from '../../api/kinds/resource.js';
import type { ConstraintCheck, RequestName } from './constraints.js';
import type { Capacities } from './consumption.js';
import type { DeviceId } from './device-id.js';
import type { Pool } from './pools.js';

/** The most devices that a claim can have. */
export const resultsMax = 32;

/** A device where it is offered. */
export interface Candidate {
  readonly id: DeviceId;
  readonly device: Device;
  readonly slice: ResourceSlice;
  readonly pool: Pool;
}

/** A number of devices of one kind: a request, or one of its alternatives. */
export interface Wish {
  readonly request: RequestName;
  /** What errors call it. */
  readonly name: string;
  /** What results call it. */
  readonly fullName: string;
  readonly className: string;
  readonly mode: string;
  readonly selectors: readonly DeviceSelector[];
  readonly tolerations: readonly DeviceToleration[];
  readonly isAdmin: boolean;
  /** What the request says of it, which the result repeats. */
  readonly capacity: CapacityRequirements | undefined;
  readonly deviceClass: DeviceClass;
  /** Which devices the class and the selectors allow, as far as it was asked. */
  readonly selected: Map<DeviceId, boolean>;
  count: number;
  /** The devices when all are asked for. */
  all: readonly Candidate[];
}

/** A request: one wish, or alternatives of which the first that can be had is taken. */
export interface RequestPlan {
  readonly name: string;
  readonly hasAlternatives: boolean;
  readonly wishes: readonly Wish[];
  /** Which alternative was taken. */
  chosen: number;
}

/** A claim on the way to its devices. */
export interface ClaimPlan {
  readonly claim: ResourceClaim;
  /** Namespace and name, for errors. */
  readonly key: string;
  readonly requests: readonly RequestPlan[];
  readonly constraints: readonly ConstraintCheck[];
  readonly found: Found[];
}

/** A device that was found for a request. */
export interface Found {
  readonly wish: Wish;
  readonly candidate: Candidate;
  /** What it takes of a device that others may share. */
  readonly consumed?: Capacities;
}

/** The wishes of a request, in order; `classOf` gives their classes. */
export function wishesOf(
  request: DeviceRequest,
  classOf: (name: string, className: string) => DeviceClass,
): readonly Wish[] {
  const { name, exactly, firstAvailable = [] } = request;
  if (firstAvailable.length > 0) {
    return firstAvailable.map(each => {
      const names = { name, alternative: each.name };
      return wish(each, names, classOf(each.name, each.deviceClassName));
    });
  }
  if (exactly === undefined) return [];
  const { adminAccess = false } = exactly;
  return [
    { ...wish(exactly, { name }, classOf(name, exactly.deviceClassName)), isAdmin: adminAccess },
  ];
}

interface Asked {
  readonly deviceClassName: string;
  readonly selectors?: readonly DeviceSelector[];
  readonly allocationMode?: string;
  readonly count?: number;
  readonly tolerations?: readonly DeviceToleration[];
  readonly capacity?: CapacityRequirements;
}

function wish(asked: Asked, request: RequestName, deviceClass: DeviceClass): Wish {
  const { name, alternative } = request;
  return {
    request,
    name: alternative ?? name,
    fullName: alternative === undefined ? name : `${name}/${alternative}`,
    className: asked.deviceClassName,
    mode: asked.allocationMode ?? '',
    selectors: asked.selectors ?? [],
    tolerations: asked.tolerations ?? [],
    isAdmin: false,
    capacity: asked.capacity,
    deviceClass,
    selected: new Map(),
    count: asked.count ?? 0,
    all: [],
  };
}
