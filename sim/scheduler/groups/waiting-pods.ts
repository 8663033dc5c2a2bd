/** Pods that have their node and wait for the leave to be bound to it. @upstream pkg/scheduler/framework/runtime/waiting_pods_map.go */
import { printDuration } from '../../api/duration.js';
import type { Clock, Timer } from '../../engine/clock.js';
import { status, type Status } from '../framework.js';

/** How long a plug-in may let a pod wait. @upstream maxTimeout */
const waitMaxMs = 15 * 60_000;

/** One pod that waits: for each of the plug-ins that said so. */
export class WaitingPod {
  /** How the wait ended: `undefined` in it is success. */
  verdict: { readonly status: Status | undefined } | undefined;
  /** Told once when it has ended. */
  onVerdict: (() => void) | undefined;
  private readonly pending = new Map<string, Timer>();

  /** Since when it waits. */
  readonly sinceMs: number;

  constructor(clock: Clock, waits: ReadonlyMap<string, number>, name: string) {
    this.sinceMs = clock.now();
    for (const [plugin, wantedMs] of waits) {
      const waitMs = Math.min(wantedMs, waitMaxMs);
      const timer = clock.after(waitMs, `${name} has waited for ${plugin}`, () => {
        const waited = printDuration(waitMs * 1_000_000);
        const text = `rejected due to timeout after waiting ${waited} at plugin ${plugin}`;
        this.stop(status('Unschedulable', plugin, text));
      });
      this.pending.set(plugin, timer);
    }
  }

  /** The plug-in has nothing against it any more. */
  allow(plugin: string): void {
    this.pending.get(plugin)?.cancel();
    this.pending.delete(plugin);
    if (this.pending.size === 0) this.end(undefined);
  }

  /** The wait is over without success; false when it was over before. */
  stop(reason: Status): boolean {
    for (const timer of this.pending.values()) timer.cancel();
    this.pending.clear();
    return this.end(reason);
  }

  private end(reason: Status | undefined): boolean {
    if (this.verdict !== undefined) return false;
    this.verdict = { status: reason };
    this.onVerdict?.();
    return true;
  }
}
