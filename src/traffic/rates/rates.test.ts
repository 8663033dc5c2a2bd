/** Rates: what they are at known instants, and that arrivals drawn from them are distributed as they say. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import { UserError } from '../../input/errors.js';
import { dayMs, hourMs } from '../calendar.js';
import { poissonArrivals } from '../flow/arrivals.js';
import type { Rate } from '../rate.js';
import { selfSimilarRate, twoStateMean, twoStateRate } from './bursts.js';
import { checkFit, fittedRate, meanRate, peakRate, type Span } from './fit.js';
import { constantRate, productRate, scaledRate } from './plain.js';
import { shapedRate, type RateShape } from './shape.js';
import { hourShapes, seasonShapes, weekdayShapes } from './shapes.js';
import { stagesRate } from './stages.js';

const minuteMs = 60_000;
const thursdayMs = Date.parse('2026-11-26T22:00:00Z');
const blackFriday = { fromMs: thursdayMs, untilMs: thursdayMs + 26 * hourMs };
const noonEvent = {
  fromMs: Date.parse('2026-11-27T12:00:00Z'),
  untilMs: Date.parse('2026-11-27T13:00:00Z'),
  factor: 4,
};
const platform: RateShape = {
  hours: hourShapes.handbook,
  weekdays: weekdayShapes.sparkov,
  seasons: seasonShapes.sparkov,
  paydays: { days: [1, 2, 3], factor: 1.25 },
  events: [noonEvent],
};

/** The arrivals of a span, window by window. */
function arrivals(rate: Rate, { fromMs, untilMs }: Span, windowMs = minuteMs): number[] {
  const source = poissonArrivals(rate, new Random(11));
  const found: number[] = [];
  for (let windowFrom = fromMs; windowFrom < untilMs; windowFrom += windowMs) {
    const { count, offsetsMs } = source.between(windowFrom, windowFrom + windowMs);
    for (let index = 0; index < count; index++) found.push(windowFrom + (offsetsMs[index] ?? 0));
  }
  return found;
}

const counts = (
  times: readonly number[],
  fromMs: number,
  binMs: number,
  bins: number,
): number[] => {
  const found = Array.from({ length: bins }, () => 0);
  for (const timeMs of times) {
    const bin = Math.floor((timeMs - fromMs) / binMs);
    if (bin < bins) found[bin] = (found[bin] ?? 0) + 1;
  }
  return found;
};
function refusalOf(attempt: () => unknown): UserError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: readonly number[]): number => {
  const middle = mean(values);
  return mean(values.map(value => (value - middle) ** 2));
};

describe('arrivals of a shaped rate', () => {
  const rate = fittedRate(platform, { ...blackFriday, mean: 1, peak: 5 });
  const times = arrivals(rate, blackFriday);

  it('come per half hour as the integral of the rate says (chi-square)', () => {
    const bins = 52;
    const statistic = counts(times, thursdayMs, 30 * minuteMs, bins)
      .map((count, bin) => {
        const fromMs = thursdayMs + bin * 30 * minuteMs;
        const expected = meanRate(rate, { fromMs, untilMs: fromMs + 30 * minuteMs }) * 1800;
        return (count - expected) ** 2 / expected;
      })
      .reduce((a, b) => a + b, 0);
    // 52 degrees of freedom: 99 % of such sums lie between 29.5 and 82.0.
    expect(statistic).toBeGreaterThan(29.5);
    expect(statistic).toBeLessThan(82);
  });

  it('have exponential gaps once time is rescaled by the rate (Kolmogorov-Smirnov)', () => {
    const gaps = times
      .slice(1)
      .map((timeMs, index) => {
        const span = { fromMs: times[index] as number, untilMs: timeMs };
        return meanRate(rate, span) * ((timeMs - span.fromMs) / 1000);
      })
      .sort((a, b) => a - b);
    const n = gaps.length;
    const distance = Math.max(
      ...gaps.map((gap, index) => {
        const chance = 1 - Math.exp(-gap);
        return Math.max(chance - index / n, (index + 1) / n - chance);
      }),
    );
    // The distance that 99 % of samples stay below.
    expect(distance).toBeLessThan(1.63 / Math.sqrt(n));
    expect(n).toBeGreaterThan(90_000);
  });
});

