/** Kueue's rules of pods, and of groups of them. */
import { describe, expect, it } from 'vitest';
import type { Pod } from '../api/kinds/core.js';
import { podJob } from './kueue/jobs/pod.js';
import { inOrderOfKeeping, PodGroup } from './kueue/jobs/pod-group.js';
import { replacementCondition } from './kueue/pod-group-controller.js';
import { roleHashOf, withGates } from './kueue/pod-parts.js';
import { groupRefusals } from './kueue/pod-refusals.js';

describe('kueue and pods', () => {
  const spec = { containers: [{ name: 'c', resources: { requests: {} } }] };
  const group = 'kueue.x-k8s.io/pod-group-name';
  const total = 'kueue.x-k8s.io/pod-group-total-count';

  it('tells roles apart as upstream does', () => {
    expect(roleHashOf({ metadata: {}, spec })).toBe('a9f06f3a');
    const marked = { metadata: { annotations: { 'kueue.x-k8s.io/role-hash': 'main' } }, spec };
    expect(roleHashOf(marked)).toBe('main');
  });

  it('has its gates once, beside those of others', () => {
    const pod = { metadata: {}, spec: { ...spec, schedulingGates: [{ name: 'mine' }] } };
    const gated = withGates(withGates(pod, true), true);
    expect(gated.spec?.schedulingGates?.map(({ name }) => name)).toEqual([
      ...['mine', 'kueue.x-k8s.io/admission', 'kueue.x-k8s.io/topology'],
    ]);
    expect(withGates(gated, false)).toEqual(pod);
  });

  it('refuses groups whose size nobody knows', () => {
    const refused = (labels: object, annotations: object = {}) =>
      groupRefusals({ metadata: { labels, annotations } as Pod['metadata'] }, undefined);
    expect(refused({ [group]: 'g' }, { [total]: '2' })).toEqual([]);
    expect(refused({ [group]: 'g' })).toEqual([
      `metadata.annotations[${total}]: Required value: both the '${total}' annotation and the '${group}' label should be set`,
    ]);
    expect(refused({}, { [total]: '2' })[0]).toContain(`metadata.labels[${group}]: Required value`);
    expect(refused({}, { [group]: 'g', [total]: '0' })).toEqual([
      `metadata.annotations[${total}]: Invalid value: "0": incorrect annotation value '${total}=0': group total count should be greater than zero`,
    ]);
    expect(refused({ 'kueue.x-k8s.io/managed': 'no' })[0]).toContain(
      "Forbidden: managed label value can only be 'true'",
    );
    const of = (name: string, more: object = {}) => ({
      metadata: { annotations: { [group]: name, [total]: '1', ...more } },
    });
    const once = { 'kueue.x-k8s.io/retriable-in-group': 'false' };
    expect(groupRefusals(of('a'), of('b', once))).toEqual([
      `metadata.annotations[kueue.x-k8s.io/retriable-in-group]: Forbidden: unretriable pod group can't be converted to retriable`,
      `metadata.annotations[${group}]: Invalid value: "a": field is immutable`,
    ]);
  });

  it('is over when the pod is, and what is in a group is none of its own', () => {
    const labels = { 'kueue.x-k8s.io/managed': 'true' };
    const at = (phase: string, more: object = {}) => ({
      metadata: { labels: { ...labels, ...more } },
      ...{ spec, status: { phase } },
    });
    expect(podJob.end(at('Running'))).toBeUndefined();
    expect(podJob.end(at('Failed'))).toEqual({ message: '', isSuccess: false });
    expect(podJob.isSuspended(at('Succeeded'))).toBe(true);
    expect(podJob.isSkipped?.(at('Pending'))).toBe(false);
    expect(podJob.isSkipped?.(at('Pending', { [group]: 'g' }))).toBe(true);
    expect(podJob.isSkipped?.({ metadata: {}, spec })).toBe(true);
  });
});

describe('kueue and groups of pods', () => {
  const made = (name: string, phase: string, more: object = {}, mark: object = {}): Pod => ({
    metadata: {
      ...{ name, finalizers: ['kueue.x-k8s.io/managed'] },
      annotations: { 'kueue.x-k8s.io/pod-group-total-count': '2', ...mark },
      ...more,
    },
    ...{ spec: { containers: [{ name: 'c' }], nodeName: 'n' }, status: { phase } },
  });

  it('ends when so many have succeeded, or when none may be replaced', () => {
    const end = (...members: readonly Pod[]) => new PodGroup(members, 0).end();
    const succeeded = made('a', 'Succeeded');
    expect(end(succeeded, made('b', 'Running'))).toBeUndefined();
    expect(end(succeeded, made('b', 'Failed'))).toBeUndefined();
    const once = made('b', 'Failed', {}, { 'kueue.x-k8s.io/retriable-in-group': 'false' });
    expect(end(succeeded, once)?.message).toBe('Pods succeeded: 1/2.');
    expect(end(succeeded, made('c', 'Succeeded'))?.message).toBe('Pods succeeded: 2/2.');
  });

  it('gives back the quota of those that are done, and counts none that hangs in its end', () => {
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    const hangs = made('b', 'Running', { deletionTimestamp, deletionGracePeriodSeconds: 30 });
    const at = (ms: number) => new PodGroup([made('a', 'Succeeded'), hangs], ms);
    const start = Date.parse(deletionTimestamp);
    expect([at(start + 30_000).isActive(), at(start + 30_001).isActive()]).toEqual([true, false]);
    expect(
      at(start)
        .reclaimablePods()
        .map(({ count }) => count),
    ).toEqual([1]);
  });

  it('keeps those that Kueue holds and has started, the oldest first', () => {
    const gated = withGates(
      made('gated', 'Pending', { creationTimestamp: '2026-01-01T00:00:00Z' }),
      true,
    );
    const free = made('free', 'Running', { finalizers: [] });
    const [old, young] = [1, 2].map(day =>
      made(`of day ${day}`, 'Running', { creationTimestamp: `2026-01-0${day}T00:00:00Z` }),
    ) as [Pod, Pod];
    const order = inOrderOfKeeping([free, gated, young, old]);
    expect(order.map(({ metadata }) => metadata.name)).toEqual([
      ...['of day 1', 'of day 2', 'gated', 'free'],
    ]);
  });

  it('tells what is to be replaced, and why', () => {
    const workload = { metadata: {}, spec: { podSets: [] } };
    expect(replacementCondition(workload, 0)).toBeUndefined();
    const failed = replacementCondition(workload, 1);
    expect(failed).toMatchObject({ status: 'True', reason: 'PodsFailed' });
    if (failed === undefined) throw new Error('it has no condition');
    const marked = { ...workload, status: { conditions: [failed] } };
    expect(replacementCondition(marked, 2)).toBeUndefined();
    expect(replacementCondition(marked, 0)?.message).toBe('No pods need replacement');
    const evicted = { type: 'Evicted', status: 'True', reason: 'Preempted', message: 'm' } as const;
    const pushed = { ...workload, status: { conditions: [failed, evicted] } };
    expect(replacementCondition(pushed, 1)).toMatchObject({ reason: 'Preempted', message: 'm' });
  });
});
