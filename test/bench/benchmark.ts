/** The contract of a benchmark, and how it is measured: the best of several runs. */

/** A measured thing. Benchmarks never assert a time. */
export interface Benchmark {
  readonly name: string;
  /** What `run` gives back is counted: events, pods, runs. */
  readonly unit: string;
  /** Does the work once and tells how much it was. */
  run(): number | Promise<number>;
  /** Default 3. */
  readonly runs?: number;
}

/** A benchmark's result. */
export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly bestMs: number;
  readonly medianMs: number;
  readonly perSecond: number;
}

/** Runs a benchmark once to warm up and then several times. */
export async function measure(benchmark: Benchmark): Promise<Measured> {
  let amount = await benchmark.run();
  const times: number[] = [];
  for (let run = 0; run < (benchmark.runs ?? 3); run++) {
    const startMs = performance.now();
    amount = await benchmark.run();
    times.push(performance.now() - startMs);
  }
  times.sort((a, b) => a - b);
  const bestMs = times[0] ?? 0;
  return {
    name: benchmark.name,
    unit: benchmark.unit,
    bestMs,
    medianMs: times[times.length >> 1] ?? 0,
    perSecond: (amount / bestMs) * 1000,
  };
}