describe('shapedRate', () => {
  it('has the weight of an hour at its middle and is straight in between', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => hour);
    const rate = shapedRate({ hours }, 11.5);
    const midnight = Date.UTC(2026, 5, 3);
    expect(rate.at(midnight + 8.5 * hourMs)).toBeCloseTo(8, 9);
    expect(rate.at(midnight + 9 * hourMs)).toBeCloseTo(8.5, 9);
    expect(rate.at(midnight)).toBeCloseTo(11.5, 9);
  });

  it('multiplies by weekday, payday, season and event', () => {
    const friday = Date.parse('2026-12-04T12:00:00Z');
    expect(shapedRate({ weekdays: weekdayShapes.sparkov }).at(friday)).toBeCloseTo(875 / 795, 9);
    expect(shapedRate({ seasons: seasonShapes.sparkov }).at(friday)).toBe(2);
    expect(shapedRate({ paydays: { days: [4], factor: 1.25 } }).at(friday)).toBe(1.25);
    const event = shapedRate({ events: [noonEvent] });
    const at = (text: string): number => event.at(Date.parse(`2026-11-27T${text}Z`));
    expect(at('11:45:00')).toBe(1);
    expect(at('11:52:30')).toBeCloseTo(2.5, 9);
    expect([at('12:00:00'), at('12:59:00'), at('13:00:00')]).toEqual([4, 4, 4]);
    expect(at('13:07:30')).toBeCloseTo(2.5, 9);
    expect(at('14:00:00')).toBe(1);
  });

  it('has the stated mean over a plain week', () => {
    const rate = shapedRate({ hours: hourShapes.paysim, weekdays: weekdayShapes.sparkov }, 40);
    const fromMs = Date.UTC(2026, 2, 1);
    expect(meanRate(rate, { fromMs, untilMs: fromMs + 7 * dayMs })).toBeCloseTo(40, 1);
  });

  it('bounds every span by its highest minute', () => {
    const rate = shapedRate(platform, 100);
    const random = new Random(3);
    for (let turn = 0; turn < 300; turn++) {
      const fromMs = thursdayMs + random.float() * 26 * hourMs;
      const untilMs = fromMs + random.float() * 20 * minuteMs;
      const max = rate.perSecondMax(fromMs, untilMs);
      const seen = Array.from({ length: 50 }, () => rate.at(random.between(fromMs, untilMs)));
      expect(Math.max(...seen)).toBeLessThanOrEqual(max);
    }
  });
});

describe('peakRate', () => {
  it('is the highest of all whole seconds, and the first of those', () => {
    const random = new Random(7);
    for (let turn = 0; turn < 20; turn++) {
      const hours = Array.from({ length: 24 }, () => 1 + random.integer(5));
      const rate = shapedRate({ ...platform, hours }, 1 + random.float());
      const span = { fromMs: thursdayMs + random.integer(hourMs), untilMs: thursdayMs + dayMs };
      let peak = { perSecond: 0, atMs: 0 };
      for (let timeMs = span.fromMs; timeMs < span.untilMs; timeMs += 1000) {
        if (rate.at(timeMs) > peak.perSecond) peak = { perSecond: rate.at(timeMs), atMs: timeMs };
      }
      expect(peakRate(rate, span)).toEqual(peak);
    }
  });
});

describe('fittedRate', () => {
  it('states mean and peak of the 26 hours about Black Friday', () => {
    const rate = fittedRate(platform, { ...blackFriday, mean: 1000, peak: 5000 });
    expect(meanRate(rate, blackFriday)).toBeCloseTo(1000, 6);
    const peak = peakRate(rate, blackFriday);
    expect(peak.perSecond).toBeCloseTo(5000, 6);
    expect(peak.atMs).toBeGreaterThanOrEqual(noonEvent.fromMs);
    expect(peak.atMs).toBeLessThanOrEqual(noonEvent.untilMs);
  });

  it.each([
    [{ ...platform, events: [] }, 5, 'the shape has no event', 'add an event'],
    [platform, 1.1, 'without its events the shape already peaks', 'state a higher peak'],
    [{ events: [{ ...noonEvent, ...blackFriday }] }, 30, 'however strong', 'event shorter'],
  ])('refuses what cannot be', (shape, peak, what, next) => {
    const refusal = refusalOf(() => fittedRate(shape, { ...blackFriday, mean: 1, peak }));
    expect(refusal.message).toContain(what);
    expect(refusal.details.next).toContain(next);
    const early = refusalOf(() => checkFit(shape, { ...blackFriday, mean: 1, peak }));
    expect(early.message).toBe(refusal.message);
  });

  it('can be where it was not refused before', () => {
    expect(() => checkFit(platform, { ...blackFriday, mean: 1000, peak: 5000 })).not.toThrow();
  });
});

