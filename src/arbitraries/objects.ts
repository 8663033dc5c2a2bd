/** Sets of manifests: workloads with what stands around them. */
import fc from 'fast-check';
import type { KubeObject } from '../../sim/api/object.js';
import { trialEntry, type TrialQuality } from '../stacks/releases/trial-model.js';
import { paymentsObject, usualWorld } from '../stacks/releases/trial-payments.js';
import {
  accountWith,
  autoscaler,
  budget,
  gang,
  job,
  namespaceObject,
  policy,
  priorityClass,
  quota,
  replicated,
  secretOf,
  service,
  splitRoute,
  trainingJob,
  type Place,
  type Scaling,
  type Template,
} from './manifests.js';

/** What objects are drawn within. */
export interface ObjectOptions {
  /** Parts at most: a workload with what belongs to it, a quota, a policy. Default 4. */
  readonly partsMax?: number;
  /** Replicas of a workload at most. Default 4. */
  readonly replicasMax?: number;
  /** GPUs of a pod at most; 0: there are none. Default 2. */
  readonly gpusMax?: number;
}

/** A part before it has its place and its name. */
type Part = (place: Place) => readonly KubeObject[];

const port = 8080;
const otherPort = 9090;
const priorities = { low: 100, high: 1_000 };

function templates({ gpusMax = 2 }: ObjectOptions): fc.Arbitrary<Omit<Template, 'app'>> {
  return fc
    .record({
      cpu: fc.constantFrom('100m', '500m', '1', '3'),
      gpus: fc.integer({ min: 0, max: gpusMax }),
      priority: fc.option(fc.constantFrom('low', 'high'), { nil: undefined, freq: 2 }),
      privileged: fc.integer({ min: 0, max: 9 }),
      program: fc.constantFrom(undefined, undefined, 'stubborn', 'run-forever'),
      grace: fc.constantFrom(undefined, 0, 5, 60),
    })
    .map(({ priority, grace, privileged, program, ...rest }) => ({
      ...rest,
      ...(program !== undefined && { labels: { 'seatrial.dev/workload': program } }),
      ...(privileged === 9 && { isPrivileged: true }),
      ...(priority !== undefined && { priority }),
      ...(grace !== undefined && { grace }),
    }));
}

function counts({ replicasMax = 4 }: ObjectOptions): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max: replicasMax });
}

/** What stands around a replicated workload. */
function services(options: ObjectOptions): fc.Arbitrary<Part> {
  return fc
    .record({
      kind: fc.constantFrom('Deployment' as const, 'Deployment' as const, 'StatefulSet' as const),
      replicas: counts(options),
      of: templates(options),
      limit: fc.option(
        fc.oneof(
          fc.integer({ min: 1, max: 2 }).map(minAvailable => ({ minAvailable })),
          fc.constantFrom({ maxUnavailable: 1 }),
        ),
        { nil: undefined, freq: 2 },
      ),
      scaled: fc.option(scalings(), { nil: undefined, freq: 2 }),
      hasService: fc.constantFrom(true, true, false),
      hookSeconds: fc.constantFrom(undefined, 5, 15),
      isBusy: fc.boolean(),
      hasSecret: fc.constantFrom(false, false, true),
    })
    .map(
      ({ kind, replicas, limit, scaled, hasService, hookSeconds, isBusy, hasSecret, ...drawn }) =>
        place => {
          const { name } = place;
          const { grace: _short, ...patient } = drawn.of;
          const of = {
            // Whoever writes a hook leaves it its time: the thirty seconds that are the default.
            ...(hookSeconds === undefined ? drawn.of : { ...patient, hookSeconds }),
            ...(hasSecret && { account: name }),
          };
          const isScaled = scaled !== undefined && kind === 'Deployment';
          // What an autoscaler looks at: the requests that come, or waves of work.
          const isServing = hasService && !isBusy;
          // What asks for more than is there, nobody can scale.
          const light = { ...of, gpus: 0, cpu: of.cpu === '3' ? '300m' : of.cpu };
          const { labels: _own, ...served } = light;
          const load = isServing
            ? served
            : { ...light, labels: { 'seatrial.dev/workload': 'busy' } };
          return [
            ...(hasSecret ? secretOf(place) : []),
            replicated(kind, place, replicas, { ...(isScaled ? load : of), app: name, port }),
            ...(limit === undefined ? [] : [budget(place, name, limit)]),
            ...(isScaled ? [autoscaler(place, name, scaled)] : []),
            ...(hasService || kind === 'StatefulSet' ? [service(place, name, port)] : []),
          ];
        },
    );
}

