import { expect, it } from 'vitest';
import { node, Past, podSpec, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { noPriorityInversion } from './no-priority-inversion.js';

const gpu = { 'nvidia.com/gpu': '1' };
const high = (more: Readonly<Record<string, unknown>> = {}) => ({
  spec: podSpec(gpu, undefined, { priority: 1000, ...more }),
});

/** The only GPU is taken by a pod of priority 0. */
function taken(): Past {
  return new Past()
    .write('Node', 'n1', node({ ...gpu, pods: '10' }))
    .write('Pod', 'a/low', { spec: podSpec(gpu, undefined, { priority: 0 }) })
    .as('system:kube-scheduler')
    .write('Pod', 'a/low', { spec: podSpec(gpu, 'n1', { priority: 0 }) })
    .at('10s')
    .as('ci');
}

it('is broken when a pod of higher priority waits although a lower one could go', () => {
  const past = taken().write('Pod', 'a/high', high()).at('5m');
  expect(storyOf(past.verdict(noPriorityInversion))).toEqual({
    what: 'Pod a/high waits for 65 s although evicting Pod a/low from Node n1 would make room',
    objects: ['Pod a/high', 'Pod a/low', 'Node n1'],
    evidence: [
      '0s system:kube-scheduler writes Pod a/low: it has priority 0 and is on n1',
      '10s ci creates Pod a/high: it has priority 1000 and waits',
    ],
  });
});

it('lets a pod wait while its victim still ends, that may not preempt, is one of a gang, or fits nowhere', () => {
  const ending = taken()
    .write('Pod', 'a/high', high())
    .at('20s')
    .write('Pod', 'a/low', { metadata: { deletionTimestamp: '2026-01-01T00:00:50Z' } })
    .at('5m');
  expect(ending.verdict(noPriorityInversion).kind).toBe('held');
  const never = taken()
    .write('Pod', 'a/high', high({ preemptionPolicy: 'Never' }))
    .at('5m');
  expect(never.verdict(noPriorityInversion).kind).toBe('vacuous');
  const member = taken()
    .write('Pod', 'a/high', high({ schedulingGroup: { podGroupName: 'g' } }))
    .at('5m');
  expect(member.verdict(noPriorityInversion).kind).toBe('vacuous');
  const large = podSpec({ 'nvidia.com/gpu': '2' }, undefined, { priority: 1000 });
  const nowhere = taken().write('Pod', 'a/high', { spec: large }).at('5m');
  expect(nowhere.verdict(noPriorityInversion).kind).toBe('held');
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(noPriorityInversion)).toBe('vacuous');
});
