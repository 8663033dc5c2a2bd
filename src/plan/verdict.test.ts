import { describe, expect, it } from 'vitest';
import type { HasMetadata } from '../../sim/api/object.js';
import { editText } from './edits.js';
import { parseSnapshot } from './snapshot.js';
import { verdictText } from './verdict-text.js';
import { verdictOf, type PodVerdict } from './verdict.js';
import { World } from './world.js';

interface NodeOptions {
  readonly gpus?: number;
  readonly cpu?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly object[];
  readonly unschedulable?: boolean;
}

function node(name: string, options: NodeOptions = {}): object {
  const { gpus = 0, cpu = '8', labels = {}, taints = [], unschedulable = false } = options;
  const allocatable = { cpu, memory: '32Gi', pods: '110', 'nvidia.com/gpu': String(gpus) };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { taints, unschedulable },
    status: { allocatable },
  };
}

function pod(name: string, requests: object, spec: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name },
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests } }], ...spec },
  };
}

function verdict(name: string, objects: readonly object[]): PodVerdict {
  const world = World.of(objects as readonly HasMetadata[]);
  const found = world.pods.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`no pod ${name}`);
  return verdictOf(world, found);
}

const changeOf = ({ change }: PodVerdict) => change?.edits.map(editText);

describe('what keeps a pod from its node', () => {
  const spot = { key: 'spot', effect: 'NoSchedule' };

  it('is told by every plug-in, not only by the first', () => {
    const { nodes } = verdict('p', [
      node('a', { taints: [spot] }),
      pod('p', { cpu: '9' }, { nodeSelector: { pool: 'x' } }),
    ]);
    expect(nodes[0]?.refusals.map(({ plugin, detail }) => [plugin, detail])).toEqual([
      ['TaintToleration', 'spot:NoSchedule'],
      ['NodeAffinity', 'it wants pool=x'],
      ['NodeResourcesFit', 'asks for 9 cpu, 8 of 8 free'],
    ]);
  });

  it('is a request too large by so many thousandths', () => {
    const objects = [
      node('a', { cpu: '4' }),
      pod('other', { cpu: '1250m' }, { nodeName: 'a' }),
      pod('p', { cpu: '3' }),
    ];
    expect(changeOf(verdict('p', objects))).toEqual([
      'let container c request cpu 2750m instead of 3',
    ]);
  });

  it('is too few devices', () => {
    const objects = [node('a', { gpus: 2 }), node('b', { gpus: 4 })];
    const asking = pod('p', { 'nvidia.com/gpu': '6' });
    const told = verdict('p', [...objects, asking]);
    expect(changeOf(told)).toEqual(['let container c request nvidia.com/gpu 4 instead of 6']);
    expect(told.change?.node).toBe('b');
  });

  it('is never mended by asking for nothing', () => {
    const told = verdict('p', [node('a'), pod('p', { 'nvidia.com/gpu': '1' })]);
    expect(told.change).toBeUndefined();
    expect(verdictText(told)).toMatch(
      /no small change found: no node has nvidia.com\/gpu: in a kind/,
    );
    expect(told.lacking).toEqual(['nvidia.com/gpu']);
  });

  it('is a label, and one term of an affinity is enough', () => {
    const term = (...keys: string[]) => ({
      matchExpressions: keys.map(key => ({ key, operator: 'In', values: ['yes'] })),
    });
    const required = { nodeSelectorTerms: [term('a', 'b'), term('c')] };
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required },
    };
    const told = verdict('p', [node('n'), pod('p', { cpu: '1' }, { affinity })]);
    expect(changeOf(told)).toEqual(['label node n c=yes']);
  });

  it('is a cordon', () => {
    const told = verdict('p', [node('n', { unschedulable: true }), pod('p', { cpu: '1' })]);
    expect(changeOf(told)).toEqual(['uncordon node n']);
  });

  it('is a gate', () => {
    const gated = pod('p', { cpu: '1' }, { schedulingGates: [{ name: 'quota' }] });
    const told = verdict('p', [node('n'), gated]);
    expect(changeOf(told)).toEqual(['remove the scheduling gate quota']);
  });

  const zones = { 'topology.kubernetes.io/zone': 'a' };
  const app = { labelSelector: { matchLabels: { app: 'x' } } };
  const labelled = (name: string, spec: object) => {
    const made = pod(name, { cpu: '1' }, spec) as { metadata: object };
    return { ...made, metadata: { ...made.metadata, labels: { app: 'x' } } };
  };
  const keepsOff = {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { ...app, topologyKey: 'topology.kubernetes.io/zone' },
      ],
    },
  };

  it('is its own affinity and anti-affinity to pods, which it might only prefer', () => {
    const near = {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            labelSelector: { matchLabels: { app: 'y' } },
            topologyKey: 'topology.kubernetes.io/zone',
          },
        ],
      },
    };
    const there = labelled('there', { nodeName: 'n' });
    const told = verdict('p', [
      node('n', { labels: zones }),
      there,
      pod('p', {}, { affinity: { ...keepsOff, ...near } }),
    ]);
    expect(told.nodes[0]?.refusals.map(({ detail }) => detail)).toEqual([
      'no pods with app=y by topology.kubernetes.io/zone are near; it keeps off default/there',
    ]);
    expect(changeOf(told)).toEqual([
      'let the pod prefer, not require, its affinity to pods with app=y by topology.kubernetes.io/zone',
      'let the pod prefer, not require, its anti-affinity to pods with app=x by topology.kubernetes.io/zone',
    ]);
  });

  it('is a pod that will not have it around', () => {
    const there = pod('there', {}, { nodeName: 'n', affinity: keepsOff });
    const told = verdict('p', [node('n', { labels: zones }), there, labelled('p', {})]);
    expect(changeOf(told)).toEqual(['delete or move pod default/there']);
  });

  it('is a spread: by how much it may be skewed, or a label that the node lacks', () => {
    const spread = {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'DoNotSchedule',
          ...app,
        },
      ],
    };
    const full = { ...spread, nodeSelector: { pool: 'big' } };
    const objects = [
      node('n', { labels: { ...zones, pool: 'big' } }),
      node('m', { labels: { 'topology.kubernetes.io/zone': 'b', pool: 'big' }, cpu: '0' }),
      labelled('one', { nodeName: 'n' }),
      labelled('two', { nodeName: 'n' }),
    ];
    const told = verdict('p', [...objects, labelled('p', full)]);
    expect(changeOf(told)).toEqual([
      'let the spread over topology.kubernetes.io/zone have maxSkew 3 instead of 1',
    ]);
    const unlabelled = verdict('p', [node('n'), labelled('p', spread)]);
    expect(changeOf(unlabelled)).toEqual([
      'let the spread over topology.kubernetes.io/zone be whenUnsatisfiable: ScheduleAnyway',
    ]);
  });

  it('is nothing for a pod that runs: it is asked about anew', () => {
    const told = verdict('p', [
      node('a', { taints: [spot] }),
      node('b'),
      pod('p', {}, { nodeName: 'a' }),
    ]);
    expect([told.runsOn, told.node]).toEqual(['a', 'b']);
    expect(verdictText(told)).toContain('runs on a; asked about it anew:');
    const ended = verdictText({ ...told, ended: 'Succeeded' });
    expect(ended).toContain('ran on a and succeeded; asked about it anew:');
  });
});

