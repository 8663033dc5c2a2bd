/** `npm run bench [-- REGEX] [--json]`: measures the hot paths. It prints figures and asserts nothing. */
import { allocationBenchmarks } from './allocation.js';
import { bootBenchmarks } from './boot.js';
import { checkBenchmarks } from './check.js';
import { clusterBenchmarks } from './cluster.js';
import { driftBenchmarks } from './drift.js';
import { engineBenchmarks } from './engine.js';
import { flowBenchmarks } from './flow.js';
import { fuzzBenchmarks } from './fuzz.js';
import { idleBenchmarks } from './idle.js';
import { importBenchmarks } from './import.js';
import { informerBenchmarks } from './informer.js';
import { journalBenchmarks } from './journal.js';
import { lawBenchmarks } from './laws.js';
import { modelBenchmarks } from './models.js';
import { networkBenchmarks } from './network.js';
import { schedulerBenchmarks } from './scheduler.js';
import { serverBenchmarks } from './server.js';
import { trafficBenchmarks } from './traffic.js';
import { voyageBenchmarks } from './voyages.js';
import { measure, type Benchmark, type Measured } from './benchmark.js';
import { memoryAtNodes, memoryOfScheduling, memoryOfServing } from './memory.js';

const [pattern = ''] = process.argv.slice(2).filter(text => !text.startsWith('--'));
const isJson = process.argv.includes('--json');
const benchmarks: readonly Benchmark[] = [
  ...allocationBenchmarks,
  ...bootBenchmarks,
  ...checkBenchmarks,
  ...engineBenchmarks,
  ...flowBenchmarks,
  ...fuzzBenchmarks,
  ...importBenchmarks,
  ...informerBenchmarks,
  ...journalBenchmarks,
  ...lawBenchmarks,
  ...modelBenchmarks,
  ...networkBenchmarks,
  ...schedulerBenchmarks,
  ...serverBenchmarks,
  ...clusterBenchmarks,
  ...idleBenchmarks,
  ...trafficBenchmarks,
  ...driftBenchmarks,
  ...voyageBenchmarks,
];
const results: Measured[] = [];
for (const benchmark of benchmarks) {
  if (!new RegExp(pattern).test(benchmark.name)) continue;
  const result = await measure(benchmark);
  results.push(result);
  if (!isJson) console.log(line(result));
}
if (isJson) console.log(JSON.stringify(results, null, 2));
else {
  // They run in processes of their own, so they are no benchmarks as the others are.
  if (new RegExp(pattern).test('scheduler: memory')) console.log(memoryOfScheduling());
  if (new RegExp(pattern).test('nodes: memory')) console.log(memoryAtNodes(1000));
  if (new RegExp(pattern).test('served: memory')) console.log(memoryOfServing(24));
}

function line({ name, unit, firstMs, bestMs, medianMs, perSecond }: Measured): string {
  const rate = perSecond >= 100 ? Math.round(perSecond).toLocaleString('en') : perSecond.toFixed(1);
  return `${name.padEnd(46)} ${rate.padStart(12)} ${unit}/s  first ${firstMs.toFixed(0)} ms, then best ${bestMs.toFixed(0)}, median ${medianMs.toFixed(0)}`;
}
