/** A pod with what the queue knows of its attempts. @upstream pkg/scheduler/framework/types.go QueuedPodInfo */
import type { QueueOrder } from '../framework.js';
import type { PodInfo } from '../pod-info.js';
import type { ClusterEvent } from './cluster-event.js';

/** A pod that waits, or is in flight. The queue changes it in place. */
export class QueuedPod implements QueueOrder {
  /** How often it was popped. */
  attempts = 0;
  unschedulableCount = 0;
  /** How often in a row it failed by an error rather than a rejection. */
  errorCount = 0;
  /** When its back-off ends, once that is known. */
  backoffEndMs: number | undefined;
  /** When it was taken out to be tried last. */
  poppedMs = 0;
  /** Whether it was tried again only because it had waited for too long. */
  wasFlushed = false;
  /** When it was first ready to be tried. */
  firstAttemptMs: number | undefined;
  unschedulablePlugins: ReadonlySet<string> = new Set();
  pendingPlugins: ReadonlySet<string> = new Set();
  /** The plug-in that keeps it out of the queue. */
  gatingPlugin = '';
  gatingEvents: readonly ClusterEvent[] = [];
  /** A member of a group for which nothing has changed since it was last tried. */
  isIdle = false;

  constructor(
    public info: PodInfo,
    public timestampMs: number,
  ) {}

  get priority(): number {
    return this.info.priority;
  }

  get key(): string {
    return this.info.key;
  }

  get isGated(): boolean {
    return this.gatingPlugin !== '';
  }

  /** Whether it came back by an error: nobody rejected it. */
  get hasNoRejectors(): boolean {
    return this.unschedulablePlugins.size === 0 && this.pendingPlugins.size === 0;
  }

  isRejectedBy(plugin: string): boolean {
    return this.unschedulablePlugins.has(plugin) || this.pendingPlugins.has(plugin);
  }

  /** Who rejected it in this attempt; who did in earlier ones is forgotten. */
  reject(unschedulable: Iterable<string>, pending: Iterable<string>): void {
    this.unschedulablePlugins = new Set(unschedulable);
    this.pendingPlugins = new Set(pending);
    this.gatingPlugin = '';
    this.gatingEvents = [];
  }
}