describe('a snapshot', () => {
  it('is a List, a list of a kind, or documents', () => {
    const text = (value: object) => JSON.stringify(value);
    const list = { kind: 'List', apiVersion: 'v1', items: [node('a')] };
    const nodeList = {
      kind: 'NodeList',
      apiVersion: 'v1',
      items: [{ ...node('a'), kind: undefined }],
    };
    for (const each of [text(list), text(nodeList), text(node('a'))]) {
      expect(parseSnapshot(each, 'f').objects.map(({ kind }) => kind)).toEqual(['Node']);
    }
  });

  it('points at what is wrong in it', () => {
    const yaml = `apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Node
    metadata: { name: a }
    status:
      allocatable:
        cpu: 8
        memory: 32GiB
`;
    expect(() => parseSnapshot(yaml, 'f.yaml')).toThrow(
      'f.yaml:10: items[0].status.allocatable.memory: "32GiB" is not a quantity',
    );
    expect(() => parseSnapshot('kind: List\nitems: []\n', 'f.yaml')).toThrow('holds no nodes');
  });
});

describe('a pod of a group', () => {
  const group = (minCount: number): object => ({
    apiVersion: 'scheduling.k8s.io/v1alpha2',
    kind: 'PodGroup',
    metadata: { namespace: 'default', name: 'gang' },
    spec: { schedulingPolicy: { gang: { minCount } } },
  });
  const member = (name: string): object =>
    pod(name, { 'nvidia.com/gpu': '1' }, { schedulingGroup: { podGroupName: 'gang' } });
  const members = [member('a'), member('b'), member('c')];

  it('is told how far the group would come', () => {
    const told = verdict('a', [node('n1', { gpus: 2 }), group(3), ...members]);
    expect(told.group).toMatchObject({ minCount: 3, known: 3, scheduled: 0, starts: false });
    expect(verdictText(told)).toContain(
      [
        'pod default/a waits for its pod group default/gang',
        '',
        'pod group default/gang needs 3 pods at once: 3 known, 0 with a node, 2 more would fit; it would not start',
        '  default/c: 0/1 nodes are available: 1 Insufficient nvidia.com/gpu.',
      ].join('\n'),
    );
    const enough = verdict('a', [node('n1', { gpus: 3 }), group(3), ...members]);
    expect(verdictText(enough)).toContain('pod default/a would get node n1');
  });

  it('is told what its group waits for', () => {
    const few = verdict('a', [node('n1', { gpus: 4 }), group(4), ...members]);
    expect(few.gates).toEqual([
      'waiting for minCount pods from a gang to appear in scheduling queue',
    ]);
    const alone = verdict('a', [node('n1', { gpus: 4 }), ...members]);
    expect(alone.gates).toEqual([
      'waiting for pods\'s pod group "gang" to appear in scheduling queue',
    ]);
  });
});

