import { expect, it } from 'vitest';
import {
  node,
  Past,
  podSpec,
  running,
  storyOf,
  verdictOnNothing,
} from '../../test/laws/history.js';
import { deviceHealthyWhenGiven } from './device-healthy-when-given.js';

/** A GPU breaks in the hands of a pod, which then goes. */
function broken(): Past {
  return new Past()
    .write('Node', 'n1', node({ 'nvidia.com/gpu': '1' }))
    .as('system:node:n1')
    .write('Pod', 'a/one', { spec: podSpec({}, 'n1'), status: running({ 'GPU-1': 'Healthy' }) })
    .at('5s')
    .write('Pod', 'a/one', { status: running({ 'GPU-1': 'Unhealthy' }) })
    .write('Node', 'n1', node({ 'nvidia.com/gpu': '0' }))
    .at('9s')
    .remove('Pod', 'a/one');
}

it('is broken when the next pod gets the broken device', () => {
  const past = broken()
    .at('20s')
    .write('Pod', 'a/two', { spec: podSpec({}, 'n1'), status: running({ 'GPU-1': 'Healthy' }) });
  expect(storyOf(past.verdict(deviceHealthyWhenGiven))).toEqual({
    what: 'GPU-1 of Node n1 is given to Pod a/two although it is unhealthy',
    objects: ['Pod a/two', 'Node n1'],
    evidence: [
      '5s system:node:n1 writes Pod a/one: its GPU-1 is unhealthy',
      '20s system:node:n1 creates Pod a/two: it is given GPU-1',
    ],
  });
});

it('lets a pod keep a device that breaks, and have one that was repaired', () => {
  const past = broken()
    .at('15s')
    .write('Node', 'n1', node({ 'nvidia.com/gpu': '1' }))
    .at('20s')
    .write('Pod', 'a/two', { spec: podSpec({}, 'n1'), status: running({ 'GPU-1': 'Healthy' }) });
  expect(past.verdict(deviceHealthyWhenGiven)).toMatchObject({ kind: 'held', looked: 2 });
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(deviceHealthyWhenGiven)).toBe('vacuous');
});
