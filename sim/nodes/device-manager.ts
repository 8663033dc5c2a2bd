/** Devices of a node and who has them. @upstream pkg/kubelet/cm/devicemanager/manager.go */
import { LateMap, LateSet } from '../engine/late-map.js';
import type { Container, ContainerStatus, Pod, ResourceStatus } from '../api/kinds/core.js';
import { valueOf } from '../api/quantity.js';
import { containersOf, initContainersOf, isSidecar } from './pod-spec.js';

/** A device as its plug-in lists it. */
interface Device {
  /** `GPU-...`; MIG slices are devices of a resource of their own. */
  readonly id: string;
  readonly gpu?: number;
  readonly memoryMiB?: number;
  /** Of a share that has only its part of the memory: all of it. */
  readonly wholeMemoryMiB?: number;
  /** Its plug-in refuses a container that asks for several. */
  readonly isOneEach?: boolean;
  readonly model?: string;
  readonly instance?: { readonly gpuId: string; readonly number: number };
}

/** The devices of one resource. */
export interface DeviceResource {
  /** `nvidia.com/gpu`, `nvidia.com/mig-1g.10gb`. */
  readonly resourceName: string;
  readonly devices: readonly Device[];
}

/** A device with what the kubelet knows of it. */
export interface ListedDevice extends Device {
  readonly resourceName: string;
  readonly isHealthy: boolean;
}

interface Pool {
  readonly devices: readonly Device[];
  readonly unhealthy: LateSet<string>;
  /** Whether the plug-in answers. */
  isServed: boolean;
  /** When it stopped answering. */
  stoppedMs: number;
  /** What the plug-in answers to Allocate instead of a grant. */
  refusal: string | undefined;
}

/** By container and resource: the ids. */
type Allocation = Map<string, Map<string, readonly string[]>>;

/** How long the capacity of a plug-in that is gone is kept. */
const capacityGraceMs = 300_000;

/** Whoever wants to know that the health of a device has changed. */
export interface DeviceListener {
  changed(podUids: readonly string[]): void;
}

/** Grants devices to containers and keeps count. */
export class DeviceManager {
  private readonly pools = new Map<string, Pool>();
  private readonly allocations = new LateMap<string, Allocation>();
  /** The last Xid error of each device that had one. */
  private readonly xids = new LateMap<string, number>();
  /** Pods whose devices others may have already. */
  private readonly offered = new LateSet<string>();
  private readonly listeners = new Set<DeviceListener>();

  constructor(resources: readonly DeviceResource[]) {
    for (const { resourceName, devices } of resources) {
      const health = { unhealthy: new LateSet<string>(), isServed: true, stoppedMs: 0 };
      this.pools.set(resourceName, Object.assign({ devices, refusal: undefined }, health));
    }
  }

