/**
 * Counterexamples are confirmed where the same law breaks on another cluster, and labelled: one that only our
 * simulation has, one that both have, one that needs late watch events, one that touches approximated parts.
 */
import { describe, expect, it } from 'vitest';
import { invariant } from '../../sim/engine/invariant.js';
import type { PlantedFault } from '../../sim/engine/planted.js';
import type { KubeObject } from '../../sim/api/object.js';
import { controlPlaneBackend } from '../../src/backends/control-plane-cluster.js';
import type { RealBackend } from '../../src/backends/real-backend.js';
import { confirm } from '../../src/voyages/confirm.js';
import { labelOf, labelWords } from '../../src/voyages/label.js';
import type { VoyagePlan } from '../../src/voyages/plan.js';
import { isBinding } from '../../src/laws/kit/placement.js';
import { law, type Breach, type Law } from '../../src/laws/law.js';
import { runPlan } from '../../src/voyages/run-plan.js';
import { exitCodes, UserError } from '../../src/input/errors.js';
import { lawsNamed } from '../../src/scenario/judge-step.js';
import { hasRealPrograms, whyNone } from './real-programs.js';
import { playedBackend } from './played-cluster.js';

const ports = [{ containerPort: 80 }, { containerPort: 81 }];

const pod = (name: string, limits: object = {}, labels: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: labels as Record<string, string> },
  spec: { containers: [{ name: 'main', image: 'nginx', resources: { limits }, ports }] },
});

const quick = { seed: 0, settleMs: 2_500 };

/** Two pods want the same two GPUs. */
const tooFewGpus: VoyagePlan = {
  ...quick,
  cluster: { pools: [{ name: 'gpu', count: 1, gpus: { product: 'Tesla-T4', count: 2 } }] },
  objects: ['one', 'two'].map(name => pod(name, { 'nvidia.com/gpu': '2' })),
  events: [],
};

/** The scheduler hears late that a node was cordoned. */
const lateCordon: VoyagePlan = {
  ...quick,
  cluster: { pools: [{ name: 'plain', count: 1 }] },
  objects: [],
  events: [
    {
      kind: 'fault',
      afterMs: 0,
      fault: {
        kind: 'watch',
        process: 'kube-scheduler',
        forMs: 8_000,
        mode: 'stale',
        resource: 'nodes',
      },
    },
    { kind: 'drain', node: 'sea-worker', afterMs: 300 },
    { kind: 'apply', object: pod('late'), afterMs: 2_500 },
  ],
};

/** A policy lets clients reach one port of a server, and another one is tried. */
const onePort: VoyagePlan = {
  ...quick,
  settleMs: 6_000,
  cluster: { pools: [{ name: 'plain', count: 1 }] },
  objects: [
    pod('server', {}, { app: 'server' }),
    pod('client', {}, { app: 'client' }),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'one-port', namespace: 'default' },
      spec: {
        podSelector: { matchLabels: { app: 'server' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }],
      },
    },
  ],
  events: [80, 81].map(port => ({
    kind: 'probe' as const,
    afterMs: port === 80 ? 1_000 : 0,
    from: { namespace: 'default', selector: 'app=client', index: 0 },
    to: { namespace: 'default', selector: 'app=server', index: 0 },
    port,
  })),
};
const soon = { 'denied-pairs-silent': { lagMs: 500 } };

/** An object is deleted that somebody holds, and the law gives it one second. */
const deleted: VoyagePlan = {
  ...quick,
  cluster: { pools: [{ name: 'plain', count: 1 }] },
  objects: [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'one', namespace: 'default', finalizers: ['example.com/hold'] },
    },
  ],
  events: [
    {
      kind: 'delete',
      afterMs: 500,
      target: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'one' },
    },
  ],
};
const strict = { 'nothing-terminates-for-ever': { goneWithinMs: 1_000 } };

interface Case {
  readonly plan: VoyagePlan;
  readonly law: string | Law;
  readonly settings?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly planted?: readonly PlantedFault[];
}

/** What is found here is tried there; the label that it gets. */
async function labelled(
  { plan, law: given, settings, planted = [] }: Case,
  backend: RealBackend,
): Promise<{ readonly why: string; readonly label: string }> {
  const laws = typeof given === 'string' ? lawsNamed([given]) : [given];
  const [law] = laws;
  invariant(law !== undefined, 'the law is known');
  const options = settings === undefined ? {} : { settings };
  const { verdicts } = await runPlan(plan, { laws, planted, ...options });
  expect(verdicts.map(({ kind }) => kind)).toEqual(['broken']);
  const confirmation = await confirm(plan, {
    chosen: { backend },
    flags: {},
    laws,
    realMaxMs: 120_000,
    tell: () => undefined,
    ...options,
  });
  const { why } = confirmation;
  return { why, label: labelWords(labelOf(plan, law, confirmation)) };
}

