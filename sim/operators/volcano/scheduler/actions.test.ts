import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../api/kinds/core.js';
import type { View } from '../../../client/contract.js';
import { Random } from '../../../engine/random.js';
import { runActions } from './actions.js';
import { shipped } from './configuration.js';
import { Session } from './session.js';

function queue(name: string) {
  return { metadata: { name, uid: name }, spec: {}, status: { state: 'Open' } };
}

/** A session over pods of groups that have queues of their own names, on nodes of so many CPUs. */
function session(
  groups: Readonly<Record<string, { readonly priority?: number; readonly least?: number }>>,
  pods: readonly Pod[],
  actions: readonly string[],
  queueOf: (group: string) => string = () => 'q',
) {
  const ready = { type: 'Ready', status: 'True' };
  const node = {
    metadata: { name: 'n' },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '20' }, conditions: [ready] },
  };
  const podGroups = Object.entries(groups).map(([name, { least = 1, priority }]) => ({
    metadata: { name, namespace: 'ns', uid: name },
    spec: {
      minMember: least,
      queue: queueOf(name),
      ...(priority !== undefined && { priorityClassName: String(priority) }),
    },
    status: { phase: 'Inqueue' },
  }));
  const names = new Set(podGroups.map(({ spec }) => spec.queue));
  const objects: Readonly<Record<string, readonly object[]>> = {
    ...{ Pod: pods, PodGroup: podGroups, Node: [node], Queue: [...names].map(queue) },
  };
  const view = {
    list: ({ kind }: { kind: string }) => objects[kind] ?? [],
    get: ({ kind }: { kind: string }, _: string, name: string) =>
      kind === 'PriorityClass' && name !== '' ? { value: Number(name) } : undefined,
  } as unknown as View;
  const opened = new Session({
    ...{ view, random: new Random(1), nowMs: 0, assumed: new Map(), tell: () => undefined },
    configuration: { ...shipped, actions },
  });
  const placed = runActions(opened);
  return {
    bound: placed.map(({ task: { pod } }) => pod.metadata.name),
    evicted: [...opened.evicted].map(([{ pod }, why]) => `${why} ${pod.metadata.name ?? ''}`),
    waits: opened.jobs.flatMap(({ tasks }) =>
      tasks.flatMap(({ status, pod }) => (status === 'Pipelined' ? [pod.metadata.name] : [])),
    ),
  };
}

function podIn(group: string, index: number, phase: string, more: object = {}): Pod {
  const name = `${group}-w-${index}`;
  const { annotations, labels, ...spec } = more as Record<string, Record<string, string>>;
  return {
    metadata: {
      ...{ name, namespace: 'ns', uid: name, labels },
      annotations: { 'scheduling.k8s.io/group-name': group, ...annotations },
    },
    spec: {
      schedulerName: 'volcano',
      containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }],
      ...(phase === 'Running' && { nodeName: 'n' }),
      ...spec,
    },
    status: { phase },
  } as Pod;
}

const four = [0, 1, 2, 3];

describe('preempt and reclaim', () => {
  const both = { low: { priority: 1 }, high: { priority: 9, least: 2 } };
  const low = (more?: object) => four.map(index => podIn('low', index, 'Running', more));
  const high = [0, 1, 2].map(index => podIn('high', index, 'Pending'));
  const all = ['allocate', 'backfill', 'reclaim', 'preempt'];

  it('pushes out as few pods of less priority as the group needs to start', () => {
    expect(session(both, [...low(), ...high], all)).toEqual({
      bound: [],
      evicted: ['preempt low-w-3', 'preempt low-w-2'],
      waits: ['high-w-0', 'high-w-1'],
    });
    expect(session(both, [...low(), ...high], ['allocate']).evicted).toEqual([]);
  });

  it('pushes out none that may not go, and none for a group that could not start', () => {
    const none = { bound: [], evicted: [], waits: [] };
    const kept = (more: object) => session(both, [...low(more), ...high], all);
    expect(kept({ annotations: { 'volcano.sh/preemptable': 'false' } })).toEqual(none);
    expect(kept({ labels: { 'volcano.sh/preemptable': 'maybe' } })).toEqual(none);
    expect(kept({ priorityClassName: 'system-node-critical' })).toEqual(none);
    const equal = { ...both, high: { priority: 1, least: 2 } };
    expect(session(equal, [...low(), ...high], all)).toEqual(none);
    const five = four.concat(4).map(index => podIn('high', index, 'Pending'));
    const large = { ...both, high: { priority: 9, least: 5 } };
    expect(session(large, [...low(), ...five], all)).toEqual(none);
    const never = high.map(({ spec, ...pod }) => ({
      ...pod,
      spec: { containers: [], ...spec, preemptionPolicy: 'Never' },
    }));
    expect(session(both, [...low(), ...never], all)).toEqual(none);
  });

  it('pushes nobody else out while pods go that were pushed out before', () => {
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    const going = low().map((pod, index) =>
      index < 2 ? pod : { ...pod, metadata: { ...pod.metadata, deletionTimestamp } },
    );
    const { evicted, waits } = session(both, [...going, ...high], all);
    expect([evicted, waits]).toEqual([[], ['high-w-0', 'high-w-1']]);
  });

  it('takes back for a queue what it deserves', () => {
    const groups = { a: {}, b: { least: 2 } };
    const pods = [
      ...four.map(index => podIn('a', index, 'Running')),
      ...[0, 1, 2].map(index => podIn('b', index, 'Pending')),
    ];
    // The group must keep one: the last that is looked at.
    expect(session(groups, pods, all, name => name)).toEqual({
      ...{ bound: [], evicted: ['reclaim a-w-2', 'reclaim a-w-1'], waits: ['b-w-0', 'b-w-1'] },
    });
    expect(session(groups, pods, ['allocate', 'preempt'], name => name).evicted).toEqual([]);
  });
});
