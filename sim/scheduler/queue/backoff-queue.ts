/** The pods that sit out their back-off. @upstream pkg/scheduler/backend/queue/backoff_queue.go */
import { backoffSeconds } from './backoff.js';
import { KeyedHeap } from './keyed-heap.js';
import type { QueuedPod } from './queued-pod.js';

/** Settings of the back-off. */
export interface BackoffSettings {
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
}

/** Back-offs end at whole seconds, so that pods of one second are ordered by importance. */
export const windowMs = 1000;

/**
 * Two heaps: pods that were rejected, which may be popped early, and pods that failed by an error.
 *
 * kube-scheduler pops the pods of a waiting group early too, and so tries the group without a pause, over
 * two thousand times a second. Here they sit out their back-off, until something happens anywhere:
 * each of the attempts that are left out would have seen the same cluster. So it is with the pods of a gang
 * that a plug-in out of the tree sends back.
 */
export class BackoffQueue {
  private readonly idle = new Map<string, QueuedPod>();
  private readonly rejected: KeyedHeap<QueuedPod>;
  private readonly failed: KeyedHeap<QueuedPod>;

  constructor(
    private readonly settings: BackoffSettings,
    private readonly now: () => number,
    isBefore: (a: QueuedPod, b: QueuedPod) => boolean,
  ) {
    this.rejected = new KeyedHeap((a, b) => {
      const [first, second] = [this.endMs(a), this.endMs(b)];
      return first === second ? isBefore(a, b) : first < second;
    });
    this.failed = new KeyedHeap((a, b) => this.endMs(a) < this.endMs(b));
  }

  /** How many may be popped early. */
  get poppable(): number {
    return this.rejected.size;
  }

  get size(): number {
    return this.rejected.size + this.failed.size + this.idle.size;
  }

  add(pod: QueuedPod): void {
    if (pod.isIdle) this.idle.set(pod.key, pod);
    else this.put(pod);
  }

  /** Something happened: the pods of groups may be popped early again, or those that it may help. */
  stir(isMeant: (pod: QueuedPod) => boolean = () => true): void {
    if (this.idle.size === 0) return;
    for (const [key, pod] of this.idle) {
      if (!isMeant(pod)) continue;
      this.idle.delete(key);
      this.put(pod);
    }
  }

  private put(pod: QueuedPod): void {
    pod.isIdle = false;
    (pod.hasNoRejectors ? this.failed : this.rejected).set(pod.key, pod);
  }

  get(key: string): QueuedPod | undefined {
    return this.rejected.get(key) ?? this.failed.get(key) ?? this.idle.get(key);
  }

  delete(key: string): boolean {
    return this.rejected.delete(key) || this.failed.delete(key) || this.idle.delete(key);
  }

  /** Puts the pod where it belongs after it changed. */
  settle(pod: QueuedPod): void {
    if (this.rejected.has(pod.key)) this.rejected.set(pod.key, pod);
    if (this.failed.has(pod.key)) this.failed.set(pod.key, pod);
  }

  /** The first of those that were rejected, whether its time has come or not. */
  pop(): QueuedPod | undefined {
    return this.rejected.pop();
  }

  /** Those whose back-off is over. */
  popCompleted(): readonly QueuedPod[] {
    const completed = [...this.idle.values()].filter(pod => !this.isBackingOff(pod));
    for (const pod of completed) this.idle.delete(pod.key);
    for (const heap of [this.rejected, this.failed]) {
      for (;;) {
        const first = heap.peek();
        if (first === undefined || this.isBackingOff(first)) break;
        heap.pop();
        completed.push(first);
      }
    }
    return completed;
  }

  /** Whether the pod has to wait, the second in which its back-off ends included. */
  isBackingOff(pod: QueuedPod): boolean {
    return this.endMs(pod) >= align(this.now());
  }

  /** When its back-off ends. */
  endMs(pod: QueuedPod): number {
    const count = pod.errorCount > 0 ? pod.errorCount : pod.unschedulableCount;
    const { podInitialBackoffSeconds, podMaxBackoffSeconds } = this.settings;
    if (podMaxBackoffSeconds === 0 || count === 0) return -Infinity;
    const seconds = backoffSeconds({
      count,
      initialSeconds: podInitialBackoffSeconds,
      maxSeconds: podMaxBackoffSeconds,
    });
    return (pod.backoffEndMs ??= align(pod.timestampMs + seconds * 1000));
  }

  values(): readonly QueuedPod[] {
    return [...this.rejected.values(), ...this.failed.values(), ...this.idle.values()];
  }
}

function align(timeMs: number): number {
  return Math.floor(timeMs / windowMs) * windowMs;
}
