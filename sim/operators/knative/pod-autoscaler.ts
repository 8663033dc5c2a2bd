/**
 * The decisions of Knative's pod autoscaler (KPA): how many replicas a revision should have, from the
 * averages of its load over a long and a short window.
 * @upstream knative/serving v1.22.1 pkg/autoscaler/scaling/autoscaler.go
 */
import { DelayWindow } from './delay-window.js';

/** What a revision's autoscaling is set to. */
export interface PodAutoscalerSpec {
  /** What one pod should bear: concurrent requests or requests a second. */
  readonly target: number;
  /** What one pod can bear, of which the target is a share. */
  readonly total: number;
  /** The burst that ready pods must be able to take, in the unit of the target; -1: any. Default in Knative: 211. */
  readonly targetBurstCapacity: number;
  /** Replicas may grow to this multiple of the ready ones at once. Default in Knative: 1,000. */
  readonly maxScaleUpRate: number;
  /** Replicas may shrink to this fraction of the ready ones at once. Default in Knative: 2. */
  readonly maxScaleDownRate: number;
  /** From this multiple of the ready pods' target on there is panic. Default in Knative: 2. */
  readonly panicThreshold: number;
  /** How long panic lasts after its last cause, in ms. Default in Knative: 60,000. */
  readonly stableWindowMs: number;
  /** How long a decision for fewer waits, in ms. Default in Knative: 0. */
  readonly scaleDownDelayMs: number;
  /** The least that is scaled to, unless to nothing. Default in Knative: 1. */
  readonly activationScale: number;
  /** Whether a route leads to the revision. */
  readonly isReachable: boolean;
}

/** What is measured at a tick. */
export interface MeasuredLoad {
  /** Pods that are ready. */
  readonly readyPods: number;
  /** The average over the stable window, of all pods together. */
  readonly stable: number;
  /** The average over the panic window. */
  readonly panic: number;
}

/** What is decided at a tick. */
export interface ScaleDecision {
  readonly desiredPods: number;
  /** What ready pods could take beyond the load and the burst: below 0 the activator stays in the way. */
  readonly excessBurstCapacity: number;
}

/** Between two decisions. */
export const tickMs = 2000;

/** Decides for one revision. */
export class PodAutoscaler {
  private panicSinceMs: number | undefined;
  /** In panic replicas only grow. */
  private mostPods = 0;
  private delayed: DelayWindow | undefined;

  /** @param start A revision that has several ready pods when the autoscaler starts begins in panic. */
  constructor(
    private spec: PodAutoscalerSpec,
    start: { readonly readyPods: number; readonly nowMs: number },
  ) {
    const { scaleDownDelayMs } = spec;
    if (scaleDownDelayMs > 0) this.delayed = new DelayWindow(scaleDownDelayMs, tickMs);
    if (start.readyPods <= 1) return;
    this.panicSinceMs = start.nowMs;
    this.mostPods = start.readyPods;
  }

  /** From now on it decides by these. */
  update(spec: PodAutoscalerSpec): void {
    const { scaleDownDelayMs } = spec;
    if (scaleDownDelayMs !== this.spec.scaleDownDelayMs) {
      const isDelayed = scaleDownDelayMs > 0;
      this.delayed = isDelayed ? new DelayWindow(scaleDownDelayMs, tickMs) : undefined;
    }
    this.spec = spec;
  }

  decide({ readyPods, stable, panic }: MeasuredLoad, nowMs: number): ScaleDecision {
    const { spec } = this;
    const ready = Math.max(1, readyPods);
    const wantedInPanic = Math.ceil(panic / spec.target);
    const calm = this.bounded(Math.ceil(stable / spec.target), ready);
    this.panicOrCalm(wantedInPanic / ready >= spec.panicThreshold, nowMs);
    let desiredPods = calm;
    if (this.panicSinceMs !== undefined) {
      this.mostPods = Math.max(this.mostPods, calm, this.bounded(wantedInPanic, ready));
      desiredPods = this.mostPods;
    }
    if (spec.isReachable && this.delayed !== undefined) {
      desiredPods = this.delayed.record(nowMs, desiredPods);
    }
    return { desiredPods, excessBurstCapacity: this.excess(readyPods, panic) };
  }

  /** No more and no less than the rates allow, and not below what a revision is activated with. */
  private bounded(wanted: number, ready: number): number {
    const { maxScaleUpRate, maxScaleDownRate, isReachable, activationScale } = this.spec;
    const least = isReachable ? Math.floor(ready / maxScaleDownRate) : 0;
    const bounded = Math.min(Math.max(wanted, least), Math.ceil(maxScaleUpRate * ready));
    return activationScale > 1 && wanted > 0 ? Math.max(bounded, activationScale) : bounded;
  }

  private panicOrCalm(isOver: boolean, nowMs: number): void {
    const { panicSinceMs, spec } = this;
    if (isOver) this.panicSinceMs = nowMs;
    else if (panicSinceMs !== undefined && panicSinceMs + spec.stableWindowMs < nowMs) {
      this.panicSinceMs = undefined;
      this.mostPods = 0;
    }
  }

  private excess(readyPods: number, panic: number): number {
    const { targetBurstCapacity, total } = this.spec;
    if (targetBurstCapacity === 0) return 0;
    if (targetBurstCapacity < 0) return -1;
    return Math.floor(readyPods * total - targetBurstCapacity - panic);
  }
}