  listen(listener: DeviceListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The resources that plug-ins serve, in order. */
  get resourceNames(): readonly string[] {
    return [...this.pools.keys()];
  }

  /** What the Node's status says of a resource. */
  counts(
    resourceName: string,
    nowMs: number,
  ): { readonly capacity: number; readonly allocatable: number } {
    const pool = this.pools.get(resourceName);
    if (pool === undefined) return { capacity: 0, allocatable: 0 };
    if (!pool.isServed) {
      const isKept = nowMs - pool.stoppedMs < capacityGraceMs;
      return { capacity: isKept ? pool.devices.length : 0, allocatable: 0 };
    }
    const capacity = pool.devices.length;
    return { capacity, allocatable: capacity - pool.unhealthy.size };
  }

  /**
   * Grants a pod all its devices, or returns why it cannot. Main containers use again what init
   * containers had.
   */
  allocate(pod: Pod): string | undefined {
    const uid = pod.metadata.uid ?? '';
    if (this.allocations.has(uid)) return undefined;
    const granted: Allocation = new Map();
    const reusable = new Map<string, Set<string>>();
    this.allocations.set(uid, granted);
    for (const container of initContainersOf(pod)) {
      const error = this.grant(container, granted, reusable);
      if (error !== undefined) return this.giveUp(uid, error);
      if (isSidecar(container)) continue;
      for (const [resource, ids] of granted.get(container.name) ?? []) {
        const set = reusable.get(resource) ?? new Set();
        for (const id of ids) set.add(id);
        reusable.set(resource, set);
      }
    }
    for (const container of containersOf(pod)) {
      const error = this.grant(container, granted, reusable);
      if (error !== undefined) return this.giveUp(uid, error);
    }
    if (granted.size === 0) this.allocations.delete(uid);
    return undefined;
  }

  private giveUp(uid: string, error: string): string {
    this.allocations.delete(uid);
    return `Allocate failed due to ${error}, which is unexpected`;
  }

  private grant(
    container: Container,
    granted: Allocation,
    reusable: Map<string, Set<string>>,
  ): string | undefined {
    for (const [resource, text] of Object.entries(container.resources?.limits ?? {})) {
      const pool = this.pools.get(resource);
      const wanted = valueOf(text);
      if (pool === undefined || wanted === 0) continue;
      const ids = this.pick(resource, pool, wanted, reusable.get(resource));
      if (typeof ids === 'string') return ids;
      if (pool.refusal !== undefined) {
        return `rpc error: code = Internal desc = ${pool.refusal}`;
      }
      if (wanted > 1 && pool.devices[0]?.isOneEach === true) return tooMany(resource, wanted);
      for (const id of ids) reusable.get(resource)?.delete(id);
      const of = granted.get(container.name) ?? new Map<string, readonly string[]>();
      granted.set(container.name, of.set(resource, ids));
    }
    return undefined;
  }

  private pick(
    resource: string,
    pool: Pool,
    wanted: number,
    reusable: ReadonlySet<string> | undefined,
  ): readonly string[] | string {
    const healthy = pool.isServed ? pool.devices.filter(({ id }) => !pool.unhealthy.has(id)) : [];
    if (healthy.length === 0) {
      return `no healthy devices present; cannot allocate unhealthy devices ${resource}`;
    }
    const used = this.usedOf(resource);
    const again = healthy.filter(({ id }) => reusable?.has(id) === true);
    const free = healthy.filter(({ id }) => !used.has(id));
    if (again.length + free.length < wanted) {
      const counts = `Requested: ${wanted}, Available: ${free.length}`;
      return `requested number of devices unavailable for ${resource}. ${counts}`;
    }
    return [...again, ...free].slice(0, wanted).map(({ id }) => id);
  }

  private usedOf(resource: string): ReadonlySet<string> {
    const used = new Set<string>();
    for (const [podUid, containers] of this.allocations) {
      if (this.offered.has(podUid)) continue;
      for (const resources of containers.values()) {
        for (const id of resources.get(resource) ?? []) used.add(id);
      }
    }
    return used;
  }

  /** All devices that plug-ins serve, with their resource and health. */
  all(): readonly ListedDevice[] {
    return [...this.pools].flatMap(([resourceName, { devices, unhealthy }]) =>
      devices.map(device => ({ ...device, resourceName, isHealthy: !unhealthy.has(device.id) })),
    );
  }

  /** The last Xid error of a device. */
  xidOf(id: string): number | undefined {
    return this.xids.get(id);
  }

  /** The driver has reported an Xid error; undefined: it was loaded anew. */
  setXid(id: string, xid: number | undefined): void {
    if (xid === undefined) this.xids.delete(id);
    else this.xids.set(id, xid);
  }

  /** How many devices of a resource are granted. */
  usedCount(resourceName: string): number {
    return this.usedOf(resourceName).size;
  }

  /** The devices of a container, by resource. */
  of(podUid: string, container: string): Readonly<Record<string, readonly string[]>> {
    const granted = this.allocations.get(podUid)?.get(container);
    const found: Record<string, readonly string[]> = {};
    granted?.forEach((ids, resource) => {
      found[resource] = ids;
    });
    return found;
  }

  /** Takes the devices of a pod back. */
  release(podUid: string): void {
    this.allocations.delete(podUid);
    this.offered.delete(podUid);
  }

  /** Lets others have the devices of a pod, which are shown as its own until it is cleaned up. */
  offer(podUid: string): void {
    this.offered.add(podUid);
  }

  /** The same for all pods. */
  offerAll(): void {
    for (const podUid of this.allocations.keys()) this.offered.add(podUid);
  }

  /** The statuses with the devices that their containers have, and their health. */
  withAllocated(podUid: string, statuses: readonly ContainerStatus[]): readonly ContainerStatus[] {
    const granted = this.allocations.get(podUid);
    if (granted === undefined) return statuses;
    return statuses.map(status => {
      const resources = granted.get(status.name);
      if (resources === undefined) return status;
      const allocatedResourcesStatus: ResourceStatus[] = [...resources].map(([name, ids]) => ({
        name,
        resources: ids.map(resourceID => ({ resourceID, health: this.healthOf(name, resourceID) })),
      }));
      return Object.assign({}, status, { allocatedResourcesStatus });
    });
  }

  private healthOf(resource: string, id: string): string {
    return this.pools.get(resource)?.unhealthy.has(id) === true ? 'Unhealthy' : 'Healthy';
  }

  /** Changes the health of a device, and tells the pods that have it. */
  setHealth(id: string, isHealthy: boolean): void {
    for (const { devices, unhealthy } of this.pools.values()) {
      if (!devices.some(device => device.id === id)) continue;
      if (isHealthy) unhealthy.delete(id);
      else unhealthy.add(id);
    }
    const uids = this.podsWith(id);
    for (const listener of this.listeners) listener.changed(uids);
  }

  /** The pods that have a device, and in which container. */
  holdersOf(id: string): readonly { readonly podUid: string; readonly container: string }[] {
    const holders: { podUid: string; container: string }[] = [];
    for (const [podUid, containers] of this.allocations) {
      for (const [container, resources] of containers) {
        if ([...resources.values()].some(ids => ids.includes(id)))
          holders.push({ podUid, container });
      }
    }
    return holders;
  }

  private podsWith(id: string): readonly string[] {
    return [...new Set(this.holdersOf(id).map(({ podUid }) => podUid))];
  }

  /** The plug-in of a resource stops or starts answering. */
  setServed(resourceName: string, isServed: boolean, nowMs: number): void {
    const pool = this.pools.get(resourceName);
    if (pool === undefined || pool.isServed === isServed) return;
    pool.isServed = isServed;
    pool.stoppedMs = nowMs;
    for (const listener of this.listeners) listener.changed([]);
  }

  /** The plug-in refuses to hand devices out, with this message; undefined: it does again. */
  setRefusal(resourceName: string, message: string | undefined): void {
    const pool = this.pools.get(resourceName);
    if (pool !== undefined) pool.refusal = message;
  }
}

/** @upstream github.com/NVIDIA/k8s-device-plugin internal/rm/rm.go ValidateRequest */
function tooMany(resource: string, wanted: number): string {
  const why = `maximum request size for shared resources is 1; found ${wanted}`;
  return `rpc error: code = Unknown desc = invalid allocation request for "${resource}": invalid request: ${why}`;
}
