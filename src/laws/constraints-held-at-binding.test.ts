import { describe, expect, it } from 'vitest';
import {
  node,
  Past,
  podSpec,
  startMs,
  storyOf,
  verdictOnNothing,
} from '../../test/laws/history.js';
import { constraintsHeldAtBinding } from './constraints-held-at-binding.js';

type Fields = Readonly<Record<string, unknown>>;

const roomy = { cpu: '8', pods: '10' };
const zone = (name: string) => ({ labels: { zone: name } });
const labels = { labels: { app: 'web' } };
const selector = { matchLabels: { app: 'web' } };

/** Two zones; a pod of the app runs in zone a. */
function zones(): Past {
  return new Past()
    .write('Node', 'a', node(roomy, zone('a')))
    .write('Node', 'b', node(roomy, zone('b')))
    .write('Pod', 'x/first', { metadata: labels, spec: podSpec({}) })
    .as('system:kube-scheduler')
    .write('Pod', 'x/first', { spec: podSpec({}, 'a') })
    .at('1m');
}

/** A pod with these demands is bound there a second later. */
function bound(past: Past, demands: Fields, nodeName: string): Past {
  return past
    .write('Pod', 'x/pod', { metadata: labels, spec: podSpec({}, undefined, demands) })
    .at('1m1s')
    .write('Pod', 'x/pod', { spec: podSpec({}, nodeName, demands) })
    .at('2m');
}

