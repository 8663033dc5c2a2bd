import { expect, it } from 'vitest';
import { Past, podSpec, running, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { gpuHeldOnce } from './gpu-held-once.js';

const kubelet = 'system:node:n1';

function twoPods(): Past {
  return new Past()
    .write('Pod', 'a/one', { spec: podSpec({}, 'n1') })
    .write('Pod', 'a/two', { spec: podSpec({}, 'n1') })
    .at('5s')
    .as(kubelet)
    .write('Pod', 'a/one', { status: running({ 'GPU-1': 'Healthy' }) });
}

it('is broken when two running pods hold one device', () => {
  const past = twoPods()
    .at('9s')
    .write('Pod', 'a/two', { status: running({ 'GPU-1': 'Healthy' }) });
  expect(storyOf(past.verdict(gpuHeldOnce))).toEqual({
    what: 'GPU-1 is held by Pod a/two while Pod a/one still holds it',
    objects: ['Pod a/one', 'Pod a/two'],
    evidence: [
      '5s system:node:n1 writes Pod a/one: its container main holds GPU-1',
      '9s system:node:n1 writes Pod a/two: its container main holds GPU-1',
    ],
  });
});

it('lets a pod have the device of one that has ended, and the same id on another node', () => {
  const past = twoPods()
    .at('7s')
    .write('Pod', 'a/one', { status: { ...running({ 'GPU-1': 'Healthy' }), phase: 'Succeeded' } })
    .at('9s')
    .write('Pod', 'a/two', { status: running({ 'GPU-1': 'Healthy' }) })
    .write('Pod', 'a/three', { spec: podSpec({}, 'n2'), status: running({ 'GPU-1': 'Healthy' }) });
  expect(past.verdict(gpuHeldOnce)).toMatchObject({ kind: 'held', looked: 3 });
});

it.each([
  ['had ended before', '2026-01-01T00:00:08Z', 'held'],
  ['ended after', '2026-01-01T00:00:12Z', 'broken'],
])('asks a kubelet that was cut off when the first %s', (_when, finishedAt, kind) => {
  const terminated = { exitCode: 137, reason: 'Error', finishedAt };
  const past = twoPods()
    .at('9s')
    .write('Pod', 'a/two', { status: running({ 'GPU-1': 'Healthy' }) })
    .at('20s')
    .write('Pod', 'a/one', {
      status: {
        phase: 'Failed',
        containerStatuses: [
          { name: 'main', ready: false, restartCount: 0, image: '', state: { terminated } },
        ],
      },
    });
  expect(past.verdict(gpuHeldOnce).kind).toBe(kind);
});

it.each([
  ['never began', {}, 'held'],
  [
    'was never found',
    { state: { terminated: { reason: 'ContainerStatusUnknown', startedAt: null } } },
    'held',
  ],
  ['had begun before', { lastState: { terminated: { exitCode: 1 } } }, 'broken'],
])('lets a device go on from a container that %s', (_what, more, kind) => {
  const waiting = {
    name: 'main',
    state: { waiting: { reason: 'ContainerCreating' } },
    allocatedResourcesStatus: [
      { name: 'nvidia.com/gpu', resources: [{ resourceID: 'GPU-1', health: 'Healthy' }] },
    ],
    ...more,
  };
  const past = twoPods()
    .write('Pod', 'a/one', { status: { phase: 'Pending', containerStatuses: [waiting] } })
    .at('9s')
    .write('Pod', 'a/two', { status: running({ 'GPU-1': 'Healthy' }) })
    .at('10s')
    .write('Pod', 'a/one', { status: { phase: 'Failed', containerStatuses: [waiting] } });
  expect(past.verdict(gpuHeldOnce).kind).toBe(kind);
});

const allocated = (device: string, more: object = {}) => ({
  status: {
    allocation: {
      devices: { results: [{ request: 'r', driver: 'd', pool: 'n1', device, ...more }] },
    },
  },
});

it('is broken when two claims are allocated one device', () => {
  const past = new Past()
    .write('ResourceClaim', 'a/one', allocated('gpu-0'))
    .at('5s')
    .write('ResourceClaim', 'a/two', allocated('gpu-0'));
  expect(storyOf(past.verdict(gpuHeldOnce))).toMatchObject({
    what: 'd/n1/gpu-0 is allocated to ResourceClaim a/two while it is allocated to ResourceClaim a/one',
  });
});

it('lets a claim have what another gave back, what administrators look at, and shares', () => {
  const past = new Past()
    .write('ResourceClaim', 'a/one', allocated('gpu-0'))
    .write('ResourceClaim', 'a/watcher', allocated('gpu-0', { adminAccess: true }))
    .write('ResourceClaim', 'a/share', allocated('gpu-0', { shareID: 'x' }))
    .at('5s')
    .write('ResourceClaim', 'a/one', { status: {} })
    .write('ResourceClaim', 'a/two', allocated('gpu-0'));
  expect(past.verdict(gpuHeldOnce)).toMatchObject({ kind: 'held', looked: 2 });
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(gpuHeldOnce)).toBe('vacuous');
});