function jobs(options: ObjectOptions): fc.Arbitrary<Part> {
  return fc
    .record({
      parallelism: counts(options),
      completions: counts(options),
      of: templates(options),
      isLong: fc.boolean(),
    })
    .map(({ parallelism, completions, of, isLong }) => place => [
      job(
        place,
        { parallelism, completions: Math.max(parallelism, completions) },
        // Others are over in two seconds: nobody would delete them in the middle.
        {
          ...of,
          ...(isLong && { labels: { 'seatrial.dev/workload': 'run-forever' } }),
          app: place.name,
        },
      ),
    ]);
}

function trainingJobs(options: ObjectOptions): fc.Arbitrary<Part> {
  return fc
    .record({
      kind: fc.constantFrom('MXJob' as const, 'PyTorchJob' as const),
      workers: counts(options),
      of: templates(options),
    })
    .map(({ kind, workers, of }) => place => [
      trainingJob(kind, place, workers, { ...of, app: place.name }),
    ]);
}

/** Two of them on few GPUs are where pods that are bound one by one would wait for each other. */
function gangs(options: ObjectOptions): fc.Arbitrary<Part> {
  return fc
    .record({ size: fc.integer({ min: 2, max: 4 }), of: templates(options), isLong: fc.boolean() })
    .map(
      ({ size, of, isLong }) =>
        place =>
          gang(place, size, {
            ...of,
            ...(isLong && { labels: { 'seatrial.dev/workload': 'run-forever' } }),
            app: place.name,
          }),
    );
}

/** Bounds, and how fast it may move. */
function scalings(): fc.Arbitrary<Scaling> {
  const seconds = (down: number, up: number) => ({
    scaleDown: { stabilizationWindowSeconds: down },
    scaleUp: { stabilizationWindowSeconds: up },
  });
  const slow = [{ type: 'Pods', value: 1, periodSeconds: 60 }];
  return fc.record({
    min: fc.integer({ min: 1, max: 2 }),
    max: fc.integer({ min: 3, max: 6 }),
    behavior: fc.constantFrom(undefined, undefined, seconds(120, 0), seconds(300, 60), {
      scaleDown: { policies: slow },
      scaleUp: { policies: slow },
    }),
  });
}

function quotas(): fc.Arbitrary<Part> {
  return fc
    .record({
      pods: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
      cpu: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
      gpus: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
    })
    .map(({ pods, cpu, gpus }) => ({
      ...(pods !== undefined && { pods: String(pods) }),
      ...(cpu !== undefined && { 'requests.cpu': String(cpu) }),
      ...(gpus !== undefined && { 'requests.nvidia.com/gpu': String(gpus) }),
    }))
    .map(hard => place => [quota(place, Object.keys(hard).length > 0 ? hard : { pods: '4' })]);
}

/** A version that serves, and one that gets a part of its requests to be tried. */
function canaries(options: ObjectOptions): fc.Arbitrary<Part> {
  return fc
    .record({
      replicas: counts(options),
      of: templates(options),
      percent: fc.constantFrom(3, 5, 10, 25, 50),
    })
    .map(({ replicas, of, percent }) => place => {
      const { namespace, name } = place;
      const { labels: _own, ...served } = of;
      const version = (kind: string, count: number): readonly KubeObject[] => {
        const own = { namespace, name: `${name}-${kind}` };
        const from = { ...served, app: own.name, port };
        return [replicated('Deployment', own, count, from), service(own, own.name, port)];
      };
      const names = { stable: `${name}-stable`, canary: `${name}-canary` };
      return [
        ...version('stable', replicas),
        ...version('canary', 1),
        splitRoute(place, { ...names, percent }),
      ];
    });
}

/** A registry with the first version of a model. */
function registries(): fc.Arbitrary<Part> {
  return qualities().map(quality => place => [trialEntry({ ...place, version: 1, ...quality })]);
}

