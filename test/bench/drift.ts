/** Benchmarks of drift detectors: values a second. */
import { Random } from '../../sim/engine/random.js';
import { DriftMonitor } from '../../src/drift/watch/monitor.js';
import { kolmogorovSmirnov } from '../../src/drift/statistics/kolmogorov-smirnov.js';
import { streamDetectorKinds } from '../../src/drift/streaming/index.js';
import { featureNames } from '../../src/traffic/transaction.js';
import { SyntheticRows } from '../drift/synthetic-rows.js';
import type { Benchmark } from './benchmark.js';

const random = new Random(1, 'bench');
const normals = Float64Array.from({ length: 1_000_000 }, () => random.normal());
const errors = Float64Array.from(normals, value => (value > 2.3 ? 1 : 0));

/** Feeds a detector a stationary stream of its kind. */
function stream(name: string, count: number): number {
  const kind = streamDetectorKinds.find(one => one.name === name);
  if (kind === undefined) throw new Error(`no detector ${name}`);
  const detector = kind.create();
  const values = kind.input === 'errors' ? errors : normals;
  for (let index = 0; index < count; index++) detector.update(values[index] as number);
  return count;
}

function ksBatch(): number {
  const pairs = 50;
  for (let pair = 0; pair < pairs; pair++) {
    const at = pair * 15_000;
    kolmogorovSmirnov(
      normals.subarray(at, at + 10_000),
      normals.subarray(at + 10_000, at + 15_000),
    );
  }
  return pairs * 15_000;
}

const rows = new SyntheticRows(1);
const dayMs = 86_400_000;
const monitor = new DriftMonitor(
  featureNames,
  rows.block(20_000, { fromMs: 0, untilMs: 7 * dayMs }),
);
for (let row = 0; row < 2000; row++) monitor.observe({ timeMs: row, values: rows.row(row) });

function check(): number {
  const checks = 50;
  for (let count = 0; count < checks; count++) monitor.check(dayMs);
  return checks;
}

/** What the folder measures. */
export const driftBenchmarks: readonly Benchmark[] = [
  ...streamDetectorKinds.map(({ name }) => ({
    name: `drift: ${name}, a stationary stream`,
    unit: 'values',
    run: () => stream(name, name === 'KSWIN' ? 100_000 : 1_000_000),
  })),
  { name: 'drift: ks of 10,000 and 5,000, exact', unit: 'values', run: ksBatch },
  { name: 'drift: a check of 15 features, 10,000 and 2,000', unit: 'checks', run: check },
];