const term = { topologyKey: 'zone', labelSelector: selector };
const spread = {
  topologySpreadConstraints: [
    { ...term, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', nodeAffinityPolicy: 'Honor' },
  ],
};
const near = {
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
};
const apart = {
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
};

describe('a pod that is bound where it may not be', () => {
  it.each<readonly [string, Fields, string]>([
    ['node selector', { nodeSelector: { zone: 'b' } }, 'its node selector or required'],
    ['spread', spread, 'with it zone a has 2 more matching pods'],
    ['anti-affinity', apart, 'its anti-affinity forbids to be with Pod x/first in one zone'],
  ])('%s', (_name, demands, what) => {
    const verdict = bound(zones(), demands, 'a').verdict(constraintsHeldAtBinding);
    expect(storyOf(verdict).what).toContain(`Pod x/pod is bound to Node a although ${what}`);
    expect(bound(zones(), demands, 'b').verdict(constraintsHeldAtBinding).kind).toBe('held');
  });

  it('affinity', () => {
    expect(bound(zones(), near, 'b').verdict(constraintsHeldAtBinding).kind).toBe('broken');
    expect(bound(zones(), near, 'a').verdict(constraintsHeldAtBinding).kind).toBe('held');
  });

  it('is broken by a taint, with its story', () => {
    const past = zones().write('Node', 'a', {
      spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
    });
    expect(storyOf(bound(past.at('1m10s'), {}, 'a').verdict(constraintsHeldAtBinding))).toEqual({
      what: 'Pod x/pod is bound to Node a although it does not tolerate the taint gpu:NoSchedule',
      objects: ['Pod x/pod', 'Node a'],
      evidence: [
        '60s system:kube-scheduler writes Node a: labels zone=a; taints gpu:NoSchedule',
        '61s system:kube-scheduler writes Pod x/pod: it is bound to a: it does not tolerate the taint gpu:NoSchedule',
      ],
    });
  });

  it('a host port that is taken', () => {
    const ports = {
      containers: [{ name: 'main', image: 'test', ports: [{ containerPort: 80, hostPort: 80 }] }],
    };
    const past = zones()
      .write('Pod', 'x/one', { spec: ports })
      .write('Pod', 'x/two', { spec: ports })
      .write('Pod', 'x/one', { spec: { ...ports, nodeName: 'a' } })
      .at('2m')
      .write('Pod', 'x/two', { spec: { ...ports, nodeName: 'a' } })
      .at('3m');
    expect(storyOf(past.verdict(constraintsHeldAtBinding)).what).toContain(
      'Pod x/one has the host port TCP/80',
    );
  });

  it('the anti-affinity of those who are there', () => {
    const past = zones()
      .write('Pod', 'x/hermit', { spec: podSpec({}, undefined, apart) })
      .write('Pod', 'x/hermit', { spec: podSpec({}, 'b', apart) });
    expect(storyOf(bound(past, {}, 'b').verdict(constraintsHeldAtBinding)).what).toContain(
      'the anti-affinity of Pod x/hermit forbids it',
    );
  });
});

describe('what looks like a breach and is none', () => {
  it('a taint that came a moment before, which the scheduler had not heard of', () => {
    const past = zones()
      .write('Pod', 'x/pod', { spec: podSpec({}) })
      .at('1m1s')
      .write('Node', 'a', { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } })
      .at('1m1.2s')
      .write('Pod', 'x/pod', { spec: podSpec({}, 'a') })
      .at('2m');
    expect(past.verdict(constraintsHeldAtBinding)).toMatchObject({ kind: 'held', looked: 2 });
  });

  it('what a scheduler decided that heard nothing new', () => {
    const past = zones()
      .measure({ kind: 'blinded', process: 'kube-scheduler', untilMs: startMs + 120_000 })
      .write('Pod', 'x/pod', { spec: podSpec({}) })
      .at('1m1s')
      .write('Node', 'a', { spec: { unschedulable: true } })
      .at('1m30s')
      .write('Pod', 'x/pod', { spec: podSpec({}, 'a') })
      .at('2m');
    expect(past.verdict(constraintsHeldAtBinding)).toMatchObject({ kind: 'held', looked: 1 });
  });

  it.each([
    ['4s', 'held'],
    ['1s', 'broken'],
  ] as const)('a node cordoned while volumes are made for it, named at 1m%s: %s', (at, kind) => {
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    const named = { annotations: { 'volume.kubernetes.io/selected-node': 'a' } };
    const past = zones()
      .write('Pod', 'x/pod', { spec: podSpec({}, undefined, { volumes }) })
      .at(kind === 'held' ? '1m1s' : '1m5s')
      .write('PersistentVolumeClaim', 'x/data', { metadata: named })
      .at(`1m${at}`)
      .write('Node', 'a', { spec: { unschedulable: true } })
      .at('1m6s')
      .write('Pod', 'x/pod', { spec: podSpec({}, 'a', { volumes }) })
      .at('2m');
    expect(past.verdict(constraintsHeldAtBinding).kind).toBe(kind);
  });

  it('constraints that held at different instants, as caches of nodes and of pods lag by themselves', () => {
    const cordoned = { spec: { ...node(roomy, zone('a')).spec, unschedulable: true } };
    const past = zones()
      .write('Pod', 'x/pod', { metadata: labels, spec: podSpec({}, undefined, spread) })
      .at('1m0.990s')
      .write('Node', 'a', cordoned)
      .at('1m0.995s')
      .remove('Pod', 'x/first')
      .at('1m1s')
      .write('Pod', 'x/pod', { spec: podSpec({}, 'a', spread) })
      .at('2m');
    expect(past.verdict(constraintsHeldAtBinding).kind).toBe('held');
  });

  it('a pod that is stored before the one that it follows, as bindings overtake each other', () => {
    const other = { metadata: { labels: { app: 'db' } }, spec: podSpec({}) };
    const follows = {
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'db' } } },
          ],
        },
      },
    };
    const past = zones()
      .write('Pod', 'x/db', other)
      .write('Pod', 'x/pod', { spec: podSpec({}, undefined, follows) })
      .at('1m1s')
      .write('Pod', 'x/pod', { spec: podSpec({}, 'b', follows) })
      .at('1m1.1s')
      .write('Pod', 'x/db', { spec: podSpec({}, 'b') })
      .at('2m');
    expect(past.verdict(constraintsHeldAtBinding).kind).toBe('held');
  });

  it('a label that the node loses later, and a pod that was created with its node', () => {
    const demands = { nodeSelector: { zone: 'a' } };
    const past = bound(zones(), demands, 'a')
      .write('Node', 'a', node(roomy, zone('c')))
      .write('Pod', 'x/placed', { spec: podSpec({}, 'b', demands) })
      .at('3m');
    expect(past.verdict(constraintsHeldAtBinding).kind).toBe('held');
  });
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(constraintsHeldAtBinding)).toBe('vacuous');
});
