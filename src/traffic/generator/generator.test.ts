/** The generator: its rates of fraud, its people, its campaigns, and that it is repeatable. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import { dayMs } from '../calendar.js';
import { scenarios } from '../scenarios.js';
import type { Transaction } from '../transaction.js';
import { AliasTable } from './alias-table.js';
import type { Campaign } from './campaigns.js';
import { TransactionGenerator, type GeneratorSettings } from './generator.js';
import { labelDelayOf, type LabelDelaySpec } from './label-delay.js';

const startMs = Date.UTC(2026, 10, 26);
const people = { customers: 2000, terminals: 3000, radius: 5 };

function generate(
  settings: Partial<GeneratorSettings>,
  { count = 20_000, everyMs = 1000, seed = 1 } = {},
): Transaction[] {
  const generator = new TransactionGenerator(new Random(seed), { ...people, ...settings });
  return Array.from({ length: count }, (_, index) => generator.next(startMs + index * everyMs));
}

const share = (all: readonly Transaction[], scenario: number): number =>
  all.filter(one => one.scenario === scenario).length / all.length;
const frauds = (all: readonly Transaction[]): number => 1 - share(all, scenarios.genuine);

describe('TransactionGenerator', () => {
  it('repeats itself for one seed, and differs for another', () => {
    expect(generate({}, { count: 500 })).toEqual(generate({}, { count: 500 }));
    expect(generate({}, { count: 500, seed: 2 })).not.toEqual(generate({}, { count: 500 }));
  });

  it.each([0, 0.001, 0.0084, 0.05])('has the stated rate of fraud: %d', fraudRate => {
    // Over 230 days every terminal and card has been compromised and has recovered many times.
    const all = generate({ fraudRate }, { count: 200_000, everyMs: 100_000 });
    expect(frauds(all)).toBeGreaterThanOrEqual(fraudRate * 0.9);
    expect(frauds(all)).toBeLessThanOrEqual(fraudRate * 1.1);
  });

  it('keeps what the scenarios mean: large amounts, and whole cents', () => {
    const all = generate({ fraudRate: 0.02 }, { count: 50_000 });
    for (const { amount, scenario } of all) {
      if (Math.abs(amount * 100 - Math.round(amount * 100)) > 1e-9) throw new Error(`${amount}`);
      if (scenario === scenarios.largeAmount && amount <= 220)
        throw new Error(`${amount} is small`);
      if (scenario === scenarios.genuine && amount > 220) throw new Error(`${amount} is large`);
    }
    const mean = (scenario: number): number => {
      const amounts = all.filter(one => one.scenario === scenario).map(one => one.amount);
      return amounts.reduce((a, b) => a + b, 0) / amounts.length;
    };
    expect(mean(scenarios.customer) / mean(scenarios.genuine)).toBeGreaterThan(4);
  });

  it('sends each customer to near terminals only', () => {
    const used = new Map<number, Set<number>>();
    for (const { customer, terminal } of generate({}, { count: 100_000 })) {
      used.set(customer, (used.get(customer) ?? new Set()).add(terminal));
    }
    // A circle of radius 5 on a square of 10,000 holds some 24 of 3,000 terminals.
    expect(Math.max(...[...used.values()].map(({ size }) => size))).toBeLessThan(60);
  });

  it('can be steered to more and fewer frauds', () => {
    const generator = new TransactionGenerator(new Random(1), { ...people, fraudRate: 0.01 });
    const rateOf = (factor: number, fromMs: number): number => {
      generator.steerFrauds(factor);
      const all = Array.from({ length: 60_000 }, (_, i) => generator.next(fromMs + i * 1000));
      return frauds(all);
    };
    expect(rateOf(1, startMs)).toBeCloseTo(0.01, 2);
    expect(rateOf(3, startMs + dayMs)).toBeGreaterThan(0.027);
    expect(rateOf(1, startMs + 2 * dayMs)).toBeLessThan(0.013);
  });
});

describe('campaigns', () => {
  const span = { fromMs: startMs + 5_000_000, untilMs: startMs + 10_000_000 };
  const cases: readonly (readonly [Campaign, number, number])[] = [
    [{ kind: 'card-testing', ...span, share: 0.3, burstMs: 1, everyMs: 1 }, 5, 0.3],
    [{ kind: 'card-testing', ...span, share: 0.3, burstMs: 1e5, everyMs: 5e5 }, 5, 0.06],
    [{ kind: 'account-takeover', ...span, share: 0.1 }, 6, 0.1],
    [{ kind: 'terminal-compromise', ...span, terminals: 300 }, 4, 0.1],
    [{ kind: 'terminal-compromise', ...span, terminals: 300, share: 0.5 }, 4, 0.05],
  ];

  it.each(cases)('%o makes its frauds while it runs, and only then', (campaign, scenario, rate) => {
    const all = generate({ campaigns: [campaign] });
    const isWithin = ({ timeMs }: Transaction): boolean =>
      timeMs >= span.fromMs && timeMs < span.untilMs;
    expect(share(all.filter(isWithin), scenario)).toBeGreaterThan(rate * 0.75);
    expect(share(all.filter(isWithin), scenario)).toBeLessThan(rate * 1.25);
    expect(
      share(
        all.filter(one => !isWithin(one)),
        scenario,
      ),
    ).toBe(0);
  });

  it('leaves the other transactions as they were', () => {
    const [first] = cases;
    const campaigns = first === undefined ? [] : [first[0]];
    const plain = generate({});
    const attacked = generate({ campaigns });
    const others = attacked.filter(({ scenario }) => scenario !== scenarios.cardTesting);
    const byTime = new Map(plain.map(one => [one.timeMs, one]));
    expect(others.map(({ timeMs }) => byTime.get(timeMs))).toEqual(others);
  });

  it('tests cards with 0.50 to 2.00 at three terminals', () => {
    const all = generate({ campaigns: cases.slice(0, 1).map(([campaign]) => campaign) });
    const tries = all.filter(({ scenario }) => scenario === scenarios.cardTesting);
    expect(Math.min(...tries.map(({ amount }) => amount))).toBe(0.5);
    expect(Math.max(...tries.map(({ amount }) => amount))).toBe(2);
    expect(new Set(tries.map(({ terminal }) => terminal)).size).toBe(3);
  });
});

describe('AliasTable', () => {
  it('draws by weight, and never what weighs nothing', () => {
    const table = new AliasTable(Float64Array.of(0, 1, 2, 5));
    const random = new Random(4);
    const counts = [0, 0, 0, 0];
    for (let turn = 0; turn < 80_000; turn++) {
      const index = table.draw(random);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(counts[0]).toBe(0);
    [1, 2, 5].forEach((weight, index) => {
      expect((counts[index + 1] ?? 0) / weight / 10_000).toBeCloseTo(1, 1);
    });
  });
});

describe('labelDelayOf', () => {
  const delays: readonly (readonly [LabelDelaySpec, number])[] = [
    [{ kind: 'constant', delayMs: 500 }, 500],
    [{ kind: 'uniform', minMs: 100, maxMs: 300 }, 200],
    [{ kind: 'exponential', meanMs: 700 }, 700 * Math.LN2],
    [{ kind: 'lognormal', medianMs: 900, sigma: 0.8 }, 900],
  ];
  it.each(delays)('%o has its median', (spec, median) => {
    const delay = labelDelayOf(spec, new Random(6));
    const drawn = Array.from({ length: 20_001 }, () => delay.next(0)).sort((a, b) => a - b);
    expect((drawn[10_000] ?? 0) / median).toBeCloseTo(1, 1);
  });
});