const gpus = { plan: tooFewGpus, law: 'requests-within-allocatable' } as const;
/** Less forgiving than ours, which does not judge what a scheduler decides that hears nothing new. */
const boundToCordoned = law({
  name: 'none-bound-to-cordoned',
  family: 'scheduling',
  says: 'no pod is bound to a node that is cordoned',
  begin() {
    const breaches: Breach[] = [];
    let looked = 0;
    return {
      on: {
        pods(change, world) {
          if (!isBinding(change)) return;
          looked++;
          const node = change.object.spec?.nodeName ?? '';
          if (world.get('nodes', node)?.spec?.unschedulable !== true) return;
          const what = `a pod is bound to ${node}`;
          breaches.push({ timeMs: change.timeMs, what, objects: [node], evidence: [] });
        },
      },
      end: () => ({ looked, breaches }),
    };
  },
});
const late = { plan: lateCordon, law: boundToCordoned } as const;
const policy = { plan: onePort, law: 'denied-pairs-silent', settings: soon } as const;
const gone = { plan: deleted, law: 'nothing-terminates-for-ever', settings: strict } as const;

describe('on a cluster that is played', () => {
  it('a defect that only the simulation has is not reproduced', async () => {
    const { why, label } = await labelled(
      { ...gpus, planted: ['fit-ignores-gpus'] },
      playedBackend(),
    );
    expect([why, label]).toEqual(['requests-within-allocatable held there', 'not reproduced']);
  }, 60_000);

  it('a defect that both have is confirmed', async () => {
    const planted = ['fit-ignores-gpus'] as const;
    const { label } = await labelled({ ...gpus, planted }, playedBackend(planted));
    expect(label).toBe('confirmed');
  }, 60_000);

  it('one that needs late watch events is confirmed where they can be made late', async () => {
    const { label } = await labelled(late, playedBackend());
    expect(label).toBe('confirmed, schedule-dependent');
  }, 60_000);

  it('one that touches what is approximated says so', async () => {
    const { label } = await labelled(
      { ...policy, planted: ['policy-forgets-a-port'] },
      playedBackend(),
    );
    expect(label).toBe('not reproduced, uses approximated parts: Network and policies');
  }, 60_000);

  it('where late events cannot be made, nothing is judged', async () => {
    const played = playedBackend();
    const deaf: RealBackend = {
      ...played,
      async open(request) {
        const cluster = await played.open(request);
        return Object.assign(cluster, {
          inject: () => controlPlaneImpossible(),
        });
      },
    };
    const { why, label } = await labelled(late, deaf);
    expect(label).toBe('cannot be judged, schedule-dependent');
    expect(why).toContain('there is no proxy on its way');
  }, 60_000);
});

function controlPlaneImpossible(): Promise<void> {
  return Promise.reject(
    new UserError('watch cannot happen here: there is no proxy on its way', {
      exitCode: exitCodes.backend,
      code: 'fault-not-possible',
      next: '',
    }),
  );
}

describe.skipIf(!hasRealPrograms())(`on a real control plane (skipped: ${whyNone})`, () => {
  it('the real scheduler counts GPUs: a defect of ours is not reproduced', async () => {
    const planted = ['fit-ignores-gpus'] as const;
    const { label } = await labelled({ ...gpus, planted }, controlPlaneBackend);
    expect(label).toBe('not reproduced');
  }, 180_000);

  it('what breaks there too is confirmed', async () => {
    const { label } = await labelled(gone, controlPlaneBackend);
    expect(label).toBe('confirmed');
  }, 180_000);

  it('the real scheduler binds to a cordoned node when it hears of it late', async () => {
    const { label } = await labelled(late, controlPlaneBackend);
    expect(label).toBe('confirmed, schedule-dependent');
  }, 180_000);

  it('and what touches approximated parts says so', async () => {
    const planted = ['policy-forgets-a-port'] as const;
    const { label } = await labelled({ ...policy, planted }, controlPlaneBackend);
    expect(label).toBe('not reproduced, uses approximated parts: Network and policies');
  }, 180_000);
});