describe("a pod of Volcano's", () => {
  const scheduling = 'scheduling.volcano.sh/v1beta1';
  const queue = {
    ...{ apiVersion: scheduling, kind: 'Queue', metadata: { name: 'q' }, spec: { weight: 1 } },
    status: { state: 'Open' },
  };
  const group = (more: object, status: object = { phase: 'Inqueue' }) => ({
    ...{ apiVersion: scheduling, kind: 'PodGroup', status },
    metadata: { namespace: 'default', name: 'g' },
    spec: { minMember: 2, queue: 'q', ...more },
  });
  const member = (name: string) => {
    const made = pod(name, { cpu: '3' }, { schedulerName: 'volcano' }) as { metadata: object };
    const annotations = { 'scheduling.k8s.io/group-name': 'g' };
    return { ...made, metadata: { ...made.metadata, annotations } };
  };
  it('is asked about with its group', () => {
    const both = [member('g-w-0'), member('g-w-1')];
    const fits = verdict('g-w-0', [node('a', { cpu: '6' }), queue, group({}), ...both]);
    expect([fits.node, fits.group?.starts, fits.group?.placed.length]).toEqual(['a', true, 2]);
    const short = verdict('g-w-0', [node('a', { cpu: '4' }), queue, group({}), ...both]);
    expect(short.group?.unplaced[1]?.message).toMatch(/^pod group is not ready, 2 Pending/);
    expect(verdictText(short)).toMatch(
      /^pod default\/g-w-0 waits: .*once minAvailable is satisfied\n\npod group default\/g needs 2 pods at once: 2 known, 0 with a node, 0 more would fit; it would not start/,
    );
  });

  it('waits for its group to be let in', () => {
    const large = group({ minResources: { cpu: '9' } }, { phase: 'Pending' });
    const told = verdict('g-w-0', [node('a', { cpu: '6' }), queue, large, member('g-w-0')]);
    expect(told.message).toBe(
      'its pod group is not let in: resource in cluster is overused: overused cpu',
    );
  });

  it('is judged node by node where its group was not read', () => {
    const told = verdict('g-w-0', [node('a', { cpu: '2' }), member('g-w-0')]);
    expect(told.nodes[0]?.refusals.map(({ plugin }) => plugin)).toEqual(['NodeResourcesFit']);
    expect(told.message).toContain('Insufficient cpu');
  });
});

describe('a pod of scheduler-plugins', () => {
  const version = 'scheduling.x-k8s.io/v1alpha1';
  const member = (name: string, more: object = {}) => {
    const asked = { schedulerName: 'scheduler-plugins-scheduler', ...more };
    const made = pod(name, { cpu: '3' }, asked) as { metadata: object };
    const labels = { 'scheduling.x-k8s.io/pod-group': 'g' };
    return { ...made, metadata: { ...made.metadata, labels } };
  };
  const group = (spec: object) => ({
    ...{ apiVersion: version, kind: 'PodGroup', metadata: { namespace: 'default', name: 'g' } },
    spec,
  });

  it('is asked about with its group', () => {
    const both = [member('p'), member('q')];
    const alone = verdict('p', [node('a', { cpu: '6' }), group({ minMember: 2 }), member('p')]);
    expect(alone.message).toContain(
      'pre-filter pod p cannot find enough sibling pods, current pods number: 1, minMember of group: 2',
    );
    expect(verdict('p', [node('a', { cpu: '6' }), group({ minMember: 2 }), ...both]).node).toBe(
      'a',
    );
    const large = group({ minMember: 2, minResources: { cpu: '9' } });
    expect(verdict('p', [node('a', { cpu: '6' }), large, ...both]).message).toContain(
      'resource gap: map[cpu:{{3000 -3} {<nil>}  DecimalSI}]',
    );
  });

  it('is asked about with the quota of its namespace', () => {
    const metadata = { namespace: 'default', name: 'q' };
    const spec = { min: { cpu: '4' }, max: { cpu: '5' } };
    const quota = { apiVersion: version, kind: 'ElasticQuota', metadata, spec };
    const runs = member('other', { nodeName: 'a' });
    const world = [node('a', { cpu: '9' }), group({ minMember: 1 }), quota, member('p'), runs];
    expect(verdict('p', world).message).toContain(
      'Pod default/p is rejected in PreFilter because ElasticQuota default is more than Max',
    );
  });
});
