import { describe, expect, it } from 'vitest';
import { batchJob } from './kueue/jobs/batch-job.js';
import { rayCluster } from './kueue/jobs/ray-cluster.js';
import { rayJob } from './kueue/jobs/ray-job.js';
import { trainJob } from './kueue/jobs/train-job.js';
import { rayService } from './kueue/jobs/ray-service.js';
import type { PodSetInfo } from './kueue/pod-set-info.js';
import type { RayClusterSpec, RayJob, RayJobSpec, WorkerGroupSpec } from './kuberay/types.js';
import { printedError } from '../api/field-error.js';
import { mismatch } from './kueue/flavor-match.js';
import { lowestFit, QuotaNode } from './kueue/quota-node.js';
import { workloadName } from './kueue/workload-maker.js';
import { kueue } from './kueue.js';

const key = 'default\ncpu';

function cohortOf(...queues: QuotaNode[]): QuotaNode {
  const cohort = new QuotaNode('team', new Map());
  for (const queue of queues) queue.joins(cohort);
  cohort.gather();
  return cohort;
}

describe('kueue', () => {
  it('names workloads after the kind, the job and its uid', () => {
    const uid = '7fc3b9d9-76c5-489e-8d5c-5c4e11790e23';
    const job = { metadata: { name: 'j', namespace: 'ns', uid } };
    expect(workloadName(job, { kind: 'Job', group: 'batch' })).toBe('job-j-e4eab');
  });

  it('lends what is not kept back, and borrows up to the limit', () => {
    const lender = new QuotaNode('a', new Map([[key, { nominal: 10, lendingLimit: 4 }]]));
    const borrower = new QuotaNode('b', new Map([[key, { nominal: 2, borrowingLimit: 3 }]]));
    cohortOf(lender, borrower);
    expect(borrower.available(key)).toBe(5);
    expect(lender.potentialAvailable(key)).toBe(12);
    borrower.add(key, 5);
    expect([borrower.available(key), lender.available(key)]).toEqual([0, 7]);
    expect(borrower.isWithinNominal([key])).toBe(false);
    borrower.remove(key, 5);
    expect([borrower.available(key), lender.available(key)]).toEqual([5, 12]);
  });

  it('tells how far quota comes from', () => {
    const own = new QuotaNode('a', new Map([[key, { nominal: 4 }]]));
    const other = new QuotaNode('b', new Map([[key, { nominal: 4 }]]));
    cohortOf(own, other);
    expect(lowestFit(own, key, 4)).toEqual({ height: 0, isSmaller: true });
    expect(lowestFit(own, key, 6)).toEqual({ height: 1, isSmaller: false });
  });

  it('lends between cohorts of a cohort', () => {
    const quota = (nominal: number) => new Map([[key, { nominal }]]);
    const [own, near, far] = [2, 3, 5].map(one => new QuotaNode(`${one}`, quota(one)));
    const [left, right, top] = ['left', 'right', 'top'].map(name => new QuotaNode(name, new Map()));
    if (!own || !near || !far || !left || !right || !top) throw new Error('nodes are missing');
    own.joins(left);
    near.joins(left);
    far.joins(right);
    left.joins(top);
    right.joins(top);
    top.gather();
    expect([own.available(key), own.path]).toEqual([10, '/top/left/2']);
    expect(lowestFit(own, key, 5)).toEqual({ height: 1, isSmaller: true });
    expect(lowestFit(own, key, 6)).toEqual({ height: 2, isSmaller: false });
    own.add(key, 6);
    expect([far.available(key), near.available(key), left.used(key)]).toEqual([4, 4, 6]);
  });

  it('finds flavours unfit for pods that do not tolerate or want their nodes', () => {
    const flavor = {
      metadata: { name: 'spot' },
      spec: {
        nodeLabels: { tier: 'spot' },
        nodeTaints: [{ key: 'spot', value: 'yes', effect: 'NoSchedule' }],
      },
    };
    const set = (spec: object) => ({
      name: 'main',
      count: 1,
      template: { spec: { containers: [], ...spec } },
    });
    const tolerations = [{ key: 'spot', operator: 'Exists' }];
    expect(mismatch('spot', flavor, set({}))).toBe(
      'untolerated taint spot=yes:NoSchedule in flavor spot',
    );
    expect(mismatch('spot', flavor, set({ tolerations }))).toBeUndefined();
    const nodeSelector = { tier: 'reserved', zone: 'a' };
    expect(mismatch('spot', flavor, set({ tolerations, nodeSelector }))).toBe(
      "flavor spot doesn't match node affinity",
    );
    expect(mismatch('none', undefined, set({}))).toBe('flavor none not found');
  });

  it('takes back what pods that are done held', () => {
    const template = { spec: { containers: [] } };
    const job = {
      metadata: { name: 'j' },
      spec: { parallelism: 3, completions: 4, completionMode: 'Indexed', template },
      status: { completedIndexes: '0,2-3' },
    };
    expect(batchJob.reclaimablePods?.(job)).toEqual([{ name: 'main', count: 2 }]);
  });

  it('hints at queues that nobody may use, and at jobs that it does not know', () => {
    const queue = { apiVersion: 'kueue.x-k8s.io/v1beta2', kind: 'ClusterQueue' };
    expect(kueue.hints?.({ ...queue, metadata: { name: 'q' }, spec: {} })[0]).toContain(
      'no namespace may use the queue',
    );
    const labels = { 'kueue.x-k8s.io/queue-name': 'lq' };
    const job = { apiVersion: 'kubeflow.org/v1', kind: 'MXJob', metadata: { name: 'm', labels } };
    expect(kueue.hints?.(job)[0]).toContain('Kueue no longer knows MXJob');
  });

  it('hints at what is not simulated, and at what it would not start as it is shipped', () => {
    const labels = { 'kueue.x-k8s.io/queue-name': 'lq' };
    const told = (apiVersion: string, kind: string, spec = {}, isQueued = false) =>
      kueue
        .hints?.({ apiVersion, kind, metadata: { name: 'x', ...(isQueued && { labels }) }, spec })
        .join() ?? '';
    const own = 'kueue.x-k8s.io/v1beta2';
    const isUnqueued = 'it runs at once, without quota';
    expect(told('apps/v1', 'StatefulSet', {}, true)).toContain(isUnqueued);
    expect(told('apps/v1', 'Deployment', {}, true)).toBe('');
    expect(told('kubeflow.org/v1', 'TFJob', {}, true)).toContain(
      'leaves kubeflow.org/tfjob out of integrations.frameworks',
    );
    expect(told(own, 'Topology')).toContain('topology-aware scheduling is not simulated');
    expect(told('ray.io/v1', 'RayJob', {}, true)).toBe('');
    expect(told('ray.io/v1', 'RayJob', { clusterSelector: { a: 'b' } }, true)).toContain(
      'never starts one with clusterSelector',
    );
    expect(told('ray.io/v1', 'RayService', {}, true)).toContain('its cluster stays suspended');
    const shared = { namespaceSelector: {}, fairSharing: { weight: 2 } };
    expect(told(own, 'ClusterQueue', shared)).toContain('fairSharing is not simulated');
  });
});