describe('stagesRate', () => {
  const rate = stagesRate(
    [
      { durationMs: minuteMs, target: 60 },
      { durationMs: minuteMs, target: 60 },
      { durationMs: 0, target: 200 },
      { durationMs: minuteMs, target: 0 },
    ],
    { startMs: 1000 },
  );

  it('moves straight from target to target, and jumps when a stage has no length', () => {
    const at = (seconds: number): number => rate.at(1000 + seconds * 1000);
    expect([-1, 0, 30, 60, 119, 120, 150, 180, 500].map(at)).toEqual([
      0, 0, 30, 60, 60, 200, 100, 0, 0,
    ]);
  });

  it('bounds a span by what lies in it', () => {
    expect(rate.perSecondMax(0, 31_000)).toBe(30);
    expect(rate.perSecondMax(100_000, 122_000)).toBe(200);
    expect(rate.perSecondMax(200_000, 300_000)).toBe(0);
  });

  it('begins where it is told', () => {
    const from = stagesRate([{ durationMs: 1000, target: 0 }], { startMs: 0, startRate: 10 });
    expect(from.at(500)).toBe(5);
  });
});

describe('made of others', () => {
  it('scales and multiplies', () => {
    const rate = productRate(scaledRate(constantRate(3), 2), constantRate(5));
    expect([rate.at(0), rate.perSecondMax(0, 1)]).toEqual([30, 30]);
  });
});

describe('twoStateRate', () => {
  it('has the mean and the index of dispersion of a Markov-modulated Poisson process', () => {
    const states = {
      levels: [2, 20],
      staysMs: [8000, 2000],
      startMs: 0,
    } as const;
    const span = { fromMs: 0, untilMs: 400_000_000 };
    const times = arrivals(twoStateRate(states, new Random(5)), span, 10_000);
    expect(times.length / 400_000).toBeCloseTo(twoStateMean(states), 1);
    const binMs = 1_000_000;
    const perBin = counts(times, 0, binMs, 400);
    const [l1, l2] = states.levels;
    const [r1, r2] = states.staysMs.map(stay => 1000 / stay) as [number, number];
    const index = 1 + (2 * (l1 - l2) ** 2 * r1 * r2) / ((r1 + r2) ** 2 * (l1 * r2 + l2 * r1));
    // The variance of 400 counts is known to within 15 % at two deviations.
    expect(variance(perBin) / mean(perBin) / index).toBeGreaterThan(0.85);
    expect(variance(perBin) / mean(perBin) / index).toBeLessThan(1.15);
  });
});

describe('selfSimilarRate', () => {
  it('has mean 1 and the Hurst exponent that its tails make', () => {
    const settings = { sources: 60, alpha: 1.4, meanOnMs: 1000, meanOffMs: 2000, startMs: 0 };
    const rate = selfSimilarRate(settings, new Random(8));
    const perSecond = Array.from({ length: 100_000 }, (_, second) => rate.at(second * 1000));
    expect(mean(perSecond)).toBeGreaterThan(0.9);
    expect(mean(perSecond)).toBeLessThan(1.1);
    // The variance of means over m seconds falls as m ** (2 H - 2).
    const spread = (m: number): number =>
      Math.log(
        variance(
          Array.from({ length: Math.floor(perSecond.length / m) }, (_, block) =>
            mean(perSecond.slice(block * m, (block + 1) * m)),
          ),
        ),
      );
    const hurst = 1 + (spread(500) - spread(10)) / Math.log(50) / 2;
    expect(hurst).toBeGreaterThan(0.7);
    expect(hurst).toBeLessThan(0.9);
  });

  it('answers again about what it was asked before', () => {
    const settings = { sources: 5, alpha: 1.5, meanOnMs: 100, meanOffMs: 100, startMs: 0 };
    const rate = selfSimilarRate(settings, new Random(8));
    const first = [500, 1000, 1500].map(timeMs => rate.at(timeMs));
    rate.perSecondMax(0, 60_000);
    expect([500, 1000, 1500].map(timeMs => rate.at(timeMs))).toEqual(first);
  });
});
