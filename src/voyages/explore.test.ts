/** A search finds what is planted, makes it small, and says the same with any number of threads. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { voyagePlans } from '../arbitraries/plans.js';
import { laws } from '../laws/index.js';
import { explore, planAt } from './explore.js';
import { sizeOf, type VoyagePlan } from './plan.js';
import { runPlan } from './run-plan.js';
import { smallerPlans } from './shrink.js';
import { readToken, tokenOf } from './token.js';

const plans = voyagePlans();

/** Found in the 34th voyage of this seed. */
const planted = ['promoted-by-accuracy'] as const;

/** The machine may be busy with other tests. */
const timeoutMs = 300_000;

describe('A search', { timeout: timeoutMs }, () => {
  const search = (workers: number) =>
    explore({ plans, laws, seed: 11, firstRun: 33, runs: 20, workers, planted });
  let alone: ReturnType<typeof search> | undefined;
  const searchAlone = (): ReturnType<typeof search> => (alone ??= search(1));

  it('finds a planted defect and shrinks it; any number of threads finds the same', async () => {
    const found = await searchAlone();
    expect(found.end).toBe('counterexamples');
    const [example] = found.counterexamples;
    expect(example?.law).toBe('no-worse-model-promoted');
    expect(example?.isSmallest).toBe(true);
    expect(example?.after).toMatchObject({ nodes: 1, events: 1 });
    expect(example?.after.objects).toBeLessThanOrEqual(2);
    expect(example?.breaches).not.toEqual([]);
    expect(await search(2)).toEqual(found);
  });

  it('gives a path that leads fast-check to the same plan, and a token that holds it', async () => {
    const [example] = (await searchAlone()).counterexamples;
    const { path = '', plan, token = '', digest } = example ?? {};
    expect(planAt(plans, 11, path)).toEqual(plan);
    expect(token.length).toBeLessThan(400);
    const read = readToken(token);
    expect(read).toEqual({ kind: 'plan', plan });
    if (read.kind !== 'plan') return;
    const again = await runPlan(read.plan, { laws, planted });
    expect(again.digest).toBe(digest);
    // Without the defect no law is broken.
    const { verdicts } = await runPlan(read.plan, { laws });
    expect(verdicts.map(({ kind }) => kind)).not.toContain('broken');
  });

  it('tries what is known first, and ends when it is told to', async () => {
    const [example] = (await searchAlone()).counterexamples;
    const known = example === undefined ? [] : [example.plan];
    const options = { plans, laws, seed: 9, runs: 50, workers: 1, shrinkRunsMax: 0 };
    const found = await explore({ ...options, known, planted });
    expect(found.counterexamples[0]).toMatchObject({ runsToFind: 1, digest: example?.digest });
    const stopped = await explore({ ...options, signal: AbortSignal.abort() });
    expect(stopped).toMatchObject({ end: 'interrupted', runs: 0 });
  });
});

describe('Smaller plans', () => {
  it('are no larger, never the same, and come to an end', () => {
    const total = (plan: Parameters<typeof sizeOf>[0]): number => {
      const { nodes, objects, events } = sizeOf(plan);
      return nodes + objects + events;
    };
    fc.assert(
      fc.property(plans, plan => {
        for (const smaller of smallerPlans(plan)) {
          expect(total(smaller)).toBeLessThanOrEqual(total(plan));
          expect(smaller).not.toEqual(plan);
        }
      }),
      { numRuns: 30, seed: 1 },
    );
    let current = planAt(plans, 3, '5');
    let steps = 0;
    for (;;) {
      const next = smallerPlans(current).next();
      if (next.done === true) break;
      current = next.value;
      expect(++steps).toBeLessThan(1_000);
    }
    expect(current.events).toEqual([]);
    expect(current.objects).toEqual([]);
  });

  it('drops what happens to an operator that is dropped', () => {
    const plan: VoyagePlan = {
      cluster: { pools: [{ name: 'cpu', count: 1 }], operators: ['mpi-operator'] },
      objects: [],
      events: [
        {
          afterMs: 5,
          kind: 'fault',
          fault: { kind: 'crash', process: 'mpi-operator', forMs: 1_000 },
        },
        {
          afterMs: 0,
          kind: 'fault',
          fault: { kind: 'crash', process: 'kube-scheduler', forMs: 1_000 },
        },
      ],
      seed: 0,
      settleMs: 10_000,
    };
    const without = [...smallerPlans(plan)].filter(
      ({ cluster }) => cluster.operators?.length === 0,
    );
    expect(without.map(({ events }) => events)).toEqual([[{ ...plan.events[1], afterMs: 5 }]]);
  });
});

describe('A token', () => {
  const plan = planAt(plans, 1, '7');

  it('of a large plan holds how it was drawn, and from what', () => {
    const large = { ...plan, objects: Array.from({ length: 40 }, () => plan.objects).flat() };
    const noise = {
      ...large,
      objects: large.objects.map((one, index) => ({ ...one, n: index ** 7 })),
    };
    const token = tokenOf({ plan: noise, drawn: { seed: 5, path: '3:1', inputs: 'mine' } });
    expect(token.length).toBeLessThan(80);
    expect(readToken(token)).toMatchObject({ kind: 'drawn', seed: 5, path: '3:1' });
  });

  it.each(['', 'st2:abc', 'st1:', 'st1:AAAA', 'st1:not a token'])('"%s" is refused', token => {
    expect(() => readToken(token)).toThrow(/token/);
  });
});
