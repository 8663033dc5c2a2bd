import { expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import { bootSimulatedCluster } from '../backends/sim.js';
import { bootOptions } from './boot-options.js';
import type { VoyagePlan } from './plan.js';

it('installs an operator as the objects of the voyage tell it', () => {
  const rolesWith = (objects: readonly KubeObject[]): string => {
    const cluster = { pools: [], operators: ['training-operator'] };
    const plan: VoyagePlan = { seed: 1, cluster, objects, events: [], settleMs: 1000 };
    const [operator] = bootOptions(plan).operators ?? [];
    return JSON.stringify(operator?.manifests().filter(({ kind }) => kind === 'ClusterRole'));
  };
  const containers = [{ name: 'c', args: ['--gang-scheduler-name=mine'] }];
  const deployment = {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'training-operator' } },
    spec: { template: { spec: { containers } } },
  };
  expect(rolesWith([])).not.toContain('podgroups');
  expect(rolesWith([deployment])).toContain('podgroups');
});

it.each([1, 2072003801])(
  'boots nodes that all get ready, however events interleave: %i',
  async seed => {
    const cluster = { pools: [{ name: 'cpu', count: 3, cpu: '16', memory: '64Gi' }] };
    const plan: VoyagePlan = { seed, cluster, objects: [], events: [], settleMs: 1000 };
    await using booted = await bootSimulatedCluster(bootOptions(plan));
    const { body } = await booted.request({ method: 'GET', path: '/api/v1/nodes' });
    expect(body).toMatchObject({ items: { length: 4 } });
  },
);
