import { expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { Logbook, logEntriesMax } from './logbook.js';

const startMs = 1_000_000;

const entry = (
  resource: string,
  object: unknown,
  { ms = 0, type = 'MODIFIED' }: { ms?: number; type?: HistoryEntry['type'] } = {},
): HistoryEntry => ({
  revision: 1,
  timeMs: startMs + ms,
  type,
  resource,
  user: 'test',
  object: object as KubeObject,
});

const pod = (more: object = {}, uid = 'p1'): object => ({
  kind: 'Pod',
  metadata: {
    name: uid,
    namespace: 'default',
    uid,
    ownerReferences: [{ uid: 'j1', controller: true }],
  },
  spec: {
    nodeName: 'n1',
    containers: [{ resources: { limits: { 'nvidia.com/gpu': '2' } } }],
  },
  ...more,
});

const devices = (health: string): object => ({
  phase: 'Running',
  containerStatuses: [
    {
      name: 'main',
      allocatedResourcesStatus: [
        { name: 'nvidia.com/gpu', resources: [{ resourceID: 'GPU-1', health }] },
      ],
    },
  ],
});

it('tells a pod from its owner to its end, and each change once', () => {
  const logbook = new Logbook(startMs);
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', uid: 'j1' } };
  logbook.observe(entry('jobs.batch', job));
  logbook.observe(entry('pods', pod(), { ms: 5 }));
  logbook.observe(entry('pods', pod(), { ms: 6 }));
  logbook.observe(entry('pods', pod({ status: devices('Healthy') }), { ms: 9 }));
  logbook.observe(entry('pods', pod({ status: devices('Unhealthy') }), { ms: 12 }));
  logbook.observe(entry('pods', pod({ status: { phase: 'Failed' } }), { ms: 20 }));
  logbook.observe(entry('pods', pod({ status: { phase: 'Failed' } }), { ms: 30, type: 'DELETED' }));
  expect(logbook.log.slice(1)).toEqual([
    { of: 'object', id: 0, kind: 'Job', name: 'j' },
    { of: 'state', ms: 0, id: 0, state: 'waiting' },
    { of: 'object', id: 1, kind: 'Pod', namespace: 'default', name: 'p1', owner: 0 },
    { of: 'state', ms: 5, id: 1, state: 'Pending', node: 'n1' },
    { of: 'hold', ms: 5, id: 1, node: 'n1', gpus: 2 },
    { of: 'state', ms: 9, id: 1, state: 'Running', node: 'n1' },
    { of: 'hold', ms: 9, id: 1, node: 'n1', gpus: 2, devices: ['GPU-1'] },
    { of: 'unhealthy', ms: 12, id: 1, device: 'GPU-1' },
    { of: 'state', ms: 20, id: 1, state: 'Failed', node: 'n1' },
    { of: 'free', ms: 20, id: 1 },
    { of: 'state', ms: 30, id: 1, state: null, node: 'n1' },
  ]);
});

it('gives each entry once to the folder that keeps it', () => {
  const logbook = new Logbook(startMs);
  expect(logbook.take()).toHaveLength(1);
  logbook.told('step', 'begin', startMs + 7);
  expect(logbook.take()).toEqual([{ of: 'told', ms: 7, topic: 'step', text: 'begin' }]);
  expect(logbook.take()).toEqual([]);
});

it('is bounded, says since when, and still keeps what is told', () => {
  const logbook = new Logbook(startMs);
  for (let count = 0; count < logEntriesMax; count++) {
    logbook.observe(entry('pods', pod({}, `p${count}`), { ms: count }));
  }
  logbook.told('step', 'the end', startMs);
  expect(logbook.log.length).toBeLessThan(logEntriesMax + 10);
  expect(logbook.log.filter(({ of }) => of === 'full')).toHaveLength(1);
  expect(logbook.log.at(-1)).toMatchObject({ of: 'told' });
});

it('tells a warning once for each object and reason, and none of the boot', () => {
  const logbook = new Logbook(startMs);
  const involvedObject = { kind: 'Pod', namespace: 'a', name: 'b' };
  const event = { kind: 'Event', metadata: {}, type: 'Warning', reason: 'Failed', involvedObject };
  logbook.observe(entry('events', { ...event, message: 'early' }, { ms: -5 }));
  logbook.observe(entry('events', { ...event, message: 'no' }, { ms: 5 }));
  logbook.observe(entry('events', { ...event, message: 'no, again' }, { ms: 6 }));
  expect(logbook.log.slice(1)).toEqual([
    { of: 'warning', ms: 5, about: 'Pod a/b', reason: 'Failed', text: 'no' },
  ]);
});
