import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import type { Rate } from '../rate.js';
import { poissonArrivals } from './arrivals.js';

const second = 1000;

/** All arrivals of some seconds, window by window, in ms from the start. */
function arrivalsOf(rate: Rate, seconds: number, name = 'a'): number[] {
  const arrivals = poissonArrivals(rate, new Random(3).fork(name));
  const all: number[] = [];
  for (let start = 0; start < seconds * second; start += second) {
    const { count, offsetsMs } = arrivals.between(start, start + second);
    for (let index = 0; index < count; index++) all.push(start + (offsetsMs[index] ?? NaN));
  }
  return all;
}

/** By the time-rescaling theorem gaps measured in expected arrivals are exponential with mean 1. */
function rescaledDistance(times: readonly number[], expected: (timeMs: number) => number): number {
  const gaps = Float64Array.from(times, (time, index) => {
    const before = index === 0 ? 0 : (times[index - 1] ?? 0);
    return expected(time) - expected(before);
  }).sort();
  let most = 0;
  gaps.forEach((gap, index) => {
    const share = 1 - Math.exp(-gap);
    most = Math.max(most, share - index / gaps.length, (index + 1) / gaps.length - share);
  });
  return most * Math.sqrt(gaps.length);
}

const critical = 1.95;

const flat = (perSecond: number): Rate => ({ at: () => perSecond, perSecondMax: () => perSecond });

/** A wave of five minutes, and its integral. */
const wave = (mean: number, swing: number) => {
  const omega = (2 * Math.PI) / 300_000;
  const rate: Rate = {
    at: timeMs => mean + swing * Math.sin(omega * timeMs),
    perSecondMax: (fromMs, untilMs) =>
      Math.max(rate.at(fromMs), rate.at(untilMs), rate.at((fromMs + untilMs) / 2)) + mean * 1e-4,
  };
  const expected = (timeMs: number) =>
    (mean * timeMs + (swing / omega) * (1 - Math.cos(omega * timeMs))) / 1000;
  return { rate, expected };
};

describe('Poisson arrivals', () => {
  it.each([0.5, 40, 3000])('have exponential gaps at a steady %d/s', perSecond => {
    const times = arrivalsOf(flat(perSecond), perSecond < 1 ? 100_000 : 60_000 / perSecond + 20);
    expect(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0))).toBe(true);
    expect(rescaledDistance(times, ms => (ms * perSecond) / 1000)).toBeLessThan(critical);
  });

  it.each([
    [20, 15],
    [900, 700],
  ])('follow a wave of %d +- %d/s', (mean, swing) => {
    const { rate, expected } = wave(mean, swing);
    const times = arrivalsOf(rate, 300);
    expect(rescaledDistance(times, expected)).toBeLessThan(critical);
  });

  it('fill bins by the integral of the rate (chi-square)', () => {
    const { rate, expected } = wave(1000, 900);
    const times = arrivalsOf(rate, 600);
    const bins = new Float64Array(120);
    for (const time of times) {
      const bin = Math.floor(time / 5000);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const chi = bins.reduce((sum, count, bin) => {
      const wanted = expected((bin + 1) * 5000) - expected(bin * 5000);
      return sum + (count - wanted) ** 2 / wanted;
    }, 0);
    // The 99.9 % point for 120 degrees of freedom is 173.6.
    expect(chi).toBeLessThan(173.6);
  });

  it('change at the very instant of a step', () => {
    const rate: Rate = {
      at: timeMs => (timeMs < 10_437 ? 100 : 5000),
      perSecondMax: (_, untilMs) => (untilMs <= 10_437 ? 100 : 5000),
    };
    const times = arrivalsOf(rate, 20);
    const near = (fromMs: number, untilMs: number) =>
      times.filter(time => time >= fromMs && time < untilMs).length;
    expect(near(10_337, 10_437)).toBeLessThan(30);
    expect(near(10_437, 10_537)).toBeGreaterThan(400);
  });

  it('see a peak that is shorter than a slice', () => {
    const isPeak = (timeMs: number) => timeMs >= 5020 && timeMs < 5050;
    const rate: Rate = {
      at: timeMs => (isPeak(timeMs) ? 20_000 : 200),
      perSecondMax: (fromMs, untilMs) => (fromMs < 5050 && untilMs > 5020 ? 20_000 : 200),
    };
    const peak = arrivalsOf(rate, 10).filter(isPeak).length;
    expect(Math.abs(peak - 600)).toBeLessThan(100);
  });

  it('are none at a rate of 0', () => {
    expect(arrivalsOf(flat(0), 10)).toEqual([]);
  });

  it('counts as many in steps', () => {
    const { rate, expected } = wave(50_000, 30_000);
    const arrivals = poissonArrivals(rate, new Random(3).fork('counts'));
    const into = new Int32Array(100);
    let total = 0;
    for (let start = 0; start < 300_000; start += second) {
      arrivals.counts?.(start, 10, into);
      total += into.reduce((sum, count) => sum + count, 0);
    }
    const wanted = expected(300_000);
    expect(Math.abs(total - wanted)).toBeLessThan(4 * Math.sqrt(wanted));
  });
});
