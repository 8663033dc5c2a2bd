/**
 * Pod groups behind the gates GenericWorkload and GangScheduling: the outcomes of upstream's tests of
 * the plug-in, of the cycle of a group and of the whole, told anew. @upstream
 * pkg/scheduler/framework/plugins/gangscheduling/gangscheduling_test.go,
 * pkg/scheduler/schedule_one_podgroup_test.go, test/integration/scheduler/podgroup/podgroup_test.go
 */
import { describe, expect, it } from 'vitest';
import { pods, type Pod } from '../../sim/api/kinds/core.js';
import { podGroups, type PodGroup } from '../../sim/api/kinds/scheduling-v1alpha2.js';
import { priorityClasses } from '../../sim/api/kinds/scheduling.js';
import { pathOf } from '../../sim/client/requests.js';
import { Cluster } from './cluster.js';

const featureGates = { GenericWorkload: true, GangScheduling: true };
const waiting =
  'pod group is unschedulable, waiting for minCount pods from a gang to be scheduled, ' +
  'one or more plugins asked to wait and no plugin rejected pod';

class GangCluster extends Cluster {
  constructor() {
    super({ featureGates });
  }

  addGroup(name: string, minCount?: number): PodGroup {
    return this.create(podGroups, {
      metadata: { name, namespace: 'default' },
      spec: {
        schedulingPolicy: minCount === undefined ? { basic: {} } : { gang: { minCount } },
      },
    });
  }

  addMember(name: string, group: string, gpus: number, more: Partial<Pod['spec']> = {}): Pod {
    return this.addPod(name, gpus, { schedulingGroup: { podGroupName: group }, ...more });
  }

  nodeOf(name: string): string {
    return this.pod(name).spec?.nodeName ?? '';
  }

  conditionOf(name: string): { readonly reason?: string; readonly message?: string } {
    const conditions = this.pod(name).status?.conditions ?? [];
    return conditions.find(({ type }) => type === 'PodScheduled') ?? {};
  }

  groupCondition(name: string) {
    const { status } = this.get(podGroups, 'default', name);
    return status?.conditions?.find(({ type }) => type === 'PodGroupScheduled');
  }
}

describe('before the queue', () => {
  it('lets pods wait for their group, without a word', () => {
    const cluster = new GangCluster();
    cluster.addNode('n1');
    cluster.addMember('a', 'late', 1);
    cluster.addMember('b', 'late', 1);
    cluster.run(5_000);
    expect([cluster.nodeOf('a'), cluster.nodeOf('b')]).toEqual(['', '']);
    expect(cluster.conditionOf('a')).toEqual({});
    expect(cluster.events('FailedScheduling')).toEqual([]);
    cluster.addGroup('late', 2);
    cluster.run(2_000);
    expect([cluster.nodeOf('a'), cluster.nodeOf('b')]).toEqual(['n1', 'n1']);
  });

  it('lets a gang wait for its last pod', () => {
    const cluster = new GangCluster();
    cluster.addNode('n1');
    cluster.addGroup('gang', 3);
    cluster.addMember('a', 'gang', 1);
    cluster.addMember('b', 'gang', 1);
    cluster.addMember('stranger', 'other', 1);
    cluster.run(5_000);
    expect(cluster.nodeOf('a')).toBe('');
    expect(cluster.groupCondition('gang')).toBeUndefined();
    cluster.addMember('c', 'gang', 1);
    cluster.run(2_000);
    expect(['a', 'b', 'c'].map(name => cluster.nodeOf(name))).toEqual(['n1', 'n1', 'n1']);
    expect(cluster.nodeOf('stranger')).toBe('');
    expect(cluster.groupCondition('gang')).toMatchObject({
      status: 'True',
      reason: 'Scheduled',
      message: '',
    });
  });
});

