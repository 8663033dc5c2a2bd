/**
 * The contract of a benchmark, and how it is measured: a first run, which pays for compiling, then runs
 * until the compiler has settled, then the runs that count.
 */

/** A measured thing. Benchmarks never assert a time. */
export interface Benchmark {
  readonly name: string;
  /** What `run` gives back is counted: events, pods, runs. */
  readonly unit: string;
  /** Does the work once and tells how much it was. What comes before a call of `begin` is not counted. */
  run(begin: () => void): number | Promise<number>;
  /** How many count. Default 3. */
  readonly runs?: number;
  /** For how long it runs before runs count, in milliseconds; at least once. Default 1,000. */
  readonly warmUpMs?: number;
}

/** A benchmark's result. */
export interface Measured {
  readonly name: string;
  readonly unit: string;
  /** In a process that has not done this before. */
  readonly firstMs: number;
  readonly bestMs: number;
  readonly medianMs: number;
  readonly perSecond: number;
}

/** Runs a benchmark until it is warm and then several times. */
export async function measure(benchmark: Benchmark): Promise<Measured> {
  const first = await timed(benchmark);
  const warmUpMs = benchmark.warmUpMs ?? 1000;
  for (let pastMs = first.ms; pastMs < warmUpMs;) pastMs += (await timed(benchmark)).wholeMs;
  const times: number[] = [];
  let { amount } = first;
  for (let run = 0; run < (benchmark.runs ?? 3); run++) {
    const result = await timed(benchmark);
    times.push(result.ms);
    amount = result.amount;
  }
  times.sort((a, b) => a - b);
  const bestMs = times[0] ?? 0;
  return {
    name: benchmark.name,
    unit: benchmark.unit,
    firstMs: first.ms,
    bestMs,
    medianMs: times[times.length >> 1] ?? 0,
    perSecond: (amount / bestMs) * 1000,
  };
}

interface Timed {
  readonly amount: number;
  readonly ms: number;
  /** With what came before it began. */
  readonly wholeMs: number;
}

async function timed(benchmark: Benchmark): Promise<Timed> {
  const startMs = performance.now();
  let beginMs = startMs;
  const amount = await benchmark.run(() => (beginMs = performance.now()));
  const endMs = performance.now();
  return { amount, ms: endMs - beginMs, wholeMs: endMs - startMs };
}
