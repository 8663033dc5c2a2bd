import { describe, expect, it } from 'vitest';
import { closenessOf } from './closeness.js';
import { workloadOf, type Observed, type Steps } from './observed.js';
import type { Recorded } from './recorded.js';

const minuteMs = 60_000;

function observed(part: Partial<Observed> = {}): Observed {
  return {
    fromMs: 0,
    toMs: 10 * minuteMs,
    replicas: new Map<string, Steps>([
      [
        'Deployment a/web',
        [
          [0, 3],
          [5 * minuteMs, 6],
        ],
      ],
    ]),
    quotas: new Map(),
    pods: [
      { workload: 'web', name: 'web-1', createdMs: minuteMs, boundMs: minuteMs + 1000, node: 'n1' },
      {
        workload: 'web',
        name: 'web-2',
        createdMs: 5 * minuteMs,
        boundMs: 6 * minuteMs,
        node: 'n2',
      },
    ],
    refusals: [{ workload: 'job', atMs: minuteMs }],
    reasons: new Map([['Scheduled', 2]]),
    ...part,
  };
}

function recorded(part: Partial<Recorded> = {}): Recorded {
  return {
    observed: observed(),
    unsent: [],
    strangers: [],
    namespaces: new Set(['a']),
    ...part,
  };
}

describe('closeness', () => {
  it('is whole for the same history', () => {
    const all = closenessOf(recorded(), observed());
    expect(all.map(({ kind, score }) => [kind, score])).toEqual([
      ['replicas', 1],
      ['pods created', 1],
      ['waits', 1],
      ['nodes', 1],
      ['refusals', 1],
      ['events', 1],
    ]);
    expect(all.some(({ parted }) => parted !== undefined)).toBe(false);
  });

  it('says when replicas part, and names the input that was not sent', () => {
    const simulated = observed({ replicas: new Map([['Deployment a/web', [[0, 3]] as Steps]]) });
    const unsent = {
      at: new Date(5 * minuteMs).toISOString(),
      user: 'mia',
      verb: 'patch',
      resource: 'things',
      name: 'x',
    };
    const all = closenessOf(recorded({ unsent: [unsent as never] }), simulated);
    const [replicas] = all;
    expect(replicas?.score).toBe(0.5);
    // A step is given half a minute.
    expect(replicas?.parted).toEqual({
      atMs: 5.5 * minuteMs,
      what: 'Deployment a/web was 6, is 3',
    });
    expect(replicas?.reason).toContain('mia did patch things x');
  });

  it('tells pods that only one side has, other nodes and other waits', () => {
    const [first] = observed().pods;
    if (first === undefined) throw new Error('there are pods');
    const pods = [{ ...first, node: 'n2', boundMs: 3 * minuteMs }];
    const all = closenessOf(recorded(), observed({ pods }));
    const of = (kind: string) => all.find(one => one.kind === kind);
    expect(of('pods created')?.score).toBeCloseTo(2 / 3);
    expect(of('pods created')?.parted?.what).toBe('a pod of web is only recorded');
    expect(of('nodes')?.score).toBe(0);
    expect(of('waits')?.parted?.what).toBe('web-1 waited 1 s, its like waits 120 s');
  });

  it.each([
    ['scorer-6f9c7d5b84-lh949', 'scorer'],
    ['retrain-fraud-0820-6szbh', 'retrain-fraud-0820'],
    ['retrain-fraud-0820-', 'retrain-fraud-0820'],
  ])('knows the workload of %s', (pod, workload) => {
    expect(workloadOf(pod)).toBe(workload);
  });
});
