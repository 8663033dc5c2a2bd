/**
 * Drives pods through their lives: one worker to a pod, which syncs, terminates and cleans up, one step
 * at a time. @upstream pkg/kubelet/pod_workers.go
 */
import { LateMap } from '../engine/late-map.js';
import type { Pod, PodStatus } from '../api/kinds/core.js';
import type { Timer } from '../engine/clock.js';
import type { KubeletContext } from './context.js';
import { deadlineMs } from './deadline.js';
import type { WorkType } from './metrics/counts.js';
import type { Pleg } from './pleg.js';
import type { PodEntry } from './pod-entry.js';
import { isTerminalPhase } from './pod-spec.js';
import { syncPod, type SyncParts, type SyncResult } from './sync-pod.js';
import { syncTerminatedPod, syncTerminatingPod } from './sync-terminating.js';
import { runTask, type Task } from './task.js';
import { draw, jitter } from './timings.js';

/** Why a pod is looked at. */
export interface PodUpdate {
  /** Set when the node itself ends the pod: evictions. */
  readonly kill?: {
    readonly graceSeconds: number;
    readonly override: (status: PodStatus) => PodStatus;
  };
  /** Whether the API tells of it, and not the runtime or time. Default false. */
  readonly isNews?: boolean;
}

const noUpdate: PodUpdate = {};
/** The API has news of the pod. */
export const news: PodUpdate = { isNews: true };

/** How much longer than its base a wait may be. */
const jitterFactor = 0.5;

/** The workers of one life of a kubelet. */
export class PodWorkers {
  /** The next syncs, by pod. */
  private readonly queued = new LateMap<string, Timer>();

  constructor(
    private readonly parts: SyncParts,
    private readonly pleg: Pleg,
    /** Where the grid of the work queue's ticks begins. */
    private readonly tickPhaseMs: number,
    private readonly ended: (entry: PodEntry) => void,
  ) {}

  private get context(): KubeletContext {
    return this.parts.context;
  }

  /** There is news of a pod: its worker looks at it, now or when it has finished what it does. */
  update(entry: PodEntry, update: PodUpdate = {}): void {
    entry.quiet = undefined;
    this.look(entry, update);
  }

  private look(entry: PodEntry, update: PodUpdate): void {
    if (entry.phase === 'finished') return;
    const wasRequested = entry.isTerminationRequested;
    if (entry.phase === 'syncing' && mustEnd(entry.pod, update)) {
      entry.phase = 'terminating';
      if (update.kill !== undefined) entry.overrideStatus = update.kill.override;
    }
    if (entry.phase === 'terminating') this.shortenGrace(entry, update.kill?.graceSeconds);
    entry.isPending = true;
    entry.hasNews = update.isNews === true;
    entry.pendingPod = entry.pod;
    this.armDeadline(entry);
    if (!entry.isWorking) this.start(entry);
    if (!wasRequested && entry.isTerminationRequested) entry.cancel?.();
  }

  /** A grace only ever gets shorter, and never zero. @upstream calculateEffectiveGracePeriod */
  private shortenGrace(entry: PodEntry, asked: number | undefined): void {
    let grace = entry.gracePeriodSeconds;
    for (const seconds of [entry.pod.metadata.deletionGracePeriodSeconds, asked]) {
      if (seconds !== undefined && (grace === 0 || seconds < grace)) grace = seconds;
    }
    if (grace === 0) grace = entry.pod.spec?.terminationGracePeriodSeconds ?? 0;
    if (entry.pod.metadata.deletionGracePeriodSeconds === 0) grace = 1;
    entry.gracePeriodSeconds = Math.max(grace, 1);
  }

  private start(entry: PodEntry): void {
    entry.isWorking = true;
    const { clock, nodeName } = this.context;
    const label = `${nodeName} pod`;
    const delayMs = entry.hasStarted
      ? 0
      : draw(this.context.random, this.context.timings.acknowledge);
    entry.hasStarted = true;
    clock.after(delayMs, label, () => runTask(clock, label, this.work(entry)));
  }

  private *work(entry: PodEntry): Task {
    while (entry.isPending && entry.phase !== 'finished') {
      entry.isPending = false;
      entry.seen = entry.pendingPod;
      this.unqueue(entry);
      yield this.pleg.newerThan(entry, entry.lastSyncMs);
      const beginMs = this.context.clock.now();
      const type = workTypeOf(entry);
      yield* this.step(entry);
      this.context.counts.worked(type, beginMs);
    }
    entry.isWorking = false;
  }

