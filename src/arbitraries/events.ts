/** Events over time: what people do to a scene, and what goes wrong. */
import fc from 'fast-check';
import type { Fault } from '../cluster.js';
import type { Happening } from '../scenario/happening.js';
import type { VoyageEvent } from '../voyages/plan.js';
import { trialEntry } from '../stacks/releases/trial-model.js';
import { faultKinds, faults } from './faults.js';
import { qualities } from './objects.js';
import type { Scene } from './scene.js';
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
  const wrong = faults(scene, kinds);
  const all = [
    ...deeds(scene),
    ...(wrong === undefined
      ? []
      : [{ weight: 8, arbitrary: wrong.map(fault => ({ kind: 'fault' as const, fault })) }]),
  ];
  if (all.length === 0) return fc.constant([]);
  const event = fc.tuple(gaps(), fc.oneof(...all)).map(([afterMs, what]) => ({ afterMs, ...what }));
  return fc.array(event, { minLength: 1, maxLength: eventsMax });
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
    ...when(nodes.length > 0, 2, () =>
      fc.record({ kind: fc.constant('drain' as const), node: of(nodes) }),
    ),
    ...when(nodes.length > 0, 1, () =>
      fc.record({ kind: fc.constant('uncordon' as const), node: of(nodes) }),
    ),
    ...when(namespaces.length > 0, 1, () => bursts(scene)),
    ...when(scene.ports.length > 0 && pods.length > 0, hasPolicies(scene) ? 10 : 2, () =>
      fc.record({ kind: fc.constant('probe' as const), port: of(scene.ports) }),
    ),
    ...when(scene.hasTraffic, 2, () =>
      fc.record({ kind: fc.constant('load' as const), factor: of([0.25, 0.5, 1, 2, 4]) }),
    ),
    ...when(scene.models.length > 0, 8, () => releases(scene)),
    ...when(scene.accounts.length > 0, hasRoles(scene) ? 4 : 1, () => asks(scene)),
    ...when(scene.objects.length > 0, 1, () =>
      of(scene.objects).map(object => ({ kind: 'apply' as const, object })),
    ),
  ];
}

/** Where there are policies, connections are what tells of them. */
function hasPolicies({ objects }: Scene): boolean {
  return objects.some(({ kind = '' }) => kind.endsWith('NetworkPolicy'));
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

/** Where somebody is given rights, requests are what tells of them. */
function hasRoles({ objects }: Scene): boolean {
  return objects.some(({ kind = '' }) => kind.endsWith('RoleBinding'));
}

/** What accounts ask for: secrets are never read, for that alone would break a law. */
function asks({ accounts, namespaces }: Scene): fc.Arbitrary<Happening> {
  const places = namespaces.length === 0 ? ['default'] : namespaces;
  return fc
    .record({
      as: fc.constantFrom(...accounts),
      verb: fc.constantFrom('get' as const, 'list' as const, 'list' as const, 'delete' as const),
      kind: fc.constantFrom('Pod', 'ConfigMap', 'Secret', 'Deployment'),
      namespace: fc.constantFrom(...places),
    })
    .map(({ as, verb, kind, namespace }) => {
      const apiVersion = kind === 'Deployment' ? 'apps/v1' : 'v1';
      const name = kind === 'ConfigMap' ? 'kube-root-ca.crt' : 'a';
      const target = { apiVersion, kind, namespace, name };
      return { kind: 'ask' as const, as, verb: kind === 'Secret' ? 'delete' : verb, target };
    });
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
