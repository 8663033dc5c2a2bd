/**
 * Registers the Node and keeps its status. No timer runs while nothing changes.
 * @upstream pkg/kubelet/kubelet_node_status.go
 */
import { type Node, type NodeCondition, nodes, type NodeStatus } from '../api/kinds/core.js';
import { deepEqual } from '../api/equality.js';
import { findCondition } from '../api/meta.js';
import { rfc3339 } from '../api/time.js';
import type { EventToRecord } from '../client/event-recorder.js';
import type { Reconciliation } from '../client/contract.js';
import { call, create, get, update } from '../client/requests.js';
import type { Timer } from '../engine/clock.js';
import { kernelVersion } from './node-reading.js';
import type { KubeletContext } from './context.js';
import {
  allocatableOf,
  constantStatus,
  initialNode,
  nodeConditions,
  type NodeShape,
  type Pressures,
} from './node-shape.js';
import { areResourcesKept, withForeign } from './node-resources.js';
import { draw } from './timings.js';

/** How the kubelet asks for work on its own objects. */
export interface NodeWork {
  readonly shape: NodeShape;
  /** Runs `reconcile` soon. */
  request(work: 'register' | 'status' | 'lease'): void;
  tell(event: EventToRecord): void;
}

/** The keys in the queue of what there is to do about the node itself. */
export const nodeKeys = {
  register: 'node register',
  status: 'node status',
  lease: 'node lease',
} as const;

/** The most images that a status lists. */
const imagesMax = 50;

/** The Node of one life of a kubelet. */
export class NodeKeeper {
  private isRegistered = false;
  private notReady: string | undefined = 'CSINode is not yet initialized';
  private pressures: Pressures = { memory: false, disk: false, pid: false };
  private reported: NodeStatus | undefined;
  private reportedMs = 0;
  private nextLook: Timer | undefined;
  private readonly lookPhaseMs: number;
  private reportDelayMs = 0;
  private imagesSeen = 0;

  constructor(
    private readonly context: KubeletContext,
    private readonly work: NodeWork,
  ) {
    const { random, config, clock } = context;
    this.lookPhaseMs = clock.now() + random.float() * config.nodeStatusUpdateMs;
  }

  start(): void {
    const { clock, random, timings, nodeName } = this.context;
    const spread = this.context.node() === undefined ? timings.register : timings.registerAgain;
    clock.after(draw(random, spread), `${nodeName} register`, () => {
      this.work.request('register');
    });
  }

  /** The node has less of something, or enough again. */
  setPressures(pressures: Pressures): void {
    this.pressures = pressures;
    this.knownConditions = undefined;
    this.changed();
  }

  /** Something that the status tells has changed: it is written at the next look. */
  changed(): void {
    if (!this.isRegistered || this.nextLook !== undefined) return;
    const { clock, nodeName } = this.context;
    this.nextLook = clock.after(this.untilLook(), `${nodeName} status`, () => {
      this.nextLook = undefined;
      this.work.request('status');
    });
  }

  /** Images may have been pulled. */
  changedImages(): void {
    if (this.imagesSeen !== this.context.machine.images.pulledCount) this.changed();
  }

  private untilLook(): number {
    const { clock, config } = this.context;
    const sinceMs = clock.now() - this.lookPhaseMs;
    const period = config.nodeStatusUpdateMs;
    return this.lookPhaseMs + (Math.floor(sinceMs / period + 1e-6) + 1) * period - clock.now();
  }

  /** The Node was changed, by this kubelet or by others: what is not as it should be is put back. */
  observed(node: Node): void {
    const { status = {} } = node;
    if (this.reported === undefined) return;
    const isOurs = this.conditions().every(
      ({ type, status: is }) => findCondition(status.conditions, type)?.status === is,
    );
    // What it is to tell may be other than what it has just written: a CSINode that is there meanwhile.
    const isKept =
      status === this.written?.status || areResourcesKept(status, this.newStatus(node));
    if (!isOurs || !isKept) this.changed();
  }

  /** Makes the Node, or brings the one that is there up to date. */
  *register(): Reconciliation<{ readonly retry: string } | undefined> {
    const { shape } = this.work;
    const initial = initialNode(shape);
    const status = this.status(initial);
    let answer = yield* call(create(nodes, Object.assign({}, initial, { status })));
    const wasThere = !answer.isOk && answer.reason === 'AlreadyExists';
    if (wasThere) answer = yield* call(get(nodes, '', shape.name));
    else if (answer.isOk) this.noteReport(status, answer.object.status);
    if (!answer.isOk) return { retry: answer.message };
    this.isRegistered = true;
    if (this.context.config.nodeEvents === 'all') this.tellStart(answer.object);
    this.work.request('lease');
    const { clock, random, timings, nodeName } = this.context;
    const delayMs = wasThere ? 0 : draw(random, timings.becomeReady);
    clock.after(delayMs, `${nodeName} ready`, () => {
      this.notReady = undefined;
      this.knownConditions = undefined;
      this.work.request('status');
    });
    return undefined;
  }