describe('kueue and TrainJobs', () => {
  const bare = { metadata: { name: 't' }, spec: { runtimeRef: { name: 'r' } } };
  const manager = 'kueue.x-k8s.io/manager';

  it('keeps a patch of its own, which a job from before it lacks', () => {
    const made = trainJob.defaulted?.(bare) ?? bare;
    expect(made.spec).toMatchObject({
      runtimePatches: [{ manager, trainingRuntimeSpec: { template: { spec: {} } } }],
    });
    expect(trainJob.unready?.(made)).toBeUndefined();
    expect(trainJob.unready?.(bare)).toBe('kueue runtime patch not found');
    expect(trainJob.started(made, [{ ...none, name: 'node' }])).toBe(
      'invalid podset infos: expecting 0 podset, got 1',
    );
  });

  it('takes back what others have patched least of all', () => {
    const own = { spec: { replicatedJobs: [{ name: 'node', template: {} }] } };
    const runtimePatches = ['mine', manager].map(one => ({
      ...{ manager: one, trainingRuntimeSpec: { template: own } },
    }));
    const back = trainJob.restored({ ...bare, spec: { ...bare.spec, runtimePatches } }, []);
    expect(back.spec.runtimePatches).toEqual([
      runtimePatches[0],
      { manager, trainingRuntimeSpec: { template: { spec: {} } } },
    ]);
  });

  const none = { count: 1, labels: {}, annotations: {}, nodeSelector: {}, tolerations: [] };
});

