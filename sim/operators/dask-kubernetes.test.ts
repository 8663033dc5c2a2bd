import { describe, expect, it } from 'vitest';
import type { HasMetadata } from '../api/object.js';
import { nextReplicas } from './dask/autoscaler-handlers.js';
import { nameError } from './dask/cluster-handlers.js';
import { jobCluster, jobRunner, schedulerDeployment, workerDeployment } from './dask/objects.js';
import type { DaskCluster, DaskJob, DaskWorkerGroup } from './dask/types.js';
import { daskKubernetes } from './dask-kubernetes.js';
import type { Handler } from './kopf/contract.js';
import { essenceOf, handledEssence, keptEssence, pythonJson } from './kopf/essence.js';
import { Progress } from './kopf/progress.js';

const nowMs = Date.parse('2026-03-02T10:00:00Z');
const container = { name: 'c', image: 'i' };
const service = { ports: [{ name: 'tcp-comm', port: 8786 }] };

function cluster(labels: Readonly<Record<string, string>> = {}): DaskCluster {
  const annotations = { mine: 'yes', 'kopf.zalando.org/x': 'no', 'kubectl.kubernetes.io': 'no' };
  return {
    metadata: { name: 'c', namespace: 'ns', uid: 'u', labels, annotations },
    spec: {
      idleTimeout: 5,
      scheduler: { metadata: { labels: { a: 'b' } }, spec: { containers: [container] }, service },
      worker: { replicas: 2, spec: { containers: [container] } },
    },
  };
}

describe('children', () => {
  it('have one metadata for the deployment and its template, whose labels are the selector', () => {
    const { metadata, spec } = schedulerDeployment(cluster({ team: 't' }));
    expect(metadata).toMatchObject({ name: 'c-scheduler', annotations: { mine: 'yes' } });
    expect(Object.keys(metadata.annotations ?? {})).toEqual(['mine']);
    expect(metadata.labels).toEqual({
      team: 't',
      a: 'b',
      'dask.org/cluster-name': 'c',
      'dask.org/component': 'scheduler',
      'sidecar.istio.io/inject': 'false',
    });
    expect(spec?.template.metadata).toEqual(metadata);
    expect(spec?.selector.matchLabels).toEqual(metadata.labels);
  });

  it('are told where the scheduler is, unless they say it themselves', () => {
    const own = { name: 'DASK_WORKER_NAME', value: 'mine' };
    const group: DaskWorkerGroup = {
      metadata: { name: 'g', namespace: 'ns', uid: 'v' },
      spec: { cluster: 'c', worker: { spec: { containers: [{ ...container, env: [own] }] } } },
    };
    const { metadata, spec } = workerDeployment(group, cluster({ team: 't' }), '0123456789');
    expect(metadata.name).toBe('g-worker-0123456789');
    expect(metadata.labels).toMatchObject({ 'dask.org/workergroup-name': 'g', team: 't' });
    expect(spec?.template.spec?.containers[0]?.env).toEqual([
      own,
      { name: 'DASK_SCHEDULER_ADDRESS', value: 'tcp://c-scheduler.ns.svc.cluster.local:8786' },
    ]);
  });

  it('of a job are its cluster, without the idle timeout, and its runner', () => {
    const job: DaskJob = {
      metadata: { name: 'j', namespace: 'ns', uid: 'w' },
      spec: { job: { spec: { containers: [container] } }, cluster: { spec: cluster().spec } },
    };
    expect(jobCluster(job)).toMatchObject({ metadata: { name: 'j' } });
    expect(Object.keys(jobCluster(job).spec).sort()).toEqual(['scheduler', 'worker']);
    const { metadata } = jobRunner(job);
    expect(metadata.name).toBe('j-runner');
    expect(metadata.ownerReferences).toMatchObject([{ kind: 'DaskJob', controller: true }]);
  });
});

