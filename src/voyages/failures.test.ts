/** A counterexample on disk: a file that is read as it was written, and a scenario that fails as it did. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planArbitrary } from '../arbitraries/plan-arbitrary.js';
import { laws } from '../laws/index.js';
import { loadScenario } from '../scenario/scenario.js';
import { sail } from '../scenario/voyage.js';
import { explore } from './explore.js';
import type { Counterexample } from './explored.js';
import { readFailures, saveFailure } from './failures.js';
import { scenarioFiles } from './keep.js';
import type { VoyagePlan } from './plan.js';
import { runPlan } from './run-plan.js';

/** A master and a worker of one GPU each, who are of use only together. */
const member = (priorityClassName?: string) => ({
  replicas: 1,
  restartPolicy: 'Never',
  template: {
    metadata: { labels: { 'seatrial.dev/workload': 'run-forever' } },
    spec: {
      ...(priorityClassName !== undefined && { priorityClassName }),
      containers: [
        {
          name: 'pytorch',
          image: 'training:1',
          resources: { limits: { 'nvidia.com/gpu': '1' } },
        },
      ],
    },
  },
});

const job = (name: string) => ({
  apiVersion: 'kubeflow.org/v1',
  kind: 'PyTorchJob',
  metadata: { namespace: 'default', name },
  spec: { pytorchReplicaSpecs: { Master: member('high'), Worker: member() } },
});

/** While the scheduler is away two jobs come; then their masters take both GPUs, and both workers wait. */
const plan: VoyagePlan = {
  cluster: {
    pools: [
      { name: 'cpu', count: 2 },
      { name: 'gpu', count: 1, gpus: { product: 'Tesla-T4', count: 2 } },
    ],
    operators: ['training-operator'],
  },
  objects: [
    {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'high' },
      value: 1_000,
    },
  ],
  events: [
    { afterMs: 10_000, kind: 'drain', node: 'sea-worker' },
    {
      afterMs: 0,
      kind: 'fault',
      fault: { kind: 'crash', process: 'kube-scheduler', forMs: 30_000 },
    },
    { afterMs: 1_500, kind: 'apply', object: job('a') },
    { afterMs: 0, kind: 'apply', object: job('b') },
  ],
  seed: 7,
  settleMs: 360_000,
};
const law = laws.filter(({ name }) => name === 'gang-no-deadlock');
const folder = mkdtempSync(join(tmpdir(), 'seatrial-failures-'));

let example: Counterexample;

beforeAll(async () => {
  const plans = planArbitrary(fc.constant(plan));
  const found = await explore({
    plans,
    laws: law,
    seed: 1,
    runs: 1,
    workers: 1,
    shrinkRunsMax: 60,
  });
  [example] = found.counterexamples as [Counterexample];
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('A failure', () => {
  it('is kept as a file that tells the story, and is read as it was', () => {
    const file = saveFailure(example, law[0] ?? { says: '' }, folder);
    const [failure, ...others] = readFailures(folder);
    expect(others).toEqual([]);
    expect(failure).toMatchObject({ file, law: 'gang-no-deadlock', token: example.token });
    expect(failure?.plan).toEqual(example.plan);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('# kubectl apply -f -');
    expect(text).toContain(`# again, to the byte:  seatrial replay ${example.token}`);
  });

  it('names the line that is wrong', () => {
    const other = join(folder, 'bad');
    mkdirSync(other);
    const file = saveFailure(example, law[0] ?? { says: '' }, other);
    const text = readFileSync(file, 'utf8').replace('seed: ', 'sed: ');
    writeFileSync(file, text);
    const line = text.split('\n').findIndex(one => one.includes('sed: ')) + 1;
    expect(() => readFailures(other)).toThrow(`${file}:${line}: plan.sed: unknown field "sed"`);
  });

  it.each([['as it was found', plan] as const, ['made small', undefined] as const])(
    'as a scenario, %s, has the same history and fails by the same law',
    async (_name, given) => {
      const whole = given ?? example.plan;
      const options = { name: 'kept', laws: ['gang-no-deadlock'], description: '' };
      const files = scenarioFiles(whole, { ...options, refused: new Set() });
      const target = mkdtempSync(join(folder, 'kept-'));
      for (const [name, text] of Object.entries(files)) writeFileSync(join(target, name), text);
      const scenario = loadScenario(join(target, 'scenario.yaml'));
      expect(scenario.cluster.seed).toBe(whole.seed);
      const run = await sail(scenario, { seed: whole.seed, tell: () => undefined });
      const last = run.steps.at(-1);
      expect(run.steps.slice(0, -1).filter(({ result }) => result !== 'passed')).toEqual([]);
      expect(last?.message).toContain('gang-no-deadlock: ');
      const { digest } = await runPlan(whole, { laws: law });
      expect(run.digest).toBe(digest);
    },
  );
});