describe('kueue and Ray', () => {
  const elastic = { annotations: { 'kueue.x-k8s.io/elastic-job': 'true' } };
  const template = { spec: { containers: [{ name: 'ray', image: 'ray:1' }] } };
  const group = (groupName: string, more: Partial<WorkerGroupSpec> = {}) => ({
    ...{ groupName, template, ...more },
  });
  const spec = (more: Partial<RayClusterSpec> = {}): RayClusterSpec => ({
    ...{ headGroupSpec: { template }, workerGroupSpecs: [group('w')], ...more },
  });
  const job = (more: RayJobSpec = {}, metadata: object = {}): RayJob => ({
    metadata: { name: 'j', ...metadata },
    spec: {
      ...{ rayClusterSpec: spec(), submissionMode: 'K8sJobMode', suspend: true },
      ...{ shutdownAfterJobFinishes: true, ...more },
    },
  });
  const infos = (...names: string[]): readonly PodSetInfo[] =>
    names.map(name => ({
      ...{ name, count: 1, labels: { set: name }, annotations: {} },
      ...{ nodeSelector: { tier: 'gpu' }, tolerations: [{ key: 'gpu', operator: 'Exists' }] },
    }));

  it('counts the head, the workers on all their hosts, and who submits', () => {
    const workerGroupSpecs = [group('Big', { replicas: 2, numOfHosts: 4 }), group('w')];
    const counted = (made: RayJob) => rayJob.podSets(made).map(set => `${set.name} ${set.count}`);
    expect(counted(job({ rayClusterSpec: spec({ workerGroupSpecs }) }))).toEqual([
      ...['head 1', 'big 8', 'w 1', 'submitter 1'],
    ]);
    expect(counted(job({ submissionMode: 'HTTPMode' }))).toEqual(['head 1', 'w 1']);
    const [beside] = rayJob.podSets(job({ submissionMode: 'SidecarMode' }));
    expect(beside?.template.spec?.containers[1]).toEqual({
      name: 'ray-job-submitter',
      resources: {
        ...{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m', memory: '200Mi' } },
      },
    });
  });

  it('counts what KubeRay adds to the head', () => {
    const requests = { cpu: '100m', memory: '1Gi' };
    const containers = [{ name: 'ray', resources: { requests } }];
    const [head] = rayCluster.podSets({
      metadata: {},
      spec: spec({
        ...{ headGroupSpec: { template: { spec: { containers } } }, enableInTreeAutoscaling: true },
        gcsFaultToleranceOptions: {},
      }),
    });
    const amounts = { cpu: '500m', memory: '512Mi' };
    expect(head?.template.spec?.containers).toEqual([
      { name: 'ray', resources: { requests: { cpu: '200m', memory: '1Gi' } } },
      { name: 'autoscaler', resources: { limits: amounts, requests: amounts } },
    ]);
  });

  it('starts jobs where their flavours are, and gives them back as they were', () => {
    const waiting = job();
    const started = rayJob.started(waiting, infos('head', 'w', 'submitter'));
    if (typeof started === 'string') throw new Error(started);
    const { rayClusterSpec, submitterPodTemplate, ...rest } = started.spec;
    expect(rest).not.toHaveProperty('suspend');
    const placed = (set: string, own: object) => ({
      metadata: { labels: { set } },
      spec: {
        ...{ ...own, nodeSelector: { tier: 'gpu' } },
        tolerations: [{ key: 'gpu', operator: 'Exists' }],
      },
    });
    expect(rayClusterSpec?.headGroupSpec.template).toEqual(placed('head', template.spec));
    expect(rayClusterSpec?.workerGroupSpecs?.[0]?.template).toEqual(placed('w', template.spec));
    expect(submitterPodTemplate).toMatchObject(placed('submitter', { restartPolicy: 'Never' }));
    const back = rayJob.restored(rayJob.withSuspend(started, true), rayJob.podSets(waiting));
    expect(back.spec.rayClusterSpec?.headGroupSpec.template.spec).toEqual(template.spec);
    expect(back.spec.submitterPodTemplate?.spec).not.toHaveProperty('nodeSelector');
    expect(rayJob.started(waiting, infos('head', 'w'))).toBe(
      'invalid podset infos: expecting 3 podset, got 2',
    );
  });

  it('knows what has ended, is on hold, or is none of its own', () => {
    const at = (jobDeploymentStatus: string, more: object = {}): RayJob => ({
      ...{ ...job(), status: { jobDeploymentStatus, message: 'm', ...more } },
    });
    expect(rayJob.end(at('Complete', { jobStatus: 'SUCCEEDED' }))).toEqual({
      ...{ message: 'm', isSuccess: true },
    });
    expect(rayJob.end(at('Failed'))?.isSuccess).toBe(false);
    expect([rayJob.end(at('Running')), rayJob.isActive(at('Suspended'))]).toEqual([
      ...[undefined, false],
    ]);
    expect(rayJob.isActive(at('Initializing'))).toBe(true);
    expect(rayJob.isOnHold?.(at('ValidationFailed'))).toBe(true);
    expect(rayJob.isSkipped?.(job({ clusterSelector: { a: 'b' } }))).toBe(true);
    const service = { metadata: { deletionTimestamp: 'x' }, spec: { rayClusterConfig: spec() } };
    expect(rayService.isSkipped?.(service)).toBe(false);
    const rayClusterConfig = spec({ gcsFaultToleranceOptions: {} });
    expect(rayService.isSkipped?.({ ...service, spec: { rayClusterConfig } })).toBe(true);
  });

  it('refuses what would hold quota for ever, or could not be counted', () => {
    const refused = (made: RayJob) => rayJob.queuedRefusals?.(made).errors.map(printedError);
    expect(refused(job())).toEqual([]);
    const workerGroupSpecs = [group('head'), ...Array.from({ length: 17 }, () => group('w'))];
    const rayClusterSpec = spec({ enableInTreeAutoscaling: true, workerGroupSpecs });
    expect(refused(job({ rayClusterSpec, shutdownAfterJobFinishes: false }))).toEqual([
      'spec.shutdownAfterJobFinishes: Invalid value: false: a kueue managed job should delete the cluster after finishing',
      'spec.rayClusterSpec.enableInTreeAutoscaling: Invalid value: true: a kueue managed job should only use autoscaling when workload slicing is enabled',
      'spec.rayClusterSpec.workerGroupSpecs: Too many: 19: must have at most 18 items',
      'spec.rayClusterSpec.workerGroupSpecs[0].groupName: Forbidden: "head" is reserved for the head group',
    ]);
    const scaling = spec({ enableInTreeAutoscaling: true });
    expect(refused(job({ rayClusterSpec: scaling }, elastic))).toEqual([]);
    const clusterSelector = { a: 'b' };
    expect(rayJob.queuedRefusals?.(job({ clusterSelector })).isAll).toBe(true);
    expect(refused(job({ clusterSelector }))).toEqual([
      'spec.clusterSelector: Invalid value: {"a":"b"}: a kueue managed job should not use an existing cluster',
    ]);
    const { rayClusterSpec: _, ...bare } = job().spec;
    expect(refused({ metadata: {}, spec: bare })).toEqual([
      "spec.rayClusterSpec: Required value: rayClusterSpec is required for Kueue-managed jobs that don't use clusterSelector",
    ]);
    expect(refused({ metadata: {}, spec: { ...bare, clusterSelector } })).toEqual([]);
    const cluster = { metadata: {}, spec: scaling };
    expect(rayCluster.queuedRefusals?.(cluster).errors.map(printedError)[0]).toContain(
      'can use autoscaling only as an elastic job: enable the ElasticJobsViaWorkloadSlices feature gate and set the "kueue.x-k8s.io/elastic-job": "true" annotation',
    );
  });
});
