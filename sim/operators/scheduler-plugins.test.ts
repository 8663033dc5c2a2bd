import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../api/kinds/core.js';
import type { KubeObject } from '../api/object.js';
import { NodeInfo } from '../scheduler/node-info.js';
import type { Resource } from '../scheduler/resource.js';
import { readConfiguration, shippedText } from './scheduler-plugins/configuration.js';
import { usedOf } from './scheduler-plugins/elastic-quota-controller.js';
import { isTotalOverMinWith, QuotaInfo, requestOf } from './scheduler-plugins/elastic-quotas.js';
import { ExpiringKeys } from './scheduler-plugins/expiring-keys.js';
import { schedulerPluginsHints } from './scheduler-plugins/hints.js';
import { statusOf } from './scheduler-plugins/pod-group-controller.js';
import { resourceGap } from './scheduler-plugins/resource-gap.js';
import type { ElasticQuota, PodGroup, PodGroupStatus } from './scheduler-plugins/types.js';

type Amounts = Readonly<Record<string, string>>;

function pod(requests: Amounts, phase = 'Running', more: Partial<Pod['spec']> = {}): Pod {
  const uid = JSON.stringify([requests, phase, more]);
  const containers = [{ name: 'c', image: 'i', resources: { requests } }];
  return {
    metadata: { name: 'p', namespace: 'ns', uid },
    spec: { containers, ...more },
    status: { phase },
  };
}

function quota(min?: Amounts, max?: Amounts): ElasticQuota {
  const spec = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  return { metadata: { name: 'q', namespace: 'ns' }, spec };
}

function request(amounts: Amounts): Resource {
  return requestOf(pod(amounts));
}

describe('status of a group', () => {
  const of = (status: PodGroupStatus, phases: readonly string[], minMember = 2): PodGroupStatus => {
    const group: PodGroup = { metadata: { name: 'g' }, spec: { minMember }, status };
    const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'u' }];
    const members = phases.map(phase => ({
      ...pod({}, phase),
      metadata: { namespace: 'ns', ownerReferences },
    }));
    return statusOf(group, members);
  };

  it('goes from phase to phase', () => {
    expect(of({}, ['Pending', 'Pending'])).toEqual({ phase: 'Pending' });
    expect(of({ phase: 'Pending' }, ['Pending'])).toEqual({ phase: 'Pending' });
    const scheduling = { phase: 'Scheduling', occupiedBy: 'ns/j' };
    expect(of({ phase: 'Pending' }, ['Pending', 'Running'])).toEqual(scheduling);
    expect(of(scheduling, ['Pending', 'Running'])).toEqual({ ...scheduling, running: 1 });
    const running = { phase: 'Running', occupiedBy: 'ns/j', running: 2 };
    expect(of(scheduling, ['Running', 'Running'])).toEqual(running);
    expect(of(running, ['Running'])).toEqual({ ...running, phase: 'Pending', running: 1 });
    expect(of({ phase: 'Running' }, ['Running', 'Failed'])).toEqual({
      ...{ phase: 'Failed', running: 1, failed: 1 },
    });
    expect(of({ phase: 'Running' }, ['Succeeded', 'Succeeded', 'Failed'])).toEqual({
      ...{ phase: 'Finished', succeeded: 2, failed: 1 },
    });
  });
});

describe('quotas', () => {
  it('count a resource that the maximum does not name as none of it, and devices as any number', () => {
    const info = QuotaInfo.of(quota({}, { cpu: '2' }));
    expect(info.isOverMaxWith(request({ cpu: '2' }))).toBe(false);
    expect(info.isOverMaxWith(request({ memory: '1' }))).toBe(true);
    expect(info.isOverMaxWith(request({ 'nvidia.com/gpu': '8' }))).toBe(false);
    expect(info.isOverMinWith(request({ 'nvidia.com/gpu': '1' }))).toBe(true);
    expect(QuotaInfo.of(quota()).isOverMaxWith(request({ cpu: '1000', memory: '1Ti' }))).toBe(
      false,
    );
  });

  it('lend what others do not use, up to what all together are sure of', () => {
    const [busy, idle] = [QuotaInfo.of(quota({ cpu: '2' })), QuotaInfo.of(quota({ cpu: '2' }))];
    const infos = new Map([...Object.entries({ busy, idle })]);
    busy.add(pod({ cpu: '3' }));
    busy.add(pod({ cpu: '3' }));
    expect([busy.isOverMin(), idle.isOverMin()]).toEqual([true, false]);
    expect(isTotalOverMinWith(infos, request({ cpu: '1' }))).toBe(false);
    expect(isTotalOverMinWith(infos, request({ cpu: '1100m' }))).toBe(true);
    busy.remove(pod({ cpu: '3' }));
    expect(busy.used.milliCPU).toBe(0);
  });

  it('take the largest of what initialises a pod, and forget the overhead in the status', () => {
    const initContainers = [{ name: 'i', image: 'i', resources: { requests: { cpu: '3' } } }];
    const one = pod({ cpu: '1' }, 'Running', { initContainers, overhead: { cpu: '1' } });
    expect(requestOf(one).milliCPU).toBe(4000);
    const used = usedOf(quota({ 'nvidia.com/gpu': '1' }, { cpu: '4' }), [one, pod({}, 'Pending')]);
    expect(used).toEqual({ 'nvidia.com/gpu': '0', cpu: '3' });
  });
});

