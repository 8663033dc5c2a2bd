import { expect, it } from 'vitest';
import { checkedAutoscaler } from '../gpu/autoscaler-config.js';
import { simulationOptions } from './sim-options.js';
import { withoutNodeGroups } from './fit-out.js';

it('says on a real cluster that node groups are left out', () => {
  const autoscaler = checkedAutoscaler({
    nodeGroups: [
      { name: 'a100', max: 2 },
      { name: 't4', max: 1 },
    ],
  });
  expect(withoutNodeGroups(simulationOptions({ seed: 1, autoscaler }))).toEqual([
    'node groups are simulated only: Cluster Autoscaler and the machines of a100, t4 are left out',
  ]);
  expect(withoutNodeGroups(simulationOptions({ seed: 1 }))).toEqual([]);
});
