import { describe, expect, it } from 'vitest';
import { sceneOf } from '../arbitraries/scene.js';
import { smallerPlans } from '../voyages/shrink.js';
import type { VoyagePlan } from '../voyages/plan.js';
import { operatorProcesses } from './operator-processes.js';
import { simulationOptions } from './sim-options.js';
import { bootSimulatedCluster } from './sim.js';

const pools = [{ name: 'cpu', count: 1 }];

describe('the processes of an operator', () => {
  it('are those that a cluster with it has', async () => {
    const options = simulationOptions({ seed: 1, operators: ['volcano', 'jobset'] });
    await using cluster = await bootSimulatedCluster(options);
    for (const process of ['volcano', 'jobset'].flatMap(operatorProcesses)) {
      await expect(
        cluster.inject({ kind: 'crash', process, forMs: 1_000 }),
      ).resolves.toBeUndefined();
    }
  });

  it('have run for as long as it takes until its kinds may be used', async () => {
    const options = simulationOptions({ seed: 1, operators: ['volcano'] });
    await using cluster = await bootSimulatedCluster(options);
    const job = {
      ...{ apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', metadata: { name: 'j' } },
      spec: {
        tasks: [{ replicas: 1, template: { spec: { containers: [{ name: 'c', image: 'i' }] } } }],
      },
    };
    const [applied] = await cluster.apply([job]);
    expect(applied?.message).toBeUndefined();
  });

  it('are what faults are drawn for, and go with it when a voyage shrinks', () => {
    const cluster = { pools, operators: ['releases', 'volcano'] };
    const { processes } = sceneOf(cluster, []);
    expect(processes.slice(3, -1)).toEqual([
      ...['releases', 'volcano-admission', 'volcano-controllers', 'volcano-scheduler'],
    ]);
    const fault = { kind: 'crash', process: 'volcano-scheduler', forMs: 1_000 } as const;
    const plan: VoyagePlan = {
      ...{ cluster, objects: [], seed: 0, settleMs: 0 },
      events: [{ kind: 'fault', afterMs: 0, fault }],
    };
    const without = [...smallerPlans(plan)].filter(
      one => one.cluster.operators?.includes('volcano') === false,
    );
    expect(without.length).toBeGreaterThan(0);
    expect(without.every(({ events }) => events.length === 0)).toBe(true);
  });
});