describe('numbers and names', () => {
  it('go down by a quarter at most, and stay between the bounds', () => {
    const bounds = { minimum: 1, maximum: 8 };
    expect([8, 6, 3, 1].map(current => nextReplicas(current, 0, bounds))).toEqual([6, 5, 2, 1]);
    expect(nextReplicas(1, 20, bounds)).toBe(8);
    expect(nextReplicas(0, 0, bounds)).toBe(1);
  });

  it('leave room for the name of the scheduler', () => {
    expect(nameError('a'.repeat(53))).toBeUndefined();
    expect(nameError('a'.repeat(54))).toContain('must also be under 53 characters');
    expect(nameError('a.b')).toContain('is invalid');
  });

  it('hint at what has no effect', () => {
    const spec = { job: { spec: {} }, cluster: { spec: cluster().spec } };
    const object = { apiVersion: 'kubernetes.dask.org/v1', kind: 'DaskJob', metadata: {}, spec };
    const hints = daskKubernetes.hints?.(object) ?? [];
    expect(hints.some(hint => hint.includes('idleTimeout has no effect'))).toBe(true);
    expect(hints.some(hint => hint.includes("no port 'http-dashboard'"))).toBe(true);
  });
});

const handlers: readonly Handler<HasMetadata>[] = ['one', 'two'].map(name => ({
  name,
  keys: [name],
  *run() {
    return undefined;
  },
}));
const [one, two] = handlers as [Handler<HasMetadata>, Handler<HasMetadata>];

function withAnnotations(annotations: Readonly<Record<string, string>>): HasMetadata {
  return { metadata: { name: 'o', annotations } };
}

describe('kopf', () => {
  it('keeps what it handled last as Python writes it, and finds no change in it', () => {
    const object = { ...withAnnotations({ a: 'ü' }), spec: { n: 1 }, status: { phase: 'x', y: 1 } };
    const essence = essenceOf(object, ['status.phase', 'spec.n']);
    expect(essence).toEqual({
      spec: { n: 1 },
      metadata: { annotations: { a: 'ü' } },
      status: { phase: 'x' },
    });
    const kept = keptEssence(essence);
    expect(Object.values(kept)[0]).toContain('"\\u00fc"');
    const again = { ...object, ...withAnnotations({ a: 'ü', ...kept }) };
    expect(handledEssence(again)).toEqual(essenceOf(again, ['status.phase']));
    expect(pythonJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it('runs one handler after the other, and one that failed after those that did not', () => {
    const progress = new Progress(withAnnotations({}), handlers, 'create', nowMs);
    progress.begin(handlers);
    expect(progress.next(handlers)).toBe(one);
    progress.ended(one, { kind: 'exception', message: 'no' }, nowMs);
    expect(progress.next(handlers)).toBe(two);
    progress.ended(two, undefined, nowMs);
    expect([progress.next(handlers), progress.isDone, progress.delayMs]).toEqual([
      undefined,
      false,
      60_000,
    ]);
    const later = withAnnotations(progress.kept());
    const again = new Progress(later, handlers, 'create', nowMs + 60_000);
    again.begin(handlers);
    expect(again.next(handlers)).toBe(one);
    again.ended(one, undefined, nowMs);
    expect([again.isDone, again.counts]).toEqual([true, '2 succeeded; 0 failed.']);
    expect(again.purged()).toEqual({ 'kopf.zalando.org/one': null, 'kopf.zalando.org/two': null });
  });

  it('gives up what was begun for another purpose', () => {
    const first = new Progress(withAnnotations({}), handlers, 'create', nowMs);
    first.begin(handlers);
    first.ended(one, undefined, nowMs);
    const next = new Progress(withAnnotations(first.kept()), handlers, 'update', nowMs);
    next.begin([two]);
    const counts = '1 succeeded; 0 failed; 1 left to the moment.';
    expect(next.superseded()).toEqual([{ purpose: 'create', counts }]);
    next.repurpose();
    expect(next.next([two])).toBe(two);
  });
});
