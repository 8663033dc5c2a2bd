/** One life of a kubelet's process: it ties the parts together and runs as a controller. */
import { LateMap } from '../engine/late-map.js';
import { type Node, nodes, type Pod, type PodStatus, pods } from '../api/kinds/core.js';
import { valueOf } from '../api/quantity.js';
import type {
  Answer,
  Change,
  Controller,
  ControllerContext,
  Reconciliation,
  Request,
} from '../client/contract.js';
import { watch } from '../client/requests.js';
import type { Clock, Timer } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import { refusalOf } from './admission.js';
import { BackOff } from './back-off.js';
import type { ContainerRecord } from './container-records.js';
import type { KubeletContext, PodEvent } from './context.js';
import { watchLocalStorage } from './eviction.js';
import { MemoryPressure } from './memory-pressure.js';
import { ImageManager } from './image-manager.js';
import type { Machine } from './machine.js';
import type { NodeShape, Pressures } from './node-shape.js';
import { NodeLease } from './node-lease.js';
import { NodeKeeper, nodeKeys } from './node-status.js';
import { Pleg } from './pleg.js';
import { isSameToKubelet } from './pod-change.js';
import { PodEntry } from './pod-entry.js';
import { fieldPathOf, isTerminalPhase } from './pod-spec.js';
import { news, PodWorkers } from './pod-worker.js';
import { addProbes } from './probe-manager.js';
import { needsReadinessSync } from './readiness-gates.js';
import { activePods, considerResize, retryResize, withAllocation } from './resize.js';
import { needsResync, setStatus, terminateRejected, writeStatus } from './status-manager.js';
import { asked, type Task } from './task.js';
import { draw, firstSyncs, type KubeletConfig, type NodeTimings } from './timings.js';
import { VolumeManager } from './volume-manager.js';

/** What a life begins with. */
export interface KubeletProcessOptions {
  readonly context: ControllerContext;
  readonly shape: NodeShape;
  readonly timings: NodeTimings;
  readonly config: KubeletConfig;
  readonly machine: Machine;
  readonly random: Random;
  readonly counts: KubeletContext['counts'];
  readonly ended: () => void;
}

/** How many requests are under way at a time. */
const workersMax = 16;

