/** The scheduler against the API server: binding, failing, waking up, evicting. */
import { describe, expect, it } from 'vitest';
import { pods, type Pod } from '../../sim/api/kinds/core.js';
import { podDisruptionBudgets } from '../../sim/api/kinds/policy.js';
import { priorityClasses } from '../../sim/api/kinds/scheduling.js';
import { pathOf } from '../../sim/client/requests.js';
import { Cluster } from './cluster.js';

function condition(pod: Pod): { readonly status?: string; readonly message?: string } {
  return pod.status?.conditions?.find(({ type }) => type === 'PodScheduled') ?? {};
}

describe('kube-scheduler', () => {
  it('binds pods and tells so', () => {
    const cluster = new Cluster();
    cluster.addNode('n1');
    cluster.addPod('p1', 8);
    cluster.run(2_000);
    expect(cluster.pod('p1').spec?.nodeName).toBe('n1');
    expect(condition(cluster.pod('p1')).status).toBe('True');
    expect(cluster.events('Scheduled')).toMatchObject([
      {
        note: 'Successfully assigned default/p1 to n1',
        action: 'Binding',
        reportingController: 'default-scheduler',
      },
    ]);
  });

  it('says why a pod waits, and wakes it when a node comes', () => {
    const cluster = new Cluster();
    cluster.addPod('early', 1);
    cluster.run(1_500);
    expect(condition(cluster.pod('early'))).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message: 'no nodes available to schedule pods',
    });
    cluster.addNode('n1', 4);
    cluster.run(12_000);
    expect(cluster.pod('early').spec?.nodeName).toBe('n1');
    cluster.addPod('large', 8);
    cluster.run(3_000);
    expect(condition(cluster.pod('large')).message).toBe(
      '0/1 nodes are available: 1 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    );
    cluster.addNode('n2', 8);
    cluster.run(12_000);
    expect(cluster.pod('large').spec?.nodeName).toBe('n2');
  });

  it('evicts pods of lower priority for one of higher priority', () => {
    const cluster = new Cluster();
    cluster.create(priorityClasses, { metadata: { name: 'high' }, value: 1000 });
    cluster.create(podDisruptionBudgets, {
      metadata: { name: 'budget', namespace: 'default' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'none' } } },
    });
    cluster.addNode('n1', 2);
    cluster.addPod('low-1', 1);
    cluster.addPod('low-2', 1);
    cluster.run(2_000);
    cluster.addPod('urgent', 1, { priorityClassName: 'high' });
    cluster.run(500);
    const { status } = cluster.pod('urgent');
    const victims = cluster.events('Preempted');
    expect(victims).toHaveLength(1);
    // @upstream pkg/scheduler/framework/preemption/executor.go: its preemptor is no kind of the scheme.
    expect(victims[0]?.['related']).toBeUndefined();
    const regarding = victims[0]?.['regarding'] as { readonly name: string } | undefined;
    const victim = regarding?.name ?? '';
    expect(status?.nominatedNodeName).toBe('n1');
    expect(cluster.pod(victim).metadata.deletionTimestamp).toBeDefined();
    // @upstream pkg/scheduler/util/utils.go PatchPodStatus: the order is that of the conditions' coming.
    expect(cluster.pod(victim).status?.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'True' },
      {
        type: 'DisruptionTarget',
        reason: 'PreemptionByScheduler',
        message: 'default-scheduler: preempting to accommodate a higher priority pod',
      },
    ]);
    cluster.send('DELETE', `${pathOf(pods, 'default', victim)}?gracePeriodSeconds=0`);
    cluster.run(12_000);
    expect(cluster.pod('urgent').spec?.nodeName).toBe('n1');
  });

  it('keeps gated pods out until their gates are gone', () => {
    const cluster = new Cluster();
    cluster.addNode('n1');
    const gated = cluster.addPod('gated', 1, { schedulingGates: [{ name: 'quota' }] });
    cluster.run(5_000);
    expect(cluster.pod('gated').spec?.nodeName).toBeUndefined();
    const { schedulingGates: _gates, ...spec } = gated.spec ?? { containers: [] };
    const { metadata } = cluster.pod('gated');
    const opened = cluster.send('PUT', pathOf(pods, 'default', 'gated'), { metadata, spec });
    expect(opened.status).toBe(200);
    cluster.run(3_000);
    expect(cluster.pod('gated').spec?.nodeName).toBe('n1');
  });

  it('places 800 GPU pods on 100 nodes without overcommitting one', () => {
    const cluster = new Cluster();
    for (let index = 0; index < 100; index++) cluster.addNode(`n${index}`);
    for (let index = 0; index < 800; index++) cluster.addPod(`p${index}`, 1);
    cluster.run(60_000);
    const byNode = new Map<string, number>();
    for (let index = 0; index < 800; index++) {
      const node = cluster.pod(`p${index}`).spec?.nodeName ?? '';
      byNode.set(node, (byNode.get(node) ?? 0) + 1);
    }
    expect(byNode.get('')).toBeUndefined();
    expect([...byNode.values()].every(count => count === 8)).toBe(true);
  });
});
