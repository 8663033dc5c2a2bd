import { describe, expect, it } from 'vitest';
import { batchJob } from './kueue/jobs/batch-job.js';
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
    expect(told('apps/v1', 'Deployment', {}, true)).toContain('it runs at once, without quota');
    expect(told('apps/v1', 'Deployment')).toBe('');
    expect(told('kubeflow.org/v1', 'TFJob', {}, true)).toContain(
      'leaves kubeflow.org/tfjob out of integrations.frameworks',
    );
    expect(told(own, 'Topology')).toContain('topology-aware scheduling is not simulated');
    const shared = { namespaceSelector: {}, fairSharing: { weight: 2 } };
    expect(told(own, 'ClusterQueue', shared)).toContain('fairSharing is not simulated');
  });
});
