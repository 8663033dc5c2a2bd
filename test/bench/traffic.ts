/** Benchmarks of the data of the traffic: the handbook's rows, generated transactions, features. */
import { Random } from '../../sim/engine/random.js';
import { WindowedFeatures } from '../../src/traffic/features/windowed.js';
import { TransactionGenerator } from '../../src/traffic/generator/generator.js';
import { HandbookStream } from '../../src/traffic/handbook/stream.js';
import { featureNames } from '../../src/traffic/transaction.js';
import type { Benchmark } from './benchmark.js';

const startMs = Date.UTC(2026, 10, 26);
const count = 1_000_000;
const hourMs = 3_600_000;
const people = { customers: 100_000, terminals: 20_000, radius: 3 };

/** What is measured: in rows and transactions. */
export const trafficBenchmarks: readonly Benchmark[] = [
  {
    name: 'traffic: the handbook data set',
    unit: 'rows',
    run: () => {
      let rows = 0;
      for (const block of new HandbookStream()) rows += block.count;
      return rows;
    },
  },
  {
    name: 'traffic: 1 M transactions of 100,000 customers',
    unit: 'transactions',
    run: () => {
      const generator = new TransactionGenerator(new Random(1), people);
      for (let index = 0; index < count; index++) generator.next(startMs + index);
      return count;
    },
  },
  {
    name: 'traffic: features of 1 M generated transactions',
    unit: 'rows',
    run: () => {
      const generator = new TransactionGenerator(new Random(1), people);
      const features = new WindowedFeatures({
        windowsMs: [hourMs, 6 * hourMs, 24 * hourMs],
        labelDelayMs: 2 * hourMs,
      });
      const row = new Float64Array(featureNames.length);
      // Ten a second over some 28 hours: what is sampled of a thousand a second.
      for (let index = 0; index < count; index++) {
        features.observe(generator.next(startMs + index * 100), row, 0);
      }
      return count;
    },
  },
];
