import { expect, it } from 'vitest';
import { groupName, workloadName } from './gang.js';

it('names Workloads and PodGroups as a real kube-controller-manager did', () => {
  const workload = workloadName('train', 'c77a1174-613e-40fd-9f03-8e19f80f1f26');
  expect(workload).toBe('train-789fb95677');
  expect(groupName(workload, 'train-pgt-0')).toBe('train-789fb95677-train-pgt-0-646c5cf96f');
});

it('shortens both parts of a name that is too long', () => {
  const name = groupName('w'.repeat(200), 't'.repeat(200));
  expect(name).toHaveLength(253);
  expect(groupName('short', 't'.repeat(260))).toMatch(/^short-t+-[a-z0-9]+$/);
});
