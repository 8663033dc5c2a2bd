/** Events over time: what people do to a scene, and what goes wrong. */
import fc from 'fast-check';
import type { Fault } from '../cluster.js';
import type { Happening } from '../scenario/happening.js';
import type { VoyageEvent } from '../voyages/plan.js';
import { trialEntry } from '../stacks/releases/trial-model.js';
import { isScaledModel } from '../scenario/edge/model-demand.js';
import { asks } from './asks.js';
import { drifts } from './drifts.js';
import { faultKinds, faults } from './faults.js';
import { qualities } from './objects.js';
import type { Scene } from './scene.js';
import { swarm } from './swarm.js';
import { gaps } from './times.js';

/** What events are drawn within. */
export interface EventOptions {
  /** Events of a voyage at most. Default 8. */
  readonly eventsMax?: number;
  /** The kinds of faults. Default all; none: only people act. */
  readonly faults?: readonly Fault['kind'][];
}

/** Series of events. */
export function events(
  scene: Scene,
  options: EventOptions = {},
): fc.Arbitrary<readonly VoyageEvent[]> {
  const { eventsMax = 8, faults: kinds = faultKinds } = options;
  return fc
    .record({ deeds: swarm(deeds(scene)), kinds: swarm(kinds), place: places(scene) })
    .chain(({ deeds: some, kinds: few, place }) => {
      const wrong = faults(place, few) ?? faults(scene, kinds);
      const all = [...some, ...(wrong === undefined ? [] : [faultsOf(wrong)])];
      if (all.length === 0) return fc.constant<VoyageEvent[]>([]);
      const event = fc
        .tuple(gaps(), fc.oneof(...all))
        .map(([afterMs, what]) => ({ afterMs, ...what }));
      return fc.array(event, { minLength: Math.min(3, eventsMax), maxLength: eventsMax });
    });
}

function faultsOf(wrong: fc.Arbitrary<Fault>): Weighted {
  return { weight: 8, arbitrary: wrong.map(fault => ({ kind: 'fault' as const, fault })) };
}

/** Where things go wrong: anywhere, or on few nodes and to few programs again and again. */
function places(scene: Scene): fc.Arbitrary<Scene> {
  return fc
    .record({ nodes: swarm(scene.nodes), processes: swarm(scene.processes) })
    .map(({ nodes, processes }) => {
      const gpus = scene.gpus.filter(({ node }) => nodes.includes(node));
      return { ...scene, nodes, processes, gpus };
    });
}

interface Weighted {
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<Happening>;
}

function deeds(scene: Scene): Weighted[] {
  const { nodes, scalable, rolling, deletable, pods, namespaces } = scene;
  const when = (isPossible: boolean, weight: number, make: () => fc.Arbitrary<Happening>) =>
    isPossible ? [{ weight, arbitrary: make() }] : [];
  const of = <T>(items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items);
  return [
    ...when(scalable.length > 0, 4, () =>
      fc.record({
        kind: fc.constant('scale' as const),
        target: of(scalable),
        replicas: fc.integer({ min: 0, max: 6 }),
      }),
    ),
    ...when(rolling.length > 0, 3, () =>
      fc.record({ kind: fc.constant('roll-out' as const), target: of(rolling) }),
    ),
    ...when(pods.length > 0, 3, () =>
      fc
        .tuple(of(pods), fc.integer({ min: 0, max: 3 }))
        .map(([pod, index]) => ({ kind: 'delete-pod' as const, pod: { ...pod, index } })),
    ),
    ...when(deletable.length > 0, 2, () =>
      fc.record(
        {
          kind: fc.constant('delete' as const),
          target: of(deletable),
          cascade: fc.constantFrom('foreground' as const, 'foreground' as const, 'orphan' as const),
        },
        { requiredKeys: ['kind', 'target'] },
      ),
    ),
    ...when(nodes.length > 0, has(scene, 'PodDisruptionBudget') ? 6 : 2, () =>
      fc.record({ kind: fc.constant('drain' as const), node: of(nodes) }),
    ),
    ...when(nodes.length > 0, 1, () =>
      fc.record({ kind: fc.constant('uncordon' as const), node: of(nodes) }),
    ),
    ...when(namespaces.length > 0, scene.gpus.length > 0 ? 8 : 2, () => bursts(scene)),
    ...when(scene.ports.length > 0 && pods.length > 0, has(scene, 'NetworkPolicy') ? 10 : 2, () =>
      fc.record({ kind: fc.constant('probe' as const), port: of(scene.ports) }),
    ),
    ...when(scene.hasTraffic, isScaled(scene) ? 14 : 2, () =>
      fc.record({ kind: fc.constant('load' as const), factor: of([0.25, 0.5, 1, 2, 4]) }),
    ),
    ...when(scene.models.length > 0, 8, () => releases(scene)),
    ...when(scene.payments.length > 0, 14, () => drifts(scene.payments)),
    ...when(scene.accounts.length > 0, has(scene, 'RoleBinding') ? 6 : 1, () => asks(scene)),
    ...when(scene.objects.length > 0, 1, () =>
      of(scene.objects).map(object => ({ kind: 'apply' as const, object })),
    ),
  ];
}

/** Where there are policies, connections tell of them; of budgets drains, of autoscalers loads, of rights requests, of GPUs bursts of pods. */
function has({ objects }: Scene, kind: string): boolean {
  return objects.some(object => object.kind?.endsWith(kind) === true);
}

function isScaled(scene: Scene): boolean {
  return has(scene, 'HorizontalPodAutoscaler') || scene.objects.some(isScaledModel);
}

/** A training leaves another version in the registry. */
function releases({ models }: Scene): fc.Arbitrary<Happening> {
  return fc
    .tuple(fc.constantFrom(...models), fc.integer({ min: 2, max: 5 }), qualities())
    .map(([model, version, quality]) => ({
      kind: 'apply' as const,
      object: trialEntry({ ...model, version, ...quality }),
    }));
}

function bursts({ namespaces, gpus }: Scene): fc.Arbitrary<Happening> {
  return fc
    .record({
      namespace: fc.constantFrom(...namespaces),
      name: fc.constantFrom('burst', 'wave'),
      count: fc.integer({ min: 1, max: 8 }),
      cpu: fc.constantFrom('100m', '1', '2'),
      gpu: fc.integer({ min: 0, max: gpus.length > 0 ? 2 : 0 }),
    })
    .map(({ cpu, gpu, ...burst }) => ({
      kind: 'burst' as const,
      ...burst,
      requests: { cpu, ...(gpu > 0 && { 'nvidia.com/gpu': String(gpu) }) },
    }));
}
