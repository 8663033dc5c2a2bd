/** A million arbitrary requests: each run sends half of them, and throws on an answer that must not be. */
import { fuzzServer } from '../fuzz/server.js';
import type { Benchmark } from './benchmark.js';

const requestsPerRun = 500_000;
let seed = 1;

export const fuzzBenchmarks: readonly Benchmark[] = [
  {
    name: 'fuzz: arbitrary requests to the API server',
    unit: 'requests',
    runs: 1,
    run() {
      seed += requestsPerRun;
      return fuzzServer(seed, requestsPerRun);
    },
  },
];