it('prints what a cluster lacks for a group as Go does', () => {
  const node: Node = {
    metadata: { name: 'n' },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '3', 'nvidia.com/gpu': '1' } },
  };
  const gap = (minResources: Amounts, minMember = 2) =>
    resourceGap([new NodeInfo(node)], { metadata: {}, spec: { minMember, minResources } }, 'ns/g');
  expect(gap({ cpu: '4', memory: '1Gi', 'nvidia.com/gpu': '1' })).toBeUndefined();
  expect(gap({ 'nvidia.com/gpu': '8', cpu: '4500m' })).toBe(
    'map[cpu:{{500 -3} {<nil>}  DecimalSI} nvidia.com/gpu:{{7 0} {<nil>}  DecimalSI}]',
  );
  expect(gap({ example: '2' }, 4)).toBe(
    'map[example:{{2 0} {<nil>}  DecimalSI} pods:{{1 0} {<nil>}  DecimalSI}]',
  );
});

it('forgets keys after their time, or after the usual one', () => {
  const keys = new ExpiringKeys(3000);
  keys.add('a', 0, 0);
  keys.add('b', 0, 10);
  keys.add('b', 5, 1000);
  expect([keys.has('a', 3000), keys.has('a', 3001), keys.has('b', 10), keys.has('b', 11)]).toEqual([
    ...[true, false, true, false],
  ]);
});

describe('hints', () => {
  const file = (text: string, namespace = 'scheduler-plugins'): KubeObject => ({
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'scheduler-config', namespace } },
    data: { 'scheduler-config.yaml': text },
  });

  it('tell of a file what is not simulated, and where it is not read', () => {
    expect(readConfiguration(shippedText).isOk).toBe(true);
    const later =
      'scheduler-config.yaml is read when the scheduler starts: a later change has no effect';
    expect(schedulerPluginsHints(file(shippedText))).toEqual([later]);
    expect(schedulerPluginsHints(file(shippedText, 'default'))).toEqual([
      'scheduler-config.yaml is not read: the scheduler mounts the one in scheduler-plugins',
    ]);
    const other = shippedText.replace('- name: CapacityScheduling', '- name: TargetLoadPacking');
    expect(schedulerPluginsHints(file(other))).toEqual([
      ...[later, 'plug-ins TargetLoadPacking are not simulated'],
    ]);
    expect(schedulerPluginsHints(file('kind: Other'))).toEqual([
      "scheduler-config.yaml cannot be read, and the scheduler of the chart's own file runs: it is no KubeSchedulerConfiguration",
    ]);
  });

  it('tell whom nobody calls when room is left', () => {
    const of = (spec: PodGroup['spec']) =>
      schedulerPluginsHints({
        ...{ apiVersion: 'scheduling.x-k8s.io/v1alpha1', kind: 'PodGroup', metadata: {} },
        spec,
      });
    expect(of({ minMember: 2 })).toEqual([]);
    expect(of({ minMember: 2, minResources: { cpu: '1' } })).toEqual([
      expect.stringContaining('they are tried again after 5 minutes'),
    ]);
  });

  it('tell what a quota leaves out', () => {
    const of = (spec: ElasticQuota['spec']) =>
      schedulerPluginsHints({
        ...{ apiVersion: 'scheduling.x-k8s.io/v1alpha1', kind: 'ElasticQuota', metadata: {} },
        spec,
      });
    expect(of({ min: { cpu: '1', memory: '1Gi' } })).toEqual([]);
    expect(of({ min: { cpu: '1', memory: '1Gi' }, max: { cpu: '2' } })).toEqual([
      'max names no memory, which counts as 0: a pod that asks for it is refused',
    ]);
  });
});
