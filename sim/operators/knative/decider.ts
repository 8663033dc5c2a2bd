/** The running autoscaler of one revision: what was measured, and what was decided by it. @upstream knative/serving v1.22.1 pkg/autoscaler/metrics/collector.go, pkg/autoscaler/scaling/multiscaler.go */
import { deepEqual } from '../../api/equality.js';
import { MetricWindow } from './metric-window.js';
import { PodAutoscaler, type PodAutoscalerSpec } from './pod-autoscaler.js';

/** What pods or the activator had to do in a second, on average. */
export interface Load {
  readonly concurrency: number;
  readonly requests: number;
  /** The part that came through the activator, which has counted it. */
  readonly proxiedConcurrency: number;
  readonly proxiedRequests: number;
}

/** How it measures. */
export interface Measuring {
  readonly metric: string;
  readonly stableWindowMs: number;
  readonly panicWindowMs: number;
  readonly isWeighted: boolean;
}

/** What the revision is at when it is decided. */
export interface Present {
  readonly nowMs: number;
  readonly readyPods: number;
}

interface Windows {
  readonly stable: MetricWindow;
  readonly panic: MetricWindow;
}

/** Measures and decides for one revision. */
export class Decider {
  /** How many pods it wants; -1: not known yet. */
  desiredScale = -1;
  /** Below 0 the activator stays in the way. */
  excessBurstCapacity: number;
  private readonly autoscaler: PodAutoscaler;
  private concurrency: Windows;
  private requests: Windows;

  constructor(
    private spec: PodAutoscalerSpec,
    private measuring: Measuring,
    start: Present & { readonly initialScale: number },
  ) {
    this.autoscaler = new PodAutoscaler(spec, start);
    this.concurrency = windowsOf(measuring);
    this.requests = windowsOf(measuring);
    const { targetBurstCapacity, total } = spec;
    this.excessBurstCapacity =
      targetBurstCapacity <= 0
        ? targetBurstCapacity
        : Math.trunc(start.initialScale * total - targetBurstCapacity);
  }

  /** Its settings changed, if they did: what was measured stays as long as the windows do. */
  update(spec: PodAutoscalerSpec, measuring: Measuring): void {
    if (!deepEqual(spec, this.spec)) this.autoscaler.update(spec);
    this.spec = spec;
    if (deepEqual(measuring, this.measuring)) return;
    this.measuring = measuring;
    this.concurrency = windowsOf(measuring);
    this.requests = windowsOf(measuring);
  }

  record(nowMs: number, load: Load): void {
    const concurrency = load.concurrency - load.proxiedConcurrency;
    const requests = load.requests - load.proxiedRequests;
    this.concurrency.stable.record(nowMs, concurrency);
    this.concurrency.panic.record(nowMs, concurrency);
    this.requests.stable.record(nowMs, requests);
    this.requests.panic.record(nowMs, requests);
  }

  /** Decides anew; whether that is to be acted on. Without data the last decision stands. */
  decide({ nowMs, readyPods }: Present): boolean {
    const { metric, isWeighted } = this.measuring;
    const { stable, panic } = metric === 'rps' ? this.requests : this.concurrency;
    if (stable.isEmpty(nowMs)) return false;
    const average = (window: MetricWindow): number =>
      isWeighted ? window.weightedAverage(nowMs) : window.average(nowMs);
    const load = { readyPods, stable: average(stable), panic: average(panic) };
    const decision = this.autoscaler.decide(load, nowMs);
    const { desiredScale, excessBurstCapacity } = this;
    this.desiredScale = decision.desiredPods;
    this.excessBurstCapacity = decision.excessBurstCapacity;
    const isOtherSign = excessBurstCapacity < 0 !== decision.excessBurstCapacity < 0;
    return desiredScale !== decision.desiredPods || isOtherSign;
  }
}

function windowsOf({ stableWindowMs, panicWindowMs }: Measuring): Windows {
  return { stable: new MetricWindow(stableWindowMs), panic: new MetricWindow(panicWindowMs) };
}
