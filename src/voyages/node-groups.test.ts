/** Voyages of clusters whose nodes come and go. */
import { expect, it } from 'vitest';
import fc from 'fast-check';
import type { KubeObject } from '../../sim/api/object.js';
import { plansAround } from '../arbitraries/around.js';
import { laws } from '../laws/index.js';
import { commandsOf } from './commands.js';
import { scenarioFiles } from './keep.js';
import type { VoyagePlan } from './plan.js';
import { runPlan } from './run-plan.js';
import { smallerPlans } from './shrink.js';

const job: KubeObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'train', namespace: 'default' },
  spec: {
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [
          { name: 'train', image: 'train', resources: { limits: { 'nvidia.com/gpu': '1' } } },
        ],
      },
    },
  },
};
const gpus = { product: 'Tesla-T4', count: 1 };
const plan: VoyagePlan = {
  cluster: {
    pools: [{ name: 'cpu', count: 1 }],
    autoscaler: {
      nodeGroups: [
        { name: 't4', max: 2, gpus, provisioning: { median: '1m', sigma: 0 } },
        { name: 'cpu', max: 1 },
      ],
      scaleDownUnneededTime: '2m',
      scaleDownDelayAfterAdd: '1m',
    },
  },
  objects: [job],
  events: [],
  seed: 3,
  settleMs: 300_000,
};

it('lets groups grow and shrink on a voyage, to the byte, and breaks no law', async () => {
  const { history, verdicts, digest } = await runPlan(plan, { laws });
  const groups = history
    .filter(({ resource, type }) => resource === 'nodes' && type !== 'MODIFIED')
    .map(({ type, object }) => `${type} ${object.metadata.name}`);
  expect(groups).toContain('ADDED sea-t4-1');
  expect(groups).toContain('DELETED sea-t4-1');
  expect(verdicts.filter(({ kind }) => kind === 'broken')).toEqual([]);
  expect((await runPlan(plan, { laws })).digest).toBe(digest);
});

it('is told, kept and made smaller with its groups', () => {
  expect(commandsOf(plan).slice(1, 3)).toEqual([
    '# node group t4: 0 nodes at first, from 0 to 2, of 8 CPU, 32Gi, 1 x Tesla-T4',
    '# node group cpu: 0 nodes at first, from 0 to 1, of 8 CPU, 32Gi',
  ]);
  const options = {
    name: 'kept',
    laws: ['gpu-held-once'],
    description: '',
    refused: new Set<KubeObject>(),
  };
  expect(scenarioFiles(plan, options)['scenario.yaml']).toContain(
    '    autoscaler:\n      nodeGroups:\n',
  );
  const sizes = [...smallerPlans(plan)].map(({ cluster }) =>
    cluster.autoscaler?.nodeGroups.map(({ name, max }) => `${name} ${max}`).join(),
  );
  expect(sizes).toContain(undefined);
  expect(sizes).toContain('t4 2');
  expect(sizes).toContain('t4 1,cpu 1');
});

it('is drawn with machines that never come up only where something may go wrong', () => {
  const { autoscaler } = plan.cluster;
  const shares = (faults?: []): Set<number | undefined> => {
    const options = { ...(autoscaler && { autoscaler }), ...(faults && { faults }) };
    const drawn = fc.sample(plansAround([job], options), { numRuns: 40, seed: 1 });
    return new Set(
      drawn.map(one => one.cluster.autoscaler?.nodeGroups[0]?.provisioning?.failedShare),
    );
  };
  expect(shares()).toEqual(new Set([undefined, 0.5]));
  expect(shares([])).toEqual(new Set([undefined]));
});