describe('a gang', () => {
  it('starts whole or not at all', () => {
    const cluster = new GangCluster();
    cluster.addNode('n1', 2);
    cluster.addGroup('gang', 3);
    for (const name of ['a', 'b', 'c']) cluster.addMember(name, 'gang', 1);
    cluster.run(5_000);
    expect(['a', 'b', 'c'].map(name => cluster.nodeOf(name))).toEqual(['', '', '']);
    expect(cluster.conditionOf('a')).toMatchObject({ reason: 'Unschedulable', message: waiting });
    expect(cluster.conditionOf('c')).toMatchObject({
      reason: 'Unschedulable',
      message:
        '0/1 nodes are available: 1 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    });
    expect(cluster.groupCondition('gang')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message: 'pod group is unschedulable',
    });
    cluster.addNode('n2', 1);
    cluster.run(2_000);
    expect(['a', 'b', 'c'].map(name => cluster.nodeOf(name)).sort()).toEqual(['n1', 'n1', 'n2']);
    expect(cluster.groupCondition('gang')).toMatchObject({ status: 'True', reason: 'Scheduled' });
    expect(cluster.events('Scheduled')).toHaveLength(3);
  });

  it('is tried again when something happens, not over and over', () => {
    const cluster = new GangCluster();
    cluster.addNode('n1', 2);
    cluster.addGroup('gang', 3);
    for (const name of ['a', 'b', 'c']) cluster.addMember(name, 'gang', 1);
    cluster.run(60_000);
    const [first, second] = cluster.events('FailedScheduling');
    expect(cluster.events('FailedScheduling')).toHaveLength(6);
    expect(first?.['series']).toBeUndefined();
    expect(second?.['series']).toMatchObject({ count: 2 });
  });

  it('starts with as many as it needs; the others follow one by one', () => {
    const cluster = new GangCluster();
    cluster.addNode('n1', 2);
    cluster.addGroup('gang', 2);
    for (const name of ['a', 'b', 'c']) cluster.addMember(name, 'gang', 1);
    cluster.run(3_000);
    expect(['a', 'b', 'c'].map(name => cluster.nodeOf(name))).toEqual(['n1', 'n1', '']);
    expect(cluster.conditionOf('c').message).toMatch(/^0\/1 nodes are available: 1 Insufficient/);
    // What was scheduled once stays so, whatever becomes of further pods.
    expect(cluster.groupCondition('gang')).toMatchObject({ status: 'True' });
    cluster.addNode('n2', 1);
    cluster.run(2_000);
    expect(cluster.nodeOf('c')).toBe('n2');
    cluster.addMember('d', 'gang', 4);
    cluster.run(3_000);
    expect(cluster.groupCondition('gang')).toMatchObject({ status: 'True' });
  });

  it('holds no place against others while it waits', () => {
    const cluster = new GangCluster();
    cluster.addNode('n1', 2);
    cluster.addGroup('gang', 3);
    for (const name of ['a', 'b', 'c']) cluster.addMember(name, 'gang', 1);
    cluster.run(3_000);
    cluster.addPod('single', 2);
    cluster.run(3_000);
    expect(cluster.nodeOf('single')).toBe('n1');
  });

  it('of two gangs that do not fit together, one starts', () => {
    const cluster = new GangCluster();
    cluster.addNode('n1', 4);
    for (const group of ['one', 'two']) {
      cluster.addGroup(group, 3);
      for (const name of ['a', 'b', 'c']) cluster.addMember(`${group}-${name}`, group, 1);
    }
    cluster.run(5_000);
    const bound = (group: string) =>
      ['a', 'b', 'c'].filter(name => cluster.nodeOf(`${group}-${name}`) !== '').length;
    expect(new Set([bound('one'), bound('two')])).toEqual(new Set([0, 3]));
  });

  it('waits for the preemption that some of its pods need, and starts after it', () => {
    const cluster = new GangCluster();
    cluster.create(priorityClasses, { metadata: { name: 'high' }, value: 1000 });
    cluster.addNode('n1', 2);
    cluster.addPod('low', 1);
    cluster.run(1_000);
    expect(cluster.nodeOf('low')).toBe('n1');
    cluster.addGroup('gang', 2);
    for (const name of ['a', 'b'])
      cluster.addMember(name, 'gang', 1, { priorityClassName: 'high' });
    cluster.run(500);
    expect(cluster.pod('low').metadata.deletionTimestamp).toBeDefined();
    expect(cluster.events('Preempted')).toHaveLength(1);
    expect(cluster.conditionOf('a')).toMatchObject({
      reason: 'Unschedulable',
      message: 'pod group is unschedulable, pod group is waiting for preemption to complete',
    });
    expect(cluster.groupCondition('gang')).toMatchObject({
      reason: 'Unschedulable',
      message: 'pod group is unschedulable, pod group is waiting for preemption to complete',
    });
    const { nominatedNodeName } = cluster.pod('a').status ?? {};
    expect([nominatedNodeName, cluster.pod('b').status?.nominatedNodeName]).toEqual(['n1', 'n1']);
    // As long as the victim takes to end, the group is told what a real kube-scheduler tells it.
    cluster.run(3_000);
    expect(cluster.conditionOf('a').message).toBe(waiting);
    expect(cluster.conditionOf('b').message).toBe(
      '0/1 nodes are available: 1 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: not eligible due to a terminating pod on the nominated node.',
    );
    expect(cluster.groupCondition('gang')?.message).toBe('pod group is unschedulable');
    expect(cluster.pod('a').status?.nominatedNodeName).toBeUndefined();
    expect(cluster.pod('b').status?.nominatedNodeName).toBe('n1');
    const gone = `${pathOf(pods, 'default', 'low')}?gracePeriodSeconds=0`;
    cluster.send('DELETE', gone);
    cluster.run(12_000);
    expect(['a', 'b'].map(name => cluster.nodeOf(name))).toEqual(['n1', 'n1']);
  });

  it('is not scheduled by two schedulers', () => {
    const configuration = { profiles: [{ schedulerName: 'one' }, { schedulerName: 'two' }] };
    const cluster = new Cluster({ featureGates, configuration });
    cluster.addNode('n1');
    cluster.create(podGroups, {
      metadata: { name: 'gang', namespace: 'default' },
      spec: { schedulingPolicy: { gang: { minCount: 2 } } },
    });
    const schedulingGroup = { podGroupName: 'gang' };
    cluster.addPod('a', 1, { schedulingGroup, schedulerName: 'one' });
    cluster.addPod('b', 1, { schedulingGroup, schedulerName: 'two' });
    cluster.run(500);
    expect(cluster.events('FailedScheduling')).toHaveLength(2);
    expect(cluster.events('FailedScheduling')[0]).toMatchObject({
      note: 'all pods in a single pod group should have the same .spec.schedulerName set, got: "one" and "two"',
    });
  });
});

describe('a basic group', () => {
  it('is scheduled as far as it fits', () => {
    const cluster = new GangCluster();
    cluster.addNode('n1', 2);
    cluster.addGroup('basic');
    for (const name of ['a', 'b', 'c']) cluster.addMember(name, 'basic', 1);
    cluster.run(3_000);
    expect(['a', 'b', 'c'].filter(name => cluster.nodeOf(name) !== '')).toHaveLength(2);
    expect(cluster.groupCondition('basic')).toMatchObject({ status: 'True', reason: 'Scheduled' });
  });
});

describe('without the gates', () => {
  it('serves no groups, and drops what pods say of one', () => {
    const cluster = new Cluster();
    cluster.addNode('n1');
    expect(cluster.send('GET', pathOf(podGroups, 'default')).status).toBe(404);
    const made = cluster.addPod('a', 1, { schedulingGroup: { podGroupName: 'gang' } });
    expect(made.spec?.schedulingGroup).toBeUndefined();
    cluster.run(2_000);
    expect(cluster.pod('a').spec?.nodeName).toBe('n1');
  });
});