/** The process. */
export class KubeletProcess implements KubeletContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly timings: NodeTimings;
  readonly config: KubeletConfig;
  readonly machine: Machine;
  readonly counts: KubeletContext['counts'];
  readonly nodeName: string;
  readonly nodeIp: string;
  readonly startedMs: number;
  readonly pods = new LateMap<string, PodEntry>();
  private readonly pleg: Pleg;
  private readonly workers: PodWorkers;
  private readonly keeper: NodeKeeper;
  private readonly lease: NodeLease;
  private readonly images: ImageManager;
  private readonly volumes: VolumeManager;
  private readonly jobs = new LateMap<string, () => Reconciliation>();
  private readonly unlisten: () => void;
  private jobCount = 0;
  private isStarted = false;
  private readonly early: Change<Pod>[] = [];
  private resyncTimer: Timer | undefined;
  private readonly resyncPhaseMs: number;
  private pressures: Pressures = { memory: false, disk: false, pid: false };

  constructor(private readonly options: KubeletProcessOptions) {
    const { context, shape, config, machine, random } = options;
    this.clock = context.clock;
    this.random = random;
    this.timings = options.timings;
    this.config = config;
    this.machine = machine;
    this.counts = options.counts;
    this.nodeName = shape.name;
    this.nodeIp = shape.ip;
    this.startedMs = this.clock.now();
    const phase = (periodMs: number) => this.startedMs - random.float() * periodMs;
    this.resyncPhaseMs = phase(config.statusResyncMs);
    this.pleg = new Pleg({
      clock: this.clock,
      label: shape.name,
      periodMs: config.relistPeriodMs,
      phaseMs: phase(config.relistPeriodMs),
      entryOf: uid => this.pods.get(uid),
      statusOf: uid => machine.runtime.status(uid),
      changed: (entry, died) => this.runtimeChanged(entry, died),
    });
    this.images = new ImageManager(this);
    this.volumes = new VolumeManager(this);
    const parts = {
      context: this,
      images: this.images,
      volumes: this.volumes,
      backOff: new BackOff(config.containerBackOffMs, config.containerBackOffMaxMs),
      addProbes: (entry: PodEntry) => addProbes(this, entry),
    };
    this.workers = new PodWorkers(parts, this.pleg, phase(config.syncTickMs), entry =>
      this.finished(entry),
    );
    this.keeper = new NodeKeeper(this, {
      shape,
      request: work => this.options.context.queue.add(nodeKeys[work]),
      tell: event => this.options.context.events.record(event),
    });
    this.lease = new NodeLease(this, context);
    const memory = new MemoryPressure(this, {
      capacityBytes: valueOf(shape.capacity['memory']),
      tellPressure: isLow => this.setPressure({ memory: isLow }),
      kill: (entry, kill) => this.workers.update(entry, { kill }),
    });
    machine.runtime.listen({ used: () => memory.changed(), changed: uid => this.pleg.touch(uid) });
    this.unlisten = machine.devices.listen({ changed: uids => this.devicesChanged(uids) });
  }

  /** The process as the runtime of processes runs it. */
  controller(): Controller {
    const onPod = (change: Change<Pod>): void => this.podChanged(change);
    const onNode = (change: Change<Node>): void => this.nodeChanged(change);
    return {
      watches: [
        watch(pods, { fieldSelector: `spec.nodeName=${this.nodeName}`, on: onPod }),
        watch(nodes, { fieldSelector: `metadata.name=${this.nodeName}`, on: onNode }),
      ],
      workers: workersMax,
      retry: { baseMs: 100, maxMs: 10_000 },
      start: () => this.start(),
      stop: () => this.stop(),
      reconcile: key => this.reconcile(key),
    };
  }

  private start(): void {
    this.keeper.start();
    const hasPods = this.machine.runtime.podUids().length > 0;
    const delayMs = hasPods ? draw(this.random, firstSyncs) : 0;
    this.clock.after(delayMs, `${this.nodeName} start`, () => {
      this.isStarted = true;
      for (const change of this.early) this.podChanged(change);
      this.early.length = 0;
      this.removeOrphans();
    });
  }

  private stop(): void {
    this.unlisten();
    this.machine.runtime.listen(undefined);
    for (const entry of this.pods.values()) {
      for (const probe of entry.probes.values()) probe.stop();
      for (const cleanUp of entry.cleanUps) cleanUp();
    }
    this.options.ended();
  }

  /** What still runs of pods that the API has no more is removed. */
  private removeOrphans(): void {
    for (const uid of this.machine.runtime.podUids()) {
      if (this.pods.has(uid)) continue;
      for (const container of this.machine.runtime.containersOf(uid)) container.kill();
      this.discard(uid);
    }
  }

  node(): Node | undefined {
    return this.options.context.view.get(nodes, '', this.nodeName);
  }

  tell(pod: Pod, { type, reason, message, container }: PodEvent): void {
    const fieldPath = container === undefined ? {} : { fieldPath: fieldPathOf(pod, container) };
    const regarding = pod.kind === undefined ? { ...pod, apiVersion: 'v1', kind: 'Pod' } : pod;
    this.options.context.events.record({ regarding, type, reason, message, ...fieldPath });
  }

  ask<T>(request: Request<T>): Task<Answer<T>> {
    return asked(request, job => {
      const key = `ask ${this.jobCount++}`;
      this.jobs.set(key, job);
      this.options.context.queue.add(key);
    });
  }

  writeStatus(entry: PodEntry): void {
    // The status manager is a goroutine of its own: what follows at once is in the same write.
    const delayMs = draw(this.random, this.timings.statusBatch);
    this.options.context.queue.addAfter(`status ${entry.uid}`, delayMs);
  }

  resyncStatuses(): void {
    this.resyncLater();
  }

  sync(entry: PodEntry): void {
    if (this.pods.get(entry.uid) === entry && entry.isAdmitted) this.workers.update(entry);
  }

  private reconcile(key: string): Reconciliation {
    if (key === nodeKeys.lease) return this.lease.renew();
    if (key === nodeKeys.status) return this.keeper.report();
    if (key === nodeKeys.register) return this.keeper.register();
    const [what = '', which = ''] = key.split(' ');
    if (what === 'status') {
      const entry = this.pods.get(which);
      return entry === undefined ? nothing() : writeStatus(this, entry);
    }
    const job = this.jobs.get(key);
    this.jobs.delete(key);
    return job?.() ?? nothing();
  }

  private nodeChanged(change: Change<Node>): void {
    if (change.type !== 'deleted') this.keeper.observed(change.object);
  }

  private podChanged(change: Change<Pod>): void {
    if (!this.isStarted) {
      this.early.push(change);
      return;
    }
    const { object } = change;
    this.counts.observed(object);
    const entry = this.pods.get(object.metadata.uid ?? '');
    if (change.type === 'deleted') {
      if (entry !== undefined) this.removed(entry, object);
    } else if (entry === undefined) this.added(object);
    else this.changed(entry, object);
  }

  private added(pod: Pod): void {
    const entry = new PodEntry(pod);
    this.pods.set(entry.uid, entry);
    entry.relist(this.machine.runtime.status(entry.uid));
    if (!isTerminalPhase(pod.status?.phase) && pod.metadata.deletionTimestamp === undefined) {
      const node = this.node();
      const refusal =
        node &&
        refusalOf({
          pod,
          node,
          others: activePods(this, entry),
          allocateDevices: item => this.machine.devices.allocate(item),
          pressure: this.pressures.memory ? 'memory' : this.pressures.disk ? 'disk' : undefined,
        });
      if (refusal !== undefined) {
        this.reject(entry, refusal);
        return;
      }
    }
    entry.isAdmitted = true;
    watchLocalStorage(this, entry, kill => this.workers.update(entry, { kill }));
    this.workers.update(entry);
  }

  private reject(
    entry: PodEntry,
    why: { readonly reason: string; readonly message: string },
  ): void {
    this.machine.devices.release(entry.uid);
    this.tell(entry.pod, { type: 'Warning', ...why });
    entry.phase = 'finished';
    setStatus(this, entry, {
      qosClass: entry.pod.status?.qosClass ?? 'BestEffort',
      phase: 'Failed',
      reason: why.reason,
      message: `Pod was rejected: ${why.message}`,
    });
    this.options.context.queue.add(`status ${entry.uid}`);
  }

  /** The API has another version of a pod. */
  private changed(entry: PodEntry, pod: Pod): void {
    const old = entry.pod;
    const before = entry.effective;
    entry.allocated = withAllocation(entry, pod);
    entry.pod = pod;
    if (pod.metadata.resourceVersion !== entry.ownVersion && needsResync(entry)) this.resyncLater();
    const hasEnded = isTerminalPhase(pod.status?.phase) && !isTerminalPhase(old.status?.phase);
    if (hasEnded) this.retryResizes();
    if (!entry.isAdmitted) return terminateRejected(this, entry);
    if (isSameToKubelet(old, pod)) {
      if (needsReadinessSync(pod)) this.workers.update(entry);
      return;
    }
    if (old.metadata.generation !== pod.metadata.generation) considerResize(this, entry, before);
    this.workers.update(entry, news);
  }

  /** Gone from the API: what still runs is stopped, with what grace is left. */
  private removed(entry: PodEntry, pod: Pod): void {
    entry.pod = pod;
    entry.isRemoved = true;
    if (!entry.isAdmitted || entry.phase === 'finished') {
      this.forget(entry);
      return;
    }
    const graceSeconds = pod.metadata.deletionGracePeriodSeconds ?? 1;
    this.workers.update(entry, { kill: { graceSeconds, override: status => status } });
  }

  private finished(entry: PodEntry): void {
    if (entry.isRemoved) this.forget(entry);
    this.retryResizes();
  }

  /** Resources have become free. */
  private retryResizes(): void {
    for (const other of this.pods.values()) {
      if (other.resize.pending !== undefined) retryResize(this, other);
    }
  }

  private forget(entry: PodEntry): void {
    this.pods.delete(entry.uid);
    this.workers.forget(entry);
    this.images.forget(entry.uid);
    this.volumes.forget(entry.uid);
    for (const probe of entry.probes.values()) probe.stop();
    for (const cleanUp of entry.cleanUps) cleanUp();
    this.discard(entry.uid);
  }

  private discard(podUid: string): void {
    this.machine.runtime.loseSandboxes(podUid);
    this.machine.runtime.removePod(podUid);
    this.machine.volumes.delete(podUid);
    this.machine.devices.release(podUid);
  }

  /** Statuses that are not as they should be are looked at each ten seconds. */
  private resyncLater(): void {
    if (this.resyncTimer !== undefined) return;
    const { statusResyncMs } = this.config;
    const sinceMs = this.clock.now() - this.resyncPhaseMs;
    const nextMs = (Math.floor(sinceMs / statusResyncMs + 1e-6) + 1) * statusResyncMs;
    this.resyncTimer = this.clock.after(nextMs - sinceMs, `${this.nodeName} statuses`, () => {
      this.resyncTimer = undefined;
      for (const entry of this.pods.values()) if (needsResync(entry)) this.writeStatus(entry);
    });
  }

  private runtimeChanged(entry: PodEntry, died: readonly ContainerRecord[]): void {
    this.keeper.changedImages();
    for (const probe of entry.probes.values()) probe.wake();
    this.sync(entry);
    for (const { name } of died) this.removeOld(entry, name);
  }

  /** Of the containers of one name that have ended, the newest is kept. */
  private removeOld(entry: PodEntry, name: string): void {
    const ended = entry.cached.containers.filter(
      record => record.name === name && record.state === 'exited',
    );
    for (const { id } of ended.slice(1)) this.machine.runtime.removeContainer(entry.uid, id);
  }

  private devicesChanged(podUids: readonly string[]): void {
    this.keeper.changed();
    for (const uid of podUids) {
      const entry = this.pods.get(uid);
      if (entry !== undefined) this.sync(entry);
    }
  }

  /** The status of a pod, for whoever knows its name. */
  statusByName(
    namespace: string,
    name: string,
  ): { readonly uid: string; readonly status: PodStatus } | undefined {
    for (const entry of this.pods.values()) {
      const { metadata } = entry.pod;
      if (metadata.namespace === namespace && metadata.name === name) {
        return { uid: entry.uid, status: entry.status };
      }
    }
    return undefined;
  }

  setPressure(pressure: Partial<Pressures>): void {
    this.pressures = { ...this.pressures, ...pressure };
    this.keeper.setPressures(this.pressures);
  }
}

function* nothing(): Reconciliation {
  // The pod is gone.
}
