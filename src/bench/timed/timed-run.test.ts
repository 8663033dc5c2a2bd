/** Runs in time: gangs, quotas, priorities, re-packing; small cases by hand, and what must hold of all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policies } from '../policies/index.js';
import type { PodShape, TraceNode } from '../trace/trace.js';
import type { Job } from './job.js';
import type { TimedRules } from './rules.js';
import { runInTime } from './timed-run.js';

const bestFit = policies.find(({ name }) => name === 'bestfit') as (typeof policies)[number];

function nodes(count: number, gpus: number): TraceNode[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `n${index}`,
    cpuMilli: 64_000,
    memoryMib: 65_536,
    gpus,
    model: 'A',
  }));
}

const worker: PodShape = { cpuMilli: 1000, memoryMib: 1024, gpus: 1, gpuMilli: 1000, models: '' };

function job(name: string, at: number, more: Partial<Job> = {}): Job {
  const base = { namespace: 'a', priority: 0, submitSeconds: at, durationSeconds: 100 };
  return { name, ...base, pods: [worker], ...more };
}

const gang = (size: number): PodShape[] => Array.from({ length: size }, () => worker);

function run(own: readonly TraceNode[], jobs: readonly Job[], rules: TimedRules = {}, seed = 1) {
  return runInTime(own, jobs, { policy: bestFit, ties: 'smallest-name', seed, rules });
}

const waits = ({ jobs }: ReturnType<typeof run>) => jobs.map(({ waitSeconds }) => waitSeconds);

describe('waiting', () => {
  it('lets the next go when the first ends', () => {
    const result = run(nodes(1, 1), [job('one', 0), job('two', 10)]);
    expect(waits(result)).toEqual([0, 90]);
    expect(result.spanSeconds).toBe(200);
    expect(result.sums.running).toBe(200_000);
  });

  it('lets small ones overtake, but not where the order is strict', () => {
    const jobs = [job('one', 0), job('big', 1, { pods: gang(2) }), job('small', 2)];
    expect(waits(run(nodes(1, 2), jobs))).toEqual([0, 101, 0]);
    expect(waits(run(nodes(1, 2), jobs, { strict: true }))).toEqual([0, 99, 198]);
  });
});

describe('gangs', () => {
  const jobs = [0, 0, 0, 0].map((at, index) => job(`g${index}`, at, { pods: gang(3) }));

  it('run whole, one after another', () => {
    const result = run(nodes(1, 4), jobs);
    expect(waits(result)).toEqual([0, 100, 200, 300]);
    expect(result.sums.held).toBe(0);
  });

  it('block each other when their pods are placed one by one', () => {
    const results = Array.from({ length: 10 }, (_, seed) =>
      run(nodes(1, 4), jobs, { gangs: false }, seed),
    );
    expect(results.some(({ jobs: own }) => own.some(one => one.waitSeconds === undefined))).toBe(
      true,
    );
  });
});

describe('quotas', () => {
  const jobs = [
    job('a1', 0),
    job('a2', 0),
    job('a3', 0),
    job('b1', 10, { namespace: 'b' }),
    job('b2', 10, { namespace: 'b' }),
  ];
  const gpus = { a: 2, b: 2 };

  it('hold back who has had his share', () => {
    expect(waits(run(nodes(1, 4), jobs, { quota: { gpus } }))).toEqual([0, 0, 100, 0, 0]);
  });

  it('lend what others leave, and leave the owner waiting', () => {
    const rules = { quota: { gpus, borrowing: true } };
    expect(waits(run(nodes(1, 4), jobs, rules))).toEqual([0, 0, 0, 0, 90]);
  });

  it('give it back at once where it is reclaimed', () => {
    const result = run(nodes(1, 4), jobs, { quota: { gpus, borrowing: true, reclaim: true } });
    expect(waits(result)).toEqual([0, 0, 0, 0, 0]);
    expect(result.stops).toBe(1);
    expect(result.sums.lost).toBe(10_000);
  });
});

describe('priorities', () => {
  const jobs = [job('low', 0), job('high', 10, { priority: 5 })];

  it('stop lower ones, whose work is lost or goes on', () => {
    const restarted = run(nodes(1, 1), jobs, { preemption: true });
    expect(restarted.jobs.map(({ completionSeconds }) => completionSeconds)).toEqual([210, 100]);
    const resumed = run(nodes(1, 1), jobs, { preemption: true, resumes: true });
    expect(resumed.jobs.map(({ completionSeconds }) => completionSeconds)).toEqual([200, 100]);
    expect(resumed.sums.lost).toBe(0);
  });

  it('stop nobody when that would not help', () => {
    const big = job('big', 10, { priority: 5, pods: gang(3) });
    const result = run(nodes(1, 2), [job('low', 0), big], { preemption: true });
    expect(result.stops).toBe(0);
    expect(waits(result)).toEqual([0, undefined]);
  });
});

it('re-packs: moves a small pod so that a large one fits, which stands still for a while', () => {
  const jobs = [
    job('long', 0, { durationSeconds: 1000 }),
    job('filler', 0, { durationSeconds: 100 }),
    job('small', 50, { durationSeconds: 500 }),
    job('large', 200, { pods: [{ ...worker, gpus: 2 }] }),
  ];
  const repack = { everySeconds: 0, movesMax: 4, pauseSeconds: 30 };
  expect(waits(run(nodes(2, 2), jobs))).toEqual([0, 0, 0, 350]);
  const packed = run(nodes(2, 2), jobs, { repack });
  expect(waits(packed)).toEqual([0, 0, 0, 0]);
  expect(packed.moves).toBe(1);
  const completions = packed.jobs.map(({ completionSeconds = 0 }) => completionSeconds);
  expect(completions.reduce((sum, seconds) => sum + seconds, 0)).toBe(1000 + 100 + 500 + 100 + 30);
});

const anyJobs = fc
  .array(
    fc.record({
      submitSeconds: fc.integer({ min: 0, max: 500 }),
      durationSeconds: fc.integer({ min: 1, max: 200 }),
      priority: fc.integer({ min: 0, max: 3 }),
      namespace: fc.constantFrom('a', 'b'),
      size: fc.integer({ min: 1, max: 5 }),
      gpuMilli: fc.constantFrom(250, 500, 1000),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map(list =>
    list
      .map(({ size, gpuMilli, ...rest }, index): Job => ({
        ...rest,
        name: `j${index}`,
        pods: Array.from({ length: size }, () => ({ ...worker, gpuMilli })),
      }))
      .sort((a, b) => a.submitSeconds - b.submitSeconds),
  );

const anyRules: fc.Arbitrary<TimedRules> = fc.record({
  strict: fc.boolean(),
  preemption: fc.boolean(),
  resumes: fc.boolean(),
  repack: fc.constantFrom(undefined, { everySeconds: 50, movesMax: 3, pauseSeconds: 5 }),
}) as fc.Arbitrary<TimedRules>;

describe('whatever the rules', () => {
  it('every gang that fits alone runs and ends, no GPU-second is given twice, and it repeats', () => {
    fc.assert(
      fc.property(
        anyJobs,
        anyRules,
        fc.constantFrom(...policies),
        fc.nat(100),
        (jobs, rules, policy, seed) => {
          const options = { policy, ties: 'random', seed, rules } as const;
          const result = runInTime(nodes(3, 2), jobs, options);
          expect(
            result.jobs.every(({ completionSeconds }) => completionSeconds !== undefined),
          ).toBe(true);
          const wanted = result.jobs.reduce((sum, { wantedWork }) => sum + wantedWork, 0);
          expect(result.sums.held).toBe(0);
          expect(result.sums.running).toBeLessThanOrEqual(
            result.capacityMilli * result.spanSeconds,
          );
          expect(result.sums.running - result.sums.lost).toBeGreaterThanOrEqual(wanted);
          const done = result.sums.running - result.sums.lost;
          expect(result.moves === 0 ? done : wanted).toBe(wanted);
          expect(runInTime(nodes(3, 2), jobs, options)).toEqual(result);
        },
      ),
      { numRuns: 100 },
    );
  });
});
