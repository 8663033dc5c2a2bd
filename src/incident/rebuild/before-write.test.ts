import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
import type { LogSight } from '../import/format.js';
import { beforeWrite, type Surroundings } from './before-write.js';

const startMs = Date.parse('2026-03-11T09:00:00.500Z');
const alone: Surroundings = {
  startMs,
  ownedBy: () => [],
  sizeOf: () => undefined,
  isBoundLater: () => false,
  isLaterVolume: () => false,
};
const before = (kind: string, fields: object, sight: Partial<LogSight> = {}, around = alone) => {
  const { metadata, ...rest } = fields as { readonly metadata?: object };
  const object: KubeObject = { kind, metadata: { name: 'x', uid: 'u', ...metadata }, ...rest };
  return beforeWrite(
    { object, source: { file: 'log' }, atMs: startMs, verb: 'patch', ...sight },
    around,
  );
};

describe('an object before the first write that a log shows', () => {
  const scaled = {
    metadata: { generation: 3 },
    spec: { replicas: 9 },
    status: { observedGeneration: 2, replicas: 4 },
  };

  it('has the size that its controller told last', () => {
    const was = { metadata: { generation: 2 }, spec: { replicas: 4 } };
    expect(before('Deployment', scaled)).toMatchObject(was);
    expect(before('StatefulSet', scaled, { body: { spec: { replicas: 9 } } })).toMatchObject(was);
  });

  it('keeps its size where pods were refused, or something else was patched', () => {
    const conditions = [{ type: 'ReplicaFailure', status: 'True' }];
    const short = { ...scaled, status: { ...scaled.status, conditions } };
    const was = { metadata: { generation: 2 }, spec: { replicas: 9 } };
    expect(before('Deployment', short)).toMatchObject(was);
    expect(before('Deployment', scaled, { body: { spec: { template: {} } } })).toMatchObject(was);
  });

  it('has the size before it was scaled, when its controller has seen that already', () => {
    const seen = { ...scaled, status: { observedGeneration: 3, replicas: 4 } };
    expect(before('Deployment', seen, { scaledFrom: 2 })).toMatchObject({
      metadata: { generation: 2 },
      spec: { replicas: 2 },
      status: { observedGeneration: 2 },
    });
    expect(before('Deployment', seen)).toMatchObject(seen);
  });

  it('has the template of the revision that it was at', () => {
    const note = 'deployment.kubernetes.io/revision';
    const set = (revision: string, image: string): KubeObject => ({
      kind: 'ReplicaSet',
      metadata: { name: revision, annotations: { [note]: revision } },
      spec: { template: { metadata: { labels: { 'pod-template-hash': image } }, spec: image } },
    });
    const patched = { ...scaled, metadata: { generation: 3, annotations: { [note]: '2' } } };
    const around = { ...alone, ownedBy: () => [set('1', 'old'), set('2', 'now')] };
    expect(before('Deployment', patched, {}, around)['spec']).toMatchObject({
      template: { metadata: { labels: {} }, spec: 'now' },
    });
  });

  it('has the limits that its controller told, unless it is that who wrote', () => {
    const quota = { spec: { hard: { cpu: '9' } }, status: { hard: { cpu: '4' } } };
    expect(before('ResourceQuota', quota)['spec']).toEqual({ hard: { cpu: '4' } });
    expect(before('ResourceQuota', quota, { subresource: 'status' })['spec']).toEqual({
      hard: { cpu: '9' },
    });
  });

  it('is not being deleted, unless that began before', () => {
    const pod = (deletionTimestamp: string) =>
      before('Pod', {
        metadata: { deletionTimestamp, deletionGracePeriodSeconds: 30, generation: 2 },
      }).metadata;
    expect(pod('2026-03-11T09:00:30Z')).toEqual({ name: 'x', uid: 'u', generation: 1 });
    expect(pod('2026-03-11T09:00:29Z')).toMatchObject({ generation: 2 });
  });

  it('runs, where the log shows its end', () => {
    const ended = (startedAt: string, finishedAt: string) =>
      before('Pod', {
        status: {
          phase: 'Succeeded',
          conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: finishedAt }],
          containerStatuses: [{ state: { terminated: { startedAt, finishedAt } } }],
        },
      });
    expect(ended('2026-03-11T08:00:00Z', '2026-03-11T09:00:07Z')['status']).toMatchObject({
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ state: { running: { startedAt: '2026-03-11T08:00:00Z' } } }],
    });
    expect(ended('2026-03-11T08:00:00Z', '2026-03-11T08:59:59Z')['status']).toMatchObject({
      phase: 'Succeeded',
    });
  });

  it('waits, where the log binds it to a node or to a volume', () => {
    const around = { ...alone, isBoundLater: () => true, isLaterVolume: () => true };
    const pod = { spec: { nodeName: 'n' }, status: { phase: 'Running', qosClass: 'Burstable' } };
    expect(before('Pod', pod, {}, around)).toMatchObject({
      spec: {},
      status: { phase: 'Pending', qosClass: 'Burstable' },
    });
    expect(before('PersistentVolumeClaim', { spec: { volumeName: 'v' } }, {}, around)).toEqual({
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'x', uid: 'u', annotations: {} },
      spec: {},
      status: { phase: 'Pending' },
    });
  });

  it('has made of its Jobs and pods what was there', () => {
    const slot = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
    const job: KubeObject = {
      kind: 'Job',
      metadata: { name: 'j', uid: 'j', annotations: { [slot]: '2026-03-11T08:59:00Z' } },
    };
    const status = { lastScheduleTime: '2026-03-11T09:00:00Z', active: [{ uid: 'new' }] };
    const owning = (...owned: KubeObject[]) => ({ ...alone, ownedBy: () => owned });
    expect(before('CronJob', { status }, {}, owning(job))['status']).toEqual({
      lastScheduleTime: '2026-03-11T08:59:00Z',
      active: [],
    });
    const pod: KubeObject = {
      kind: 'Pod',
      metadata: { name: 'p' },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    };
    const done = {
      completionTime: '2026-03-11T09:00:07Z',
      conditions: [
        { type: 'Complete', status: 'True', lastTransitionTime: '2026-03-11T09:00:07Z' },
      ],
    };
    expect(before('Job', { status: done }, {}, owning(pod))['status']).toEqual({
      active: 1,
      ready: 1,
      uncountedTerminatedPods: {},
    });
  });

  it('is cordoned or not, the other way round than it is made', () => {
    const body = { spec: { unschedulable: true } };
    expect(before('Node', body, { body })['spec']).toEqual({});
    const off = { body: { spec: { unschedulable: null } } };
    expect(before('Node', { spec: {} }, off)['spec']).toEqual({ unschedulable: true });
  });
});
