import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../api/kinds/core.js';
import type { View } from '../../../client/contract.js';
import { Random } from '../../../engine/random.js';
import { runActions } from './actions.js';
import { readConfiguration, shippedText } from './configuration.js';
import { MountedConfiguration } from './mounted-configuration.js';
import { Session } from './session.js';

const shipped = configuration(shippedText);

function configuration(text: string) {
  const read = readConfiguration(text);
  if (!read.isOk) throw new Error(read.error);
  return read.value;
}

function queue(name: string) {
  return { metadata: { name, uid: name }, spec: {}, status: { state: 'Open' } };
}

/** A session over pods of groups that have queues of their own names, on nodes of so many CPUs. */
function session(
  groups: Readonly<Record<string, { readonly priority?: number; readonly least?: number }>>,
  pods: readonly Pod[],
  actions: readonly string[],
  queueOf: (group: string) => string = () => 'q',
  tiers = shipped.tiers,
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
    configuration: { ...shipped, actions, tiers },
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

describe('the configuration', () => {
  const error = (text: string) => {
    const read = readConfiguration(text);
    return read.isOk ? '' : read.error;
  };

  it('is refused as a whole for one mistake', () => {
    expect(error('actions: "allocate,  walk"')).toBe('failed to find Action   walk');
    expect(error('')).toBe('failed to find Action ');
    expect(error('actions: [')).toMatch(/^yaml: /);
    expect(error('actions: [allocate]')).toMatch(/^cannot unmarshal \["allocate"\] of actions/);
    const tier = (options: string) =>
      error(`actions: allocate\ntiers: [{ plugins: [${options}, { name: proportion }] }]`);
    expect(tier('{ name: drf, enableHierarchy: true }')).toBe(
      'proportion and drf with hierarchy enabled conflicts',
    );
    expect(tier('{ name: drf }')).toBe('');
    expect(tier('{ name: gang, enablePreemptable: perhaps }')).toMatch(/^cannot unmarshal/);
  });

  it('says who protects pods: gang does where it is not switched off', () => {
    const groups = { low: { priority: 1, least: 3 }, high: { priority: 9 } };
    const pods = [
      ...four.map(index => podIn('low', index, 'Running')),
      ...[0, 1].map(index => podIn('high', index, 'Pending')),
    ];
    const plugins = '[{ name: priority }, { name: gang }]';
    const { tiers } = configuration(`actions: preempt\ntiers: [{ plugins: ${plugins} }]`);
    expect(session(groups, pods, ['preempt'], () => 'q', tiers).evicted).toEqual([
      'preempt low-w-0',
    ]);
    const whole = { ...groups, low: { priority: 1, least: 4 } };
    expect(session(whole, pods, ['preempt'], () => 'q', tiers).evicted).toEqual([]);
    expect(session(whole, pods, ['preempt']).evicted).toEqual(['preempt low-w-3']);
  });

  it('is read when the kubelet writes it, and stays where what is written is wrong', () => {
    const metadata = { name: 'volcano-scheduler-configmap', namespace: 'volcano-system' };
    const of = (conf: string) => ({ metadata, data: { 'volcano-scheduler.conf': conf } });
    let known = of('actions: "allocate"');
    const waits: { readonly delayMs: number; readonly act: () => void }[] = [];
    const clock = {
      after: (delayMs: number, _: string, act: () => void) => waits.push({ delayMs, act }),
    };
    const context = { clock, random: new Random(3), view: { get: () => known } };
    let changes = 0;
    const file = new MountedConfiguration(context as never, () => changes++);
    file.start();
    const write = (conf: string): readonly string[] => {
      known = of(conf);
      const before = file.current;
      file.hear(known);
      expect(file.current).toBe(before);
      const wait = waits.pop();
      expect(wait?.delayMs ?? 0).toBeLessThanOrEqual(90_000);
      wait?.act();
      return file.current.actions;
    };
    expect(file.current.actions).toEqual(['allocate']);
    expect(write('actions: "allocate, reclaim"')).toEqual(['allocate', 'reclaim']);
    expect(write('actions: "allocate, sing"')).toEqual(['allocate', 'reclaim']);
    expect(write('actions: preempt')).toEqual(['preempt']);
    expect(changes).toBe(3);
    file.hear(known);
    expect(waits).toEqual([]);
  });
});
