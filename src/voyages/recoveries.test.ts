import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import { clusterFor } from '../arbitraries/plans.js';
import { gang, template, trainingJob } from '../arbitraries/manifests.js';
import { laws } from '../laws/index.js';
import { sortOf } from '../scenario/happening.js';
import { loadScenario } from '../scenario/scenario.js';
import { sail } from '../scenario/voyage.js';
import { trialEntry } from '../stacks/releases/trial-model.js';
import { paymentsObject, usualWorld, type TrialWorld } from '../stacks/releases/trial-payments.js';
import { scenarioFiles } from './keep.js';
import type { VoyageEvent, VoyagePlan } from './plan.js';
import { runPlan } from './run-plan.js';

const place = { namespace: 'default', name: 'fraud' };
const drift = (afterMs: number, world: Partial<TrialWorld>): VoyageEvent => ({
  afterMs,
  kind: 'apply',
  object: paymentsObject({ ...place, ...usualWorld, ...world }),
});

async function sailOn(plan: Pick<VoyagePlan, 'objects' | 'events' | 'seed'>, pools: number) {
  const gpus = { product: 'Tesla-T4', count: 2 };
  const nodes = [{ name: 'gpu', count: pools, cpu: '32', memory: '128Gi', gpus }];
  const whole = { ...plan, cluster: clusterFor(nodes, plan.objects), settleMs: 600_000 };
  const { verdicts, outcomes } = await runPlan(whole, { laws });
  const of = (name: string) => verdicts.find(({ law }) => law === name);
  const broken = verdicts.flatMap(({ law, kind }) => (kind === 'broken' ? [law] : []));
  return { of, broken, outcomes };
}

describe('a model that a monitor watches', () => {
  const events = [
    drift(0, { amountFactor: 10 }),
    drift(300_000, { concept: 120 }),
    drift(900_000, { concept: 0 }),
  ];
  const objects = [
    trialEntry({ ...place, version: 1, ranking: 3, offset: -1.5 }),
    paymentsObject({ ...place, ...usualWorld }),
  ];

  it('is trained anew when frauds look otherwise, and serves again when they are as before', async () => {
    expect(events.map(sortOf)).toEqual(['drift covariate', 'drift concept', 'drift none']);
    const { of, broken, outcomes } = await sailOn({ objects, events, seed: 1 }, 1);
    const steps = outcomes.flatMap(one =>
      one.kind === 'recovery' ? [[one.step, one.drift, one.model?.split(' ')[1]]] : [],
    );
    expect(steps).toEqual([
      ['promoted', undefined, 'v1'],
      ['watching', undefined, 'v1'],
      ['injected', 1, undefined],
      ['injected', 2, undefined],
      ['detected', 2, undefined],
      ['retraining', 2, 'v2'],
      ['trained', 2, 'v2'],
      ['promoted', 2, 'v2'],
      ['injected', 3, undefined],
      ['rolled back', undefined, 'v1'],
    ]);
    expect(broken).toEqual([]);
    for (const law of [
      'drift-detected-in-time',
      'one-retraining-per-drift',
      'none-on-stationary-data',
      'no-worse-model-promoted',
      'precision-recovered',
      'rollback-to-last-good',
    ]) {
      expect(of(law)?.kind, law).toBe('held');
    }
  });
});

describe('two trainings on the GPUs of one', () => {
  const busy = { cpu: '1', labels: { 'seatrial.dev/workload': 'run-forever' } };
  const of = { app: 'train', ...busy, gpus: 1 };
  const named = (name: string) => ({ namespace: 'default', name });

  // A pod holds half of the GPUs while `a` comes, and `b` comes before `a` when the pod goes: so each has a
  // part, whatever the seed.
  const blocker: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: named('blocker'),
    spec: template({ app: 'blocker', ...busy, gpus: 2 })['spec'],
  };
  const sooner: KubeObject = {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'sooner' },
    value: 10,
    preemptionPolicy: 'Never',
  };
  const events = (b: readonly KubeObject[]): VoyageEvent[] => [
    ...b.map(object => ({ afterMs: 0, kind: 'apply' as const, object })),
    {
      afterMs: 60_000,
      kind: 'delete',
      target: { apiVersion: 'v1', kind: 'Pod', ...named('blocker') },
    },
  ];

  it.each([1, 50])(
    'wait for each other without a gang scheduler, and hold all or nothing with one: seed %i',
    async seed => {
      const plain = (name: string, priority?: string) =>
        trainingJob('PyTorchJob', named(name), 3, { ...of, ...(priority && { priority }) });
      const alone = await sailOn(
        { seed, objects: [sooner, blocker, plain('a')], events: events([plain('b', 'sooner')]) },
        2,
      );
      expect(alone.of('gang-whole-or-not')?.kind).toBe('vacuous');
      expect(alone.broken).toEqual(['gang-no-deadlock']);
      const whole = (name: string, priority?: string) =>
        gang(named(name), 3, { ...of, ...(priority && { priority }) });
      const together = await sailOn(
        { seed, objects: [sooner, blocker, ...whole('a')], events: events(whole('b', 'sooner')) },
        2,
      );
      expect(together.of('gang-whole-or-not')).toMatchObject({ kind: 'held', looked: 1 });
      expect(together.broken).toEqual([]);
    },
  );
});

it('a voyage of gangs and drift is kept as a scenario that comes to the same', async () => {
  const objects = [
    trialEntry({ ...place, version: 1, ranking: 3, offset: -1.5 }),
    paymentsObject({ ...place, ...usualWorld }),
    ...gang({ namespace: 'default', name: 'a' }, 2, { app: 'train', cpu: '1', gpus: 0 }),
  ];
  const plan: VoyagePlan = {
    cluster: clusterFor([{ name: 'cpu', count: 1 }], objects),
    objects,
    events: [drift(0, { concept: 120 })],
    seed: 3,
    settleMs: 300_000,
  };
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-kept-'));
  try {
    const names = ['drift-detected-in-time', 'gang-whole-or-not'];
    const files = scenarioFiles(plan, {
      name: 'kept',
      laws: names,
      description: 'Kept.',
      refused: new Set(),
    });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const scenario = loadScenario(join(folder, 'scenario.yaml'));
    const sailed = await sail(scenario, { seed: plan.seed, tell: () => undefined });
    const own = sailed.verdicts.filter(({ law }) => names.includes(law));
    expect(own.map(({ kind }) => kind)).toEqual(['held', 'held']);
    const { digest } = await runPlan(plan, { laws });
    expect(sailed.digest).toBe(digest);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
