/**
 * Tells what has changed in the runtime, as the generic PLEG does: at a relist each second, and of single
 * pods on request. Between changes no timer runs: the next relist's time is reckoned.
 * @upstream pkg/kubelet/pleg/generic.go
 */
import { LateSet } from '../engine/late-map.js';
import type { Clock } from '../engine/clock.js';
import type { ContainerRecord, RuntimeStatus } from './container-records.js';
import type { PodEntry } from './pod-entry.js';

/** What a relist needs, and whom it tells. */
export interface PlegOptions {
  readonly clock: Clock;
  readonly label: string;
  readonly periodMs: number;
  /** Where the grid of relists begins. */
  readonly phaseMs: number;
  entryOf(podUid: string): PodEntry | undefined;
  statusOf(podUid: string): RuntimeStatus;
  /** The pod's containers or sandboxes have changed; `died` names the containers that ended. */
  changed(entry: PodEntry, died: readonly ContainerRecord[]): void;
}

/** Times are floats: a relist's own time must count as past. */
const roundingSlack = 1e-6;

/** The relists of one life of a kubelet. */
export class Pleg {
  private readonly dirty = new LateSet<string>();
  private waiters: (() => void)[] = [];
  private isTicking = false;

  constructor(private readonly options: PlegOptions) {}

  /** The time of the latest global relist. */
  private lastRelistMs(): number {
    const { clock, periodMs, phaseMs } = this.options;
    return phaseMs + Math.floor((clock.now() - phaseMs) / periodMs + roundingSlack) * periodMs;
  }

  /** Something of this pod has changed in the runtime. */
  touch(podUid: string): void {
    this.dirty.add(podUid);
    this.tickSoon();
  }

  /**
   * Relists one pod `delayMs` from now, unless a global relist comes first. `reinspects`: it counts as
   * changed in any case.
   */
  relistPod(entry: PodEntry, delayMs: number, reinspects: boolean): void {
    const { clock, label } = this.options;
    const askedMs = clock.now();
    clock.after(delayMs, `${label} relist`, () => {
      if (this.lastRelistMs() > askedMs && !reinspects) return;
      this.dirty.delete(entry.uid);
      entry.relistedMs = clock.now();
      this.reconcile(entry, reinspects);
      this.release();
    });
  }

  /** Waits until what is known of the pod is newer than this instant. */
  newerThan(entry: PodEntry, timeMs: number): (resume: () => void) => void {
    return resume => {
      const check = () => {
        if (timeMs < 0 || Math.max(entry.relistedMs, this.lastRelistMs()) > timeMs) {
          resume();
          return;
        }
        this.waiters.push(check);
        this.tickSoon();
      };
      check();
    };
  }

  private tickSoon(): void {
    if (this.isTicking) return;
    this.isTicking = true;
    const { clock, label, periodMs } = this.options;
    const nextMs = this.lastRelistMs() + periodMs;
    clock.after(nextMs - clock.now(), `${label} relist`, () => this.tick());
  }

  private tick(): void {
    this.isTicking = false;
    const uids = [...this.dirty];
    this.dirty.clear();
    for (const uid of uids) {
      const entry = this.options.entryOf(uid);
      if (entry !== undefined) this.reconcile(entry, false);
    }
    this.release();
  }

  private release(): void {
    const { waiters } = this;
    this.waiters = [];
    for (const check of waiters) check();
  }

  private reconcile(entry: PodEntry, reinspects: boolean): void {
    const old = entry.cached;
    const next = this.options.statusOf(entry.uid);
    entry.relist(next);
    const died = diedOf(old, next);
    if (reinspects || died.length > 0 || hasNews(old, next)) this.options.changed(entry, died);
  }
}

/** The containers that have ended, or vanished without having ended. */
function diedOf(old: RuntimeStatus, next: RuntimeStatus): ContainerRecord[] {
  const died = next.containers.filter(
    record =>
      record.state === 'exited' &&
      old.containers.find(({ id }) => id === record.id)?.state !== 'exited',
  );
  const vanished = old.containers.filter(
    record => record.state === 'running' && !next.containers.some(({ id }) => id === record.id),
  );
  return [...died, ...vanished];
}

/** Whether a container or sandbox has begun, or a sandbox has stopped. */
function hasNews(old: RuntimeStatus, next: RuntimeStatus): boolean {
  const hasStarted = next.containers.some(
    record =>
      record.state === 'running' &&
      old.containers.find(({ id }) => id === record.id)?.state !== 'running',
  );
  if (hasStarted) return true;
  return next.sandboxes.some(
    sandbox => old.sandboxes.find(({ id }) => id === sandbox.id)?.isReady !== sandbox.isReady,
  );
}
