import { describe, expect, it } from 'vitest';
import { DelayWindow } from './delay-window.js';
import { MetricWindow } from './metric-window.js';
import { PodAutoscaler, type PodAutoscalerSpec } from './pod-autoscaler.js';

/** Knative's defaults for 100 concurrent requests a pod, of which 70 % are aimed at. */
const defaults: PodAutoscalerSpec = {
  target: 70,
  total: 100,
  targetBurstCapacity: 211,
  maxScaleUpRate: 1000,
  maxScaleDownRate: 2,
  panicThreshold: 2,
  stableWindowMs: 60_000,
  scaleDownDelayMs: 0,
  activationScale: 1,
  isReachable: true,
};

function autoscaler(spec: Partial<PodAutoscalerSpec> = {}, readyPods = 1): PodAutoscaler {
  return new PodAutoscaler({ ...defaults, ...spec }, { readyPods, nowMs: 0 });
}

describe('the pod autoscaler', () => {
  it('has what the stable average needs, and tells what ready pods could take besides', () => {
    const load = { readyPods: 3, stable: 200, panic: 200 };
    expect(autoscaler().decide(load, 2000)).toEqual({ desiredPods: 3, excessBurstCapacity: -111 });
    expect(autoscaler({ targetBurstCapacity: 0 }).decide(load, 0).excessBurstCapacity).toBe(0);
    expect(autoscaler({ targetBurstCapacity: -1 }).decide(load, 0).excessBurstCapacity).toBe(-1);
  });

  it('panics at twice its target, and only grows until a stable window has passed', () => {
    const scaler = autoscaler();
    const pods = (stable: number, panic: number, seconds: number): number =>
      scaler.decide({ readyPods: 1, stable, panic }, seconds * 1000).desiredPods;
    expect(pods(60, 139, 2)).toBe(2);
    expect(pods(60, 350, 4)).toBe(5);
    expect(pods(60, 0, 64)).toBe(5);
    expect(pods(60, 0, 65)).toBe(1);
  });

  it('begins in panic where several pods are ready', () => {
    const scaler = autoscaler({}, 6);
    expect(scaler.decide({ readyPods: 6, stable: 0, panic: 0 }, 2000).desiredPods).toBe(6);
  });

  it('grows and shrinks by its rates, and freely where no route leads to it', () => {
    const idle = { readyPods: 9, stable: 0, panic: 0 };
    expect(autoscaler().decide(idle, 0).desiredPods).toBe(4);
    expect(autoscaler({ isReachable: false }).decide(idle, 0).desiredPods).toBe(0);
    const busy = { readyPods: 2, stable: 7000, panic: 0 };
    expect(autoscaler({ maxScaleUpRate: 1.6 }).decide(busy, 0).desiredPods).toBe(4);
  });

  it('is activated with several pods, unless it wants none', () => {
    const scaler = autoscaler({ activationScale: 3 });
    expect(scaler.decide({ readyPods: 0, stable: 1, panic: 0 }, 0).desiredPods).toBe(3);
    expect(scaler.decide({ readyPods: 0, stable: 0, panic: 0 }, 2000).desiredPods).toBe(0);
  });

  it('waits with fewer as long as it is told to', () => {
    const scaler = autoscaler({ scaleDownDelayMs: 10_000 });
    const pods = (stable: number, seconds: number): number =>
      scaler.decide({ readyPods: 4, stable, panic: 0 }, seconds * 1000).desiredPods;
    expect(pods(280, 2)).toBe(4);
    expect(pods(140, 10)).toBe(4);
    expect(pods(140, 12)).toBe(2);
  });
});

it('remembers the greatest of the slots of its window', () => {
  const window = new DelayWindow(5000, 2000);
  expect([3, 1, 2, 0, 0].map((value, slot) => window.record(slot * 2000, value))).toEqual([
    3, 3, 3, 2, 2,
  ]);
});

describe('averages of a window', () => {
  it('are over the seconds since the first record, at most those of the window', () => {
    const window = new MetricWindow(6000);
    expect(window.isEmpty(0)).toBe(true);
    window.record(1000, 6);
    window.record(3999, 3);
    expect(window.average(3000)).toBe(3);
    expect(window.average(5000)).toBe(3);
    window.record(8000, 1);
    expect(window.average(8000)).toBe(0.666667);
    expect(window.average(14_000)).toBe(0);
    expect([window.isEmpty(14_000), window.isEmpty(15_000)]).toEqual([false, true]);
  });

  it('may weigh what is newer more', () => {
    const window = new MetricWindow(6000);
    window.record(0, 10);
    window.record(1000, 10);
    const weight = 1 - 0.0001 ** (1 / 6);
    expect(window.weightedAverage(1000)).toBeCloseTo(10 * weight * (2 - weight), 9);
    expect(window.weightedAverage(2000)).toBeCloseTo(10 * weight * (2 - weight) * (1 - weight), 9);
  });
});