  private tellStart(node: Node): void {
    this.tell(node, 'Normal', 'Starting', 'Starting kubelet.');
    const text = 'invalid capacity 0 on image filesystem';
    this.tell(node, 'Warning', 'InvalidDiskCapacity', text);
    for (const reason of [
      'NodeHasSufficientMemory',
      'NodeHasNoDiskPressure',
      'NodeHasSufficientPID',
    ]) {
      this.tellState(node, reason);
    }
    const enforced = 'Updated Node Allocatable limit across pods';
    this.tell(node, 'Normal', 'NodeAllocatableEnforced', enforced);
  }

  private tellState(node: Node, reason: string): void {
    const { name } = this.work.shape;
    this.tell(node, 'Normal', reason, `Node ${name} status is now: ${reason}`);
  }

  private tell(node: Node, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { name = '' } = node.metadata;
    // Events about a node carry its name as the UID.
    const regarding = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name } };
    this.work.tell({ regarding, type, reason, message });
  }

  /** Writes the status when it has changed, or when it was last written long ago. */
  *report(): Reconciliation<{ readonly retry: string } | undefined> {
    const { clock, config, random } = this.context;
    const { name } = this.work.shape;
    const known = this.context.node();
    if (known === undefined) return undefined;
    let node = known;
    for (let conflicts = 0; conflicts < 3; conflicts++) {
      const status = this.status(node);
      const isChanged = !isSameStatus(node.status ?? {}, status);
      const dueMs = this.reportedMs + config.nodeStatusReportMs + this.reportDelayMs;
      if (!isChanged && clock.now() < dueMs - 1) break;
      const answer = yield* call(update(nodes, { ...node, status }, 'status'));
      if (answer.isOk) {
        this.tellChanges(node, status);
        this.noteReport(status, answer.object.status);
        this.reportDelayMs = isChanged ? random.between(-0.5, 0.5) * config.nodeStatusReportMs : 0;
        break;
      }
      if (answer.status !== 409) return { retry: answer.message };
      const fresh = yield* call(get(nodes, '', name));
      if (!fresh.isOk) return undefined;
      node = fresh.object;
    }
    this.scheduleReport();
    return undefined;
  }

  private noteReport(status: NodeStatus, stored: NodeStatus | undefined): void {
    this.reported = status;
    this.written = stored && { told: this.drafted, status: stored };
    this.reportedMs = this.context.clock.now();
    this.imagesSeen = this.context.machine.images.pulledCount;
  }

  private tellChanges(node: Node, next: NodeStatus): void {
    const isReady = (conditions: readonly NodeCondition[] | undefined) =>
      conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    const [was, is] = [isReady(node.status?.conditions), isReady(next.conditions)];
    if (was !== is) this.tellState(node, is ? 'NodeReady' : 'NodeNotReady');
    for (const { type, status } of next.conditions ?? []) {
      const before = node.status?.conditions?.find(condition => condition.type === type);
      if (type === 'Ready' || before?.status === status) continue;
      this.tellState(node, stateReasons[type]?.[status === 'True' ? 1 : 0] ?? type);
    }
  }

  private reportTimer: Timer | undefined;

  private scheduleReport(): void {
    this.reportTimer?.cancel();
    const { clock, config, nodeName } = this.context;
    const dueMs = this.reportedMs + config.nodeStatusReportMs + this.reportDelayMs;
    this.reportTimer = clock.after(Math.max(0, dueMs - clock.now()), `${nodeName} report`, () =>
      this.work.request('status'),
    );
  }

  /** Without devices: as the machine was made, which does not change. */
  private capacity: Record<string, string> | undefined;
  private allocatable: Record<string, string> | undefined;

  /** The status as it is now; of a Node that is there, foreign resources are kept. */
  private status(node: Node): NodeStatus {
    const told = this.told();
    const { written } = this;
    this.drafted = told;
    if (
      node.status !== undefined &&
      node.status === written?.status &&
      isSameList(told, written.told)
    ) {
      return { ...node.status, conditions: this.timed(this.conditions(), node.status.conditions) };
    }
    return this.newStatus(node);
  }

  /** What was told last, and the status that the API server made of it: mostly only the time is new. */
  private written: { readonly told: readonly unknown[]; readonly status: NodeStatus } | undefined;

  /** What the last status was made from. */
  private drafted: readonly unknown[] = [];

  /** What the status is made from, besides the time. */
  private told(): readonly unknown[] {
    const { machine, clock } = this.context;
    const told: unknown[] = [this.conditions(), this.images()];
    for (const name of machine.devices.resourceNames) {
      const { capacity, allocatable } = machine.devices.counts(name, clock.now());
      told.push(name, capacity, allocatable);
    }
    return told;
  }

  private newStatus(node: Node): NodeStatus {
    const { context } = this;
    const { machine, clock, config, nodeIp, nodeName } = context;
    const { shape } = this.work;
    const old = node.status ?? {};
    const devices = machine.devices.resourceNames;
    this.capacity ??= Object.assign({}, shape.capacity, {
      'hugepages-1Gi': shape.capacity['hugepages-1Gi'] ?? '0',
      'hugepages-2Mi': shape.capacity['hugepages-2Mi'] ?? '0',
      pods: shape.capacity['pods'] ?? String(config.podsMax),
    });
    const own = this.capacity;
    this.allocatable ??= allocatableOf(shape, own);
    const { capacity, allocatable } = withForeign(old, {
      capacity: own,
      allocatable: this.allocatable,
    });
    for (const name of devices) {
      const counts = machine.devices.counts(name, clock.now());
      capacity[name] = String(counts.capacity);
      allocatable[name] = String(counts.allocatable);
    }
    this.addresses ??= [
      { type: 'InternalIP', address: nodeIp },
      { type: 'Hostname', address: nodeName },
      ...(shape.access ? [{ type: 'ExternalIP', address: shape.access.address }] : []),
    ];
    // What is as it was is the same object: the API server need not look at it, and need not keep it twice.
    return Object.assign({}, old, constantStatus, {
      capacity: sameIfEqual(capacity, old.capacity),
      allocatable: sameIfEqual(allocatable, old.allocatable),
      conditions: this.timed(this.conditions(), old.conditions),
      addresses: this.addresses,
      ...(shape.access && { daemonEndpoints: { kubeletEndpoint: { Port: shape.access.port } } }),
      nodeInfo: this.nodeInfo(),
      images: this.images(),
    });
  }

  private addresses: NodeStatus['addresses'];
  private knownConditions: readonly NodeCondition[] | undefined;

  /** The conditions without their times. */
  private conditions(): readonly NodeCondition[] {
    return (this.knownConditions ??= nodeConditions(this.pressures, this.notReady));
  }

  private imageList: NodeStatus['images'];

  private images(): NonNullable<NodeStatus['images']> {
    const { images } = this.context.machine;
    if (this.imageList === undefined || this.imagesSeen !== images.pulledCount) {
      this.imageList = images.list(imagesMax);
      this.imagesSeen = images.pulledCount;
    }
    return this.imageList;
  }

  private info: NodeStatus['nodeInfo'];

  private nodeInfo(): NonNullable<NodeStatus['nodeInfo']> {
    const id = this.work.shape.name;
    this.info ??= {
      machineID: id,
      systemUUID: id,
      bootID: id,
      kernelVersion,
      osImage: 'seatrial',
      containerRuntimeVersion: 'containerd://2.1.9',
      kubeletVersion: 'v1.36.2',
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: 'amd64',
    };
    return this.info;
  }

  private timed(
    conditions: readonly NodeCondition[],
    old: readonly NodeCondition[] | undefined,
  ): readonly NodeCondition[] {
    const now = rfc3339(this.context.clock.now());
    const own = conditions.map(condition => {
      const before = findCondition(old, condition.type);
      const isSame = before?.status === condition.status;
      const lastTransitionTime = isSame ? (before.lastTransitionTime ?? now) : now;
      return Object.assign({}, condition, { lastHeartbeatTime: now, lastTransitionTime });
    });
    const others = (old ?? []).filter(({ type }) => findCondition(own, type) === undefined);
    return others.length === 0 ? own : others.concat(own);
  }
}