  private *step(entry: PodEntry): Task {
    const { context } = this;
    const { phase } = entry;
    if (phase === 'terminated') {
      yield* syncTerminatedPod(context, entry);
      entry.phase = 'finished';
      this.ended(entry);
      return;
    }
    if (phase === 'terminating') {
      yield* syncTerminatingPod(context, entry);
      entry.lastSyncMs = context.clock.now();
      entry.phase = 'terminated';
      // Nothing of it runs, so others may have its devices before anybody can read of its end: the
      // scheduler sends the next pod at once. @upstream devicemanager UpdateAllocatedDevices, isPodInactive
      context.machine.devices.offer(entry.uid);
      entry.isPending = true;
      return;
    }
    const result = yield* syncPod(this.parts, entry);
    entry.lastSyncMs = context.clock.now();
    entry.isResync = false;
    if (result.didSomething && !result.failed) this.relist(entry, result.resized === true);
    if (entry.isTerminationRequested) {
      entry.isPending = true;
      return;
    }
    if (result.isTerminal) {
      entry.phase = 'terminating';
      this.shortenGrace(entry, undefined);
      entry.isPending = true;
      return;
    }
    if (result.again === true) entry.isPending = true;
    this.queueNext(entry, result);
  }

  private relist(entry: PodEntry, reinspects: boolean): void {
    const { random, timings } = this.context;
    this.pleg.relistPod(entry, draw(random, timings.relistPod), reinspects);
  }

  /** When the pod is looked at again if nothing happens. @upstream completeWork */
  private queueNext(entry: PodEntry, result: SyncResult): void {
    const { clock, config, random } = this.context;
    // Upstream syncs every pod again after a minute. Where that finds nothing to do, it is left out.
    if (!result.failed && !hasPeriodicWork(entry.pod)) return;
    let delayMs = config.resyncIntervalMs;
    if (result.failed) {
      const backOffMs =
        result.backOffUntilMs === undefined
          ? config.backOffPeriodMs
          : result.backOffUntilMs - clock.now();
      delayMs = Math.min(Math.max(backOffMs, 0), config.resyncIntervalMs);
    }
    this.queue(entry, jitter(random, delayMs, jitterFactor));
  }

  /** The queue is looked at each second: a sync is due at the first tick after its time. */
  private queue(entry: PodEntry, delayMs: number): void {
    const { clock, nodeName } = this.context;
    this.unqueue(entry);
    const timer = clock.after(this.untilTick(delayMs), `${nodeName} resync`, () => {
      this.queued.delete(entry.uid);
      this.look(entry, noUpdate);
      entry.isResync = true;
    });
    this.queued.set(entry.uid, timer);
  }

  private untilTick(delayMs: number): number {
    const { clock, config } = this.context;
    const sinceMs = clock.now() + delayMs - this.tickPhaseMs;
    const tickMs = Math.ceil(sinceMs / config.syncTickMs) * config.syncTickMs;
    return Math.max(0, this.tickPhaseMs + tickMs - clock.now());
  }

  private unqueue(entry: PodEntry): void {
    this.queued.get(entry.uid)?.cancel();
    this.queued.delete(entry.uid);
  }

  private readonly deadlines = new LateMap<
    string,
    { readonly dueMs: number; readonly timer: Timer }
  >();

  /** Wakes the pod when its activeDeadlineSeconds are over. */
  private armDeadline(entry: PodEntry): void {
    if (entry.pod.spec?.activeDeadlineSeconds === undefined || entry.isTerminationRequested) return;
    const { clock, nodeName } = this.context;
    const dueMs = deadlineMs(entry) ?? clock.now() + entry.pod.spec.activeDeadlineSeconds * 1_000;
    const armed = this.deadlines.get(entry.uid);
    if (armed?.dueMs === dueMs) return;
    armed?.timer.cancel();
    const delayMs = this.untilTick(Math.max(0, dueMs - clock.now()));
    const timer = clock.after(delayMs, `${nodeName} deadline`, () => {
      this.deadlines.delete(entry.uid);
      this.update(entry);
    });
    this.deadlines.set(entry.uid, { dueMs, timer });
  }

  /** Nothing more is to be done about a pod. */
  forget(entry: PodEntry): void {
    this.unqueue(entry);
    this.deadlines.get(entry.uid)?.timer.cancel();
    this.deadlines.delete(entry.uid);
  }
}

/** @upstream kubetypes.SyncPodType */
function workTypeOf(entry: PodEntry): WorkType {
  if (entry.phase === 'terminated') return 'terminated';
  if (entry.phase === 'terminating' && !entry.hasNews) return 'kill';
  if (entry.lastSyncMs < 0) return 'create';
  return entry.hasNews ? 'update' : 'sync';
}

/** Whether a sync without news does anything: files are brought up to date, events told again. */
function hasPeriodicWork({ spec }: Pod): boolean {
  if ((spec?.imagePullSecrets ?? []).length > 0) return true;
  return (spec?.volumes ?? []).some(
    ({ name, configMap, secret, image, projected }) =>
      configMap !== undefined ||
      secret !== undefined ||
      image !== undefined ||
      (projected !== undefined && !name.startsWith('kube-api-access-')),
  );
}

function mustEnd(pod: Pod, update: PodUpdate): boolean {
  return (
    update.kill !== undefined ||
    pod.metadata.deletionTimestamp !== undefined ||
    isTerminalPhase(pod.status?.phase)
  );
}
