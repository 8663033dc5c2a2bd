/** The features against their definition, written out naively, and their memory. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import { dayMs, hourMs } from '../calendar.js';
import { featureNames, type Transaction } from '../transaction.js';
import { WindowedFeatures } from './windowed.js';

const startMs = Date.UTC(2018, 3, 1);

function randomTransactions(count: number, meanGapMs: number): Transaction[] {
  const random = new Random(7);
  let timeMs = startMs;
  return Array.from({ length: count }, () => {
    timeMs += Math.floor(random.exponential(meanGapMs) / 60_000) * 60_000;
    return {
      timeMs,
      customer: random.integer(6),
      terminal: random.integer(4),
      amount: random.integer(10_000) / 100,
      scenario: random.float() < 0.1 ? 2 : 0,
    };
  });
}

/** The definition: windows (t - w, t] of what came up to now. */
function naive(before: readonly Transaction[], windowsMs: readonly number[], delayMs: number) {
  const now = before.at(-1) as Transaction;
  const within = (key: 'customer' | 'terminal', fromMs: number, untilMs: number): Transaction[] =>
    before.filter(one => one[key] === now[key] && one.timeMs > fromMs && one.timeMs <= untilMs);
  const mean = (values: readonly number[]): number =>
    values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
  const date = new Date(now.timeMs);
  return [
    now.amount,
    [0, 6].includes(date.getUTCDay()) ? 1 : 0,
    date.getUTCHours() <= 6 ? 1 : 0,
    ...windowsMs.flatMap(w => {
      const theirs = within('customer', now.timeMs - w, now.timeMs);
      return [theirs.length, mean(theirs.map(one => one.amount))];
    }),
    ...windowsMs.flatMap(w => {
      const there = within('terminal', now.timeMs - delayMs - w, now.timeMs - delayMs);
      return [there.length, mean(there.map(one => (one.scenario === 0 ? 0 : 1)))];
    }),
  ];
}

describe('WindowedFeatures', () => {
  it.each([
    [[dayMs, 7 * dayMs, 30 * dayMs], 7 * dayMs, 2 * hourMs],
    [[hourMs, 6 * hourMs, dayMs], 2 * hourMs, 3 * 60_000],
    [[hourMs, hourMs, hourMs], 0, 10 * 60_000],
  ] as const)('windows %o with delay %i are those of the definition', (windowsMs, delay, gap) => {
    const transactions = randomTransactions(900, gap);
    const features = new WindowedFeatures({ windowsMs, labelDelayMs: delay });
    const row = new Float64Array(featureNames.length);
    transactions.forEach((transaction, index) => {
      features.observe(transaction, row, 0);
      const expected = naive(transactions.slice(0, index + 1), windowsMs, delay);
      expected.forEach((value, column) => {
        expect(row[column], featureNames[column]).toBeCloseTo(value, 9);
      });
    });
  });

  it('remembers what its windows hold, and forgets the rest', () => {
    const features = new WindowedFeatures({
      windowsMs: [hourMs, 2 * hourMs, 3 * hourMs],
      labelDelayMs: hourMs,
    });
    for (let minute = 0; minute < 50_000; minute++) {
      const timeMs = startMs + minute * 60_000;
      features.count({ timeMs, customer: 1, terminal: 1, amount: 1, scenario: 0 });
    }
    expect(features.remembered).toBe(240);
  });

  it('takes a fraud for genuine whose label comes after the window has reached it', () => {
    const risk = featureNames.indexOf('terminal_risk_short');
    const riskWith = (delayMs: number): number | undefined => {
      const labels = { next: () => delayMs };
      const features = new WindowedFeatures({ labelDelayMs: 2 * hourMs, labels });
      const fraud = { timeMs: startMs, customer: 1, terminal: 1, amount: 1, scenario: 2 };
      features.count(fraud);
      const row = new Float64Array(featureNames.length);
      features.observe({ ...fraud, timeMs: startMs + 3 * hourMs }, row, 0);
      return row[risk];
    };
    expect([riskWith(2 * hourMs), riskWith(2 * hourMs + 1)]).toEqual([1, 0]);
  });

  it('writes at the offset and nowhere else', () => {
    const row = new Float64Array(featureNames.length + 2).fill(-1);
    const transaction = { timeMs: startMs, customer: 3000, terminal: 9000, amount: 2, scenario: 0 };
    new WindowedFeatures().observe(transaction, row, 1);
    expect([...row]).toEqual([-1, 2, 1, 1, 1, 2, 1, 2, 1, 2, 0, 0, 0, 0, 0, 0, -1]);
  });
});