const stateReasons: Readonly<Record<string, readonly [string, string]>> = {
  MemoryPressure: ['NodeHasSufficientMemory', 'NodeHasInsufficientMemory'],
  DiskPressure: ['NodeHasNoDiskPressure', 'NodeHasDiskPressure'],
  PIDPressure: ['NodeHasSufficientPID', 'NodeHasInsufficientPID'],
};

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function sameIfEqual<T>(value: T, old: T | undefined): T {
  return old !== undefined && deepEqual(value, old) ? old : value;
}

/** Whether two statuses differ in nothing but the heartbeat. */
function isSameStatus(a: NodeStatus, b: NodeStatus): boolean {
  const [before, after] = [a.conditions ?? [], b.conditions ?? []];
  if (before.length !== after.length) return false;
  for (let index = 0; index < before.length; index++) {
    if (!isSameCondition(before[index], after[index])) return false;
  }
  return deepEqual({ ...a, conditions: [] }, { ...b, conditions: [] });
}

function isSameCondition(a: NodeCondition | undefined, b: NodeCondition | undefined): boolean {
  return (
    a?.type === b?.type &&
    a?.status === b?.status &&
    a?.reason === b?.reason &&
    a?.message === b?.message &&
    a?.lastTransitionTime === b?.lastTransitionTime
  );
}