/** A model that is good as long as the payments stay as they are, and payments that a monitor watches. */
function watchedModels(): fc.Arbitrary<Part> {
  return fc.constantFrom(2, 3).map(ranking => place => [
    // Half of the way to where frauds lie: there an alert begins.
    trialEntry({ ...place, version: 1, ranking, offset: -ranking / 2 }),
    paymentsObject({ ...place, ...usualWorld }),
  ]);
}

/** How good models are: some rank well and lie far off, some the other way round. */
export function qualities(): fc.Arbitrary<TrialQuality> {
  return fc.record({
    ranking: fc.constantFrom(0, 1, 2, 3),
    offset: fc.constantFrom(-4, -2, 0, 2),
  });
}

const writable = ['rbac.authorization.k8s.io/roles', 'rbac.authorization.k8s.io/rolebindings'];

/** Accounts whose rights are less than all. */
function accounts(): fc.Arbitrary<Part> {
  return fc
    .record({
      resource: fc.constantFrom('pods', 'configmaps', 'secrets', 'apps/deployments', ...writable),
      verbs: fc.constantFrom(['get', 'list'], ['get', 'list', 'delete'], ['*']),
    })
    .map(({ resource, verbs }) => place => {
      // All verbs on roles are more than to write them: they allow to give what one has not.
      const isOfRights = writable.includes(resource);
      return accountWith(place, { resource, verbs: isOfRights ? ['get', 'create'] : verbs });
    });
}

/** A policy, in most cases with pods of its own that it speaks of. */
function policies(): fc.Arbitrary<Part> {
  return fc
    .record({
      other: fc.constantFrom(undefined, undefined, undefined, 'a', 'b'),
      from: fc.constantFrom(undefined, undefined, 'own', 'a', 'b'),
      ports: fc.constantFrom([], [port], [otherPort], [otherPort], [port, otherPort]),
    })
    .map(({ other, from, ports }) => place => {
      const app = other ?? place.name;
      const peer = from === 'own' ? app : from;
      const pods = { app, cpu: '100m', gpus: 0, port };
      return [
        ...(other === undefined ? [replicated('Deployment', place, 2, pods)] : []),
        policy(place, app, { app: peer, ports }),
      ];
    });
}

/**
 * Parts are named a, b, c, ... in the order of the set, so that policies find somebody; what they need
 * besides (namespaces, priority classes) comes first.
 */
export function objects(options: ObjectOptions = {}): fc.Arbitrary<readonly KubeObject[]> {
  const { partsMax = 4 } = options;
  const part = fc.oneof(
    { weight: 5, arbitrary: services(options) },
    { weight: 2, arbitrary: jobs(options) },
    { weight: 2, arbitrary: trainingJobs(options) },
    { weight: 1, arbitrary: gangs(options) },
    { weight: 2, arbitrary: quotas() },
    { weight: 3, arbitrary: policies() },
    { weight: 2, arbitrary: accounts() },
    { weight: 1, arbitrary: canaries(options) },
    { weight: 1, arbitrary: registries() },
    { weight: 1, arbitrary: watchedModels() },
  );
  const placed = fc.record({ part, namespace: fc.constantFrom('default', 'team') });
  const one = fc.constantFrom(undefined, 'default', 'default', 'team');
  const level = fc.constantFrom(undefined, undefined, 'baseline', 'restricted');
  const parts = fc.array(placed, { minLength: 1, maxLength: partsMax });
  return fc.tuple(parts, one, level).map(([drawn, together, enforce]) => {
    const own = drawn.flatMap(({ part: make, namespace }, index) =>
      make({ namespace: together ?? namespace, name: 'abcdefghijklmnop'.charAt(index) }),
    );
    // A quota books what is created after it: it goes first.
    const isQuota = ({ kind }: KubeObject): boolean => kind === 'ResourceQuota';
    const workloads = own.filter(object => !isQuota(object));
    return [...needed(own, enforce), ...own.filter(isQuota), ...workloads];
  });
}

function needed(own: readonly KubeObject[], enforce: string | undefined): readonly KubeObject[] {
  const text = JSON.stringify(own);
  return [
    ...(text.includes('"namespace":"team"') ? [namespaceObject('team', enforce)] : []),
    ...Object.entries(priorities)
      .filter(([name]) => text.includes(`"priorityClassName":"${name}"`))
      .map(([name, value]) => priorityClass(name, value)),
  ];
}
