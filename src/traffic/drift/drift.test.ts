/** Injected drift: what the ledger says happens, when it says so, and nothing else. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import { hourMs } from '../calendar.js';
import { WindowedFeatures } from '../features/windowed.js';
import { TransactionGenerator } from '../generator/generator.js';
import { labelDelayOf } from '../generator/label-delay.js';
import { scenarios } from '../scenarios.js';
import { featureNames, type Transaction, type TransactionSource } from '../transaction.js';
import { driftedDelay, driftedFeatures, driftedSource } from './drifted.js';
import {
  affectedFeatures,
  driftKinds,
  intensity,
  isHarmless,
  layerOf,
  type DriftEntry,
  type DriftLedger,
} from './ledger.js';

const startMs = Date.UTC(2026, 10, 26);
const atMs = startMs + 10 * hourMs;
const sudden = { kind: 'sudden' } as const;
const victims = { customers: 2000, terminals: 3000 };

const generator = (): TransactionGenerator =>
  new TransactionGenerator(new Random(1), { ...victims, radius: 5, fraudRate: 0.02 });

function run(ledger: DriftLedger, count = 40_000): Transaction[] {
  const source: TransactionSource = driftedSource(generator(), ledger, {
    random: new Random(2),
    victims,
  });
  return Array.from({ length: count }, (_, index) => source.next(startMs + index * 2000));
}

const after = (all: readonly Transaction[]): Transaction[] =>
  all.filter(({ timeMs }) => timeMs >= atMs);
const before = (all: readonly Transaction[]): Transaction[] =>
  all.filter(({ timeMs }) => timeMs < atMs);
const meanAmount = (all: readonly Transaction[]): number =>
  all.reduce((sum, { amount }) => sum + amount, 0) / all.length;
const share = (all: readonly Transaction[], is: (one: Transaction) => boolean): number =>
  all.filter(is).length / all.length;
const isFraud = ({ scenario }: Transaction): boolean => scenario !== scenarios.genuine;

describe('intensity', () => {
  const entry = (ramp: DriftEntry['ramp'], untilMs?: number): DriftEntry => ({
    kind: 'none',
    atMs: 1000,
    ramp,
    ...(untilMs !== undefined && { untilMs }),
  });
  const levels = (one: DriftEntry, times: readonly number[]): number[] =>
    times.map(timeMs => intensity(one, timeMs));

  it('is all at once, or grows, or comes and goes', () => {
    expect(levels(entry(sudden), [999, 1000, 9e9])).toEqual([0, 1, 1]);
    const gradual = entry({ kind: 'gradual', overMs: 400 });
    expect(levels(gradual, [999, 1000, 1100, 1400, 9e9])).toEqual([0, 0, 0.25, 1, 1]);
    const seasonal = entry({ kind: 'seasonal', periodMs: 400 });
    expect(levels(seasonal, [1000, 1100, 1200, 1400].map(Math.round))).toEqual([
      0, 0.49999999999999994, 1, 0,
    ]);
  });

  it('ends where the entry ends', () => {
    expect(levels(entry(sudden, 2000), [1999, 2000])).toEqual([1, 0]);
  });
});

describe('driftedSource', () => {
  const plain = run([]);

  it('changes nothing with an empty ledger, with none, and before a drift', () => {
    const source = generator();
    expect(plain).toEqual(plain.map(({ timeMs }) => source.next(timeMs)));
    expect(run([{ kind: 'none', atMs, ramp: sudden }])).toEqual(plain);
    const late = run([{ kind: 'covariate', amountFactor: 2, atMs, ramp: sudden }]);
    expect(before(late)).toEqual(before(plain));
  });

  it('inflates all amounts and leaves frauds what they were', () => {
    const all = run([{ kind: 'covariate', amountFactor: 1.5, atMs, ramp: sudden }]);
    expect(meanAmount(after(all)) / meanAmount(after(plain))).toBeCloseTo(1.5, 4);
    expect(all.map(({ scenario }) => scenario)).toEqual(plain.map(({ scenario }) => scenario));
  });

  it('inflates half as much half way', () => {
    const ramp = { kind: 'gradual', overMs: 4 * hourMs } as const;
    const all = run([{ kind: 'covariate', amountFactor: 1.5, atMs, ramp }]);
    const index = all.findIndex(({ timeMs }) => timeMs >= atMs + 2 * hourMs);
    const ratio = (all[index]?.amount ?? 0) / (plain[index]?.amount ?? 1);
    expect(ratio).toBeCloseTo(1.25, 2);
  });

  it('mixes larger amounts in, of which as many are fraud as before', () => {
    const all = run([{ kind: 'covariate', amountFactor: 1, mix: 1, atMs, ramp: sudden }]);
    expect(before(all)).toEqual(before(plain));
    expect(meanAmount(after(all)) / meanAmount(after(plain))).toBeGreaterThan(1.2);
    const rateOfSmall = (some: readonly Transaction[]): number =>
      share(
        some.filter(({ amount }) => amount < 100),
        isFraud,
      );
    expect(rateOfSmall(after(all)) / rateOfSmall(after(plain))).toBeGreaterThan(0.85);
    expect(rateOfSmall(after(all)) / rateOfSmall(after(plain))).toBeLessThan(1.15);
  });

  it('lets thieves take less: the stolen cards alone change', () => {
    const entry = { kind: 'stealth', fromFactor: 5, toFactor: 1.5, atMs, ramp: sudden } as const;
    const all = run([entry]);
    all.forEach((one, index) => {
      const other = plain[index];
      const isStolen = one.scenario === scenarios.customer && one.timeMs >= atMs;
      const factor = one.amount / (other?.amount ?? 0);
      const isRight = isStolen ? Math.abs(factor - 0.3) < 0.01 : one.amount === other?.amount;
      if (!isRight && one.amount > 2) throw new Error(`${one.amount} from ${other?.amount}`);
    });
    expect(share(all, one => one.scenario === scenarios.customer)).toBeGreaterThan(0.003);
  });

  it('begins a new pattern of fraud', () => {
    const all = run([{ kind: 'card-testing', share: 0.04, atMs, ramp: sudden }]);
    const isTry = ({ scenario }: Transaction): boolean => scenario === scenarios.cardTesting;
    expect(share(before(all), isTry)).toBe(0);
    expect(share(after(all), isTry)).toBeCloseTo(0.04, 2);
    expect(Math.max(...all.filter(isTry).map(({ amount }) => amount))).toBeLessThanOrEqual(2);
  });

  it('makes frauds three times as many, and as they were after its end', () => {
    const untilMs = atMs + 6 * hourMs;
    const all = run([{ kind: 'prior', fraudFactor: 3, atMs, untilMs, ramp: sudden }]);
    const during = all.filter(({ timeMs }) => timeMs >= atMs && timeMs < untilMs);
    expect(share(before(all), isFraud)).toBeCloseTo(0.02, 2);
    expect(share(during, isFraud)).toBeGreaterThan(0.052);
    expect(
      share(
        all.filter(({ timeMs }) => timeMs >= untilMs),
        isFraud,
      ),
    ).toBeLessThan(0.026);
  });
});

describe('driftedFeatures', () => {
  const rows = (ledger: DriftLedger): Float64Array[] => {
    const state = driftedFeatures(new WindowedFeatures(), ledger, new Random(3));
    const source = generator();
    return Array.from({ length: 30_000 }, (_, index) => {
      const row = new Float64Array(featureNames.length);
      state.observe(source.next(startMs + index * 2000), row, 0);
      return row;
    });
  };
  const plain = rows([]);
  const first = 5 * 3600;
  const broken = (fault: (DriftEntry & { kind: 'broken-pipeline' })['fault']): DriftEntry => ({
    kind: 'broken-pipeline',
    fault,
    atMs,
    ramp: sudden,
  });

  it('delivers nulls as the stated value, from its beginning, in its feature alone', () => {
    const entry = broken({ kind: 'null', features: ['customer_mean_amount_long'], value: -1 });
    const column = featureNames.indexOf('customer_mean_amount_long');
    const wanted = plain.map((row, index) =>
      index < first ? row : row.map((value, at) => (at === column ? -1 : value)),
    );
    expect(rows([entry])).toEqual(wanted);
  });

  it('delivers another unit', () => {
    const all = rows([broken({ kind: 'unit', features: ['amount'], factor: 100 })]);
    expect(all[first - 1]?.[0]).toBe(plain[first - 1]?.[0]);
    expect(all[first]?.[0]).toBe((plain[first]?.[0] ?? 0) * 100);
    // What a customer spent is counted as it was.
    expect(all[first]?.[4]).toBe(plain[first]?.[4]);
  });

  it('reads the clock of another time zone', () => {
    const night = featureNames.indexOf('is_night');
    const all = rows([broken({ kind: 'time-zone', hours: -6 })]);
    // At 10 h the clock says 4 h.
    expect([plain[first]?.[night], all[first]?.[night]]).toEqual([0, 1]);
    expect(all.at(-1)?.[night]).toBe(0);
  });

  it('has that share of rows broken that is broken by then', () => {
    const entry = broken({ kind: 'unit', features: ['amount'], factor: 100 });
    const all = rows([{ ...entry, ramp: { kind: 'gradual', overMs: 100 * hourMs } }]);
    const late = all.slice(first);
    const wrong = late.filter((row, index) => row[0] !== plain[first + index]?.[0]).length;
    // Over 6.7 of 100 hours the mean level is 3.3 %.
    expect(wrong / late.length).toBeGreaterThan(0.027);
    expect(wrong / late.length).toBeLessThan(0.04);
  });
});

describe('driftedDelay', () => {
  it('makes labels come later', () => {
    const constant = labelDelayOf({ kind: 'constant', delayMs: 7 }, new Random(1));
    const entry: DriftEntry = { kind: 'label-delay', delayFactor: 3, atMs, ramp: sudden };
    const delay = driftedDelay(constant, [entry]);
    expect([delay.next(atMs - 1), delay.next(atMs)]).toEqual([7, 21]);
  });
});

describe('what an entry means', () => {
  const entries: Readonly<Record<DriftEntry['kind'], DriftEntry>> = {
    covariate: { kind: 'covariate', amountFactor: 2, atMs, ramp: sudden },
    stealth: { kind: 'stealth', fromFactor: 5, toFactor: 2, atMs, ramp: sudden },
    'card-testing': { kind: 'card-testing', share: 0.1, atMs, ramp: sudden },
    prior: { kind: 'prior', fraudFactor: 3, atMs, ramp: sudden },
    'broken-pipeline': {
      kind: 'broken-pipeline',
      fault: { kind: 'time-zone', hours: 8 },
      atMs,
      ramp: sudden,
    },
    'label-delay': { kind: 'label-delay', delayFactor: 3, atMs, ramp: sudden },
    none: { kind: 'none', atMs, ramp: sudden },
  };

  it('is told by kind', () => {
    const told = driftKinds.map(kind => {
      const entry = entries[kind];
      return [kind, layerOf(entry), isHarmless(entry), affectedFeatures(entry).length];
    });
    expect(told).toEqual([
      ['covariate', 'world', false, 4],
      ['stealth', 'world', false, 4],
      ['card-testing', 'world', false, 13],
      ['prior', 'world', false, 3],
      ['broken-pipeline', 'pipeline', false, 2],
      ['label-delay', 'labels', true, 0],
      ['none', 'nowhere', true, 0],
    ]);
    const mix = { kind: 'covariate', amountFactor: 1, mix: 0.5, atMs, ramp: sudden } as const;
    expect(isHarmless(mix)).toBe(true);
  });
});
