import { expect, it } from 'vitest';
import { node, Past, podSpec, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { requestsWithinAllocatable } from './requests-within-allocatable.js';

const scheduler = 'system:kube-scheduler';
const two = { cpu: '2' };

function oneBound(): Past {
  return new Past()
    .as('system:node:n1')
    .write('Node', 'n1', node({ cpu: '3', pods: '10' }))
    .as('kubernetes-admin')
    .write('Pod', 'a/one', { spec: podSpec(two) })
    .write('Pod', 'a/two', { spec: podSpec(two) })
    .at('5s')
    .as(scheduler)
    .write('Pod', 'a/one', { spec: podSpec(two, 'n1') });
}

it('is broken when a scheduler binds more than the node can give', () => {
  const past = oneBound()
    .at('6s')
    .write('Pod', 'a/two', { spec: podSpec(two, 'n1') });
  expect(storyOf(past.verdict(requestsWithinAllocatable))).toEqual({
    what: 'Node n1 can allocate 3 of cpu, its pods request 4',
    objects: ['Node n1', 'Pod a/one', 'Pod a/two'],
    evidence: [
      '0s system:node:n1 creates Node n1: it can allocate 3 of cpu',
      '5s system:kube-scheduler writes Pod a/one: it is on n1, asking for cpu 2',
      '6s system:kube-scheduler writes Pod a/two: it is on n1, asking for cpu 2',
    ],
  });
});

it('does not count pods that ended, nor judge those that nobody scheduled', () => {
  const past = oneBound()
    .at('6s')
    .as('kubernetes-admin')
    .write('Pod', 'a/placed', { spec: podSpec(two, 'n1') })
    .at('7s')
    .write('Pod', 'a/placed', { status: { phase: 'Failed', reason: 'OutOfcpu' } })
    .write('Pod', 'a/one', { status: { phase: 'Succeeded' } })
    .at('9s')
    .as(scheduler)
    .write('Pod', 'a/two', { spec: podSpec(two, 'n1') });
  expect(past.verdict(requestsWithinAllocatable)).toMatchObject({ kind: 'held', looked: 2 });
});

it('lets the scheduler not know yet that the node has just shrunk', () => {
  const shrunk = (after: string): Past =>
    oneBound()
      .at('6s')
      .write('Node', 'n1', node({ cpu: '5', pods: '10' }))
      .at('10s')
      .write('Node', 'n1', node({ cpu: '3', pods: '10' }))
      .at(after)
      .write('Pod', 'a/two', { spec: podSpec(two, 'n1') });
  expect(shrunk('10.2s').verdict(requestsWithinAllocatable).kind).toBe('held');
  expect(shrunk('12s').verdict(requestsWithinAllocatable).kind).toBe('broken');
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(requestsWithinAllocatable)).toBe('vacuous');
});
