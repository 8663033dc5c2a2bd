/** Replays whole passes of the controller: its real pass against an API server made of the case. */
import { deepEqual } from '../../../../sim/api/equality.js';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
} from '../../../../sim/api/kinds/autoscaling.js';
import type { Pod } from '../../../../sim/api/kinds/core.js';
import { selectorFromSet, parseSelector } from '../../../../sim/api/selectors.js';
import type { Answer, Request, View } from '../../../../sim/client/contract.js';
import type { PassInput } from '../../../../sim/controllers/horizontal-pod-autoscaler/pass-input.js';
import { autoscalerPass } from '../../../../sim/controllers/horizontal-pod-autoscaler/pass.js';
import { SelectorBook } from '../../../../sim/controllers/horizontal-pod-autoscaler/selector-book.js';
import { defaultAutoscalerSettings } from '../../../../sim/controllers/horizontal-pod-autoscaler/settings.js';
import { RestMapper } from '../../../../sim/controllers/control/rest-mapper.js';
import { nowMs, timeOf, type ShortSample } from './cases.js';
import { drive, failed, ok } from './drive.js';

/** A case of kind `reconcile`. */
export interface ReconcileCase {
  readonly id: string;
  readonly customHPASelectors: boolean;
  readonly hpas: readonly HorizontalPodAutoscaler[];
  readonly scale: Readonly<Record<string, unknown>>;
  readonly pods: readonly Pod[] | null;
  readonly metrics: readonly MetricAnswer[];
  readonly recommendations?: readonly { readonly replicas: number; readonly ageSeconds: number }[];
  readonly config: {
    readonly cpuInitializationPeriodSeconds: number;
    readonly downscaleStabilizationWindowSeconds: number;
    readonly initialReadinessDelaySeconds: number;
    readonly scaleUpLimitFactor: number;
    readonly scaleUpLimitMinimum: number;
    readonly tolerance: number;
  };
  readonly featureGates: {
    readonly HPAConfigurableTolerance: boolean;
    readonly HPAScaleToZero: boolean;
    readonly PodLevelResources: boolean;
  };
  readonly expect: {
    readonly desiredReplicas: number;
    readonly scaleUpdated: boolean;
    readonly conditions?: readonly ShortCondition[];
  };
  readonly observed?: {
    readonly firstStatus?: Readonly<Record<string, unknown>> | null;
    readonly firstScaleUpdate?: number | null;
  };
}

interface ShortCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

interface MetricAnswer {
  readonly type: string;
  readonly pods?: Readonly<Record<string, ShortSample>>;
  readonly value?: string;
  readonly values?: readonly string[];
  readonly error?: string;
}

/** The first difference, or undefined. */
export function replayReconcile(given: ReconcileCase): string | undefined {
  const [autoscaler] = given.hpas;
  if (autoscaler === undefined) return 'no autoscaler';
  const api = new CaseApi(given, autoscaler);
  drive(autoscalerPass(autoscaler, passInput(given, autoscaler)), request => api.answer(request));
  return difference(given, api);
}

function difference({ expect, observed }: ReconcileCase, api: CaseApi): string | undefined {
  const { status, scaledTo } = api;
  const isUpdated = scaledTo !== undefined;
  if (isUpdated !== expect.scaleUpdated) return `scale updated: ${isUpdated}`;
  const firstStatus = comparable(observed?.firstStatus ?? undefined);
  const written = comparable(status as Readonly<Record<string, unknown>> | undefined);
  if (!deepEqual(written, firstStatus)) {
    return `status ${JSON.stringify(written)}, expected ${JSON.stringify(firstStatus)}`;
  }
  const desired = scaledTo ?? status?.desiredReplicas ?? expect.desiredReplicas;
  if (desired !== expect.desiredReplicas) {
    return `desired ${desired}, expected ${expect.desiredReplicas}`;
  }
  const missing = (expect.conditions ?? []).find(
    wanted => !(status?.conditions ?? []).some(one => isAlike(one, wanted)),
  );
  return missing === undefined ? undefined : `condition ${JSON.stringify(missing)} is missing`;
}

function isAlike(one: Partial<ShortCondition>, other: ShortCondition): boolean {
  return one.type === other.type && one.status === other.status && one.reason === other.reason;
}

/** Without times, without nulls, and with the autoscalers of a message in order, which Go shuffles. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value === 'string') {
    return value.replace(/\[([^\]]* [^\]]*)\]$/, (_, names: string) => {
      return `[${names.split(' ').sort().join(' ')}]`;
    });
  }
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .filter(([key, one]) => one !== null && !/^(lastTransitionTime|lastScaleTime)$/.test(key))
    .map(([key, one]) => [key, comparable(one)] as const);
  return Object.fromEntries(kept);
}

function passInput(given: ReconcileCase, { metadata }: HorizontalPodAutoscaler): PassInput {
  const { config, featureGates } = given;
  const key = `${metadata.namespace}/${metadata.name}`;
  const clock = { now: () => nowMs, after: () => ({ cancel: () => undefined }) };
  const recommendations = given.recommendations?.map(({ replicas, ageSeconds }) => {
    return { replicas, timeMs: nowMs - ageSeconds * 1000 };
  });
  const memory = recommendations && { recommendations, events: { up: [], down: [] } };
  return {
    key,
    view: { list: () => given.pods ?? [] } as unknown as View,
    settings: {
      ...defaultAutoscalerSettings,
      tolerance: config.tolerance,
      cpuInitializationMs: config.cpuInitializationPeriodSeconds * 1000,
      initialReadinessMs: config.initialReadinessDelaySeconds * 1000,
      downscaleWindowMs: config.downscaleStabilizationWindowSeconds * 1000,
      scaleUpFactor: config.scaleUpLimitFactor,
      scaleUpMinimum: config.scaleUpLimitMinimum,
      hasConfigurableTolerance: featureGates.HPAConfigurableTolerance,
      scalesToZero: featureGates.HPAScaleToZero,
      usesPodLevelResources: featureGates.PodLevelResources,
    },
    state: {
      memories: new Map(memory && [[key, memory]]),
      selectors: selectorsOf(given, key),
      mapper: new RestMapper(clock),
      // Upstream's tests have a client of scales that converts nothing.
      readScale: scale => scale,
    },
    context: { clock, events: { record: () => undefined } },
  };
}

/** The tests of overlaps have a second autoscaler, which the case tells of only by its own name. */
function selectorsOf(given: ReconcileCase, key: string): SelectorBook {
  const book = new SelectorBook();
  book.add(key);
  if (!given.customHPASelectors) return book;
  const rival = `${key}-2`;
  book.add(rival);
  const own = parseSelector((given.scale['status'] as { selector: string }).selector);
  const isFull = given.id.includes('FullSelectorOverlap');
  book.set(rival, isFull && own.isOk ? own.value : selectorFromSet({ cheddar: 'cheese' }));
  return book;
}

/** The API server that the case describes. */
class CaseApi {
  status: HorizontalPodAutoscalerStatus | undefined;
  scaledTo: number | undefined;
  private readonly asked = new Map<string, number>();

  constructor(
    private readonly given: ReconcileCase,
    private readonly autoscaler: HorizontalPodAutoscaler,
  ) {}

  answer({ method, path, body }: Request<unknown>): Answer<unknown> {
    if (path === '/api' || path === '/apis') return ok(this.discovery(path));
    if (path.endsWith('/scale')) return method === 'PUT' ? this.rescale(body) : this.scale();
    if (path.endsWith('/status')) {
      this.status ??= (body as HorizontalPodAutoscaler).status;
      return ok(body);
    }
    return this.metrics(path);
  }

  private scale(): Answer<unknown> {
    const { error } = this.given.scale;
    return typeof error === 'string' ? failed(error) : ok(this.given.scale);
  }

  /** The one case in which the update fails says so only by what was observed. */
  private rescale(body: unknown): Answer<unknown> {
    const { expect, observed } = this.given;
    const fails = !expect.scaleUpdated && typeof observed?.firstScaleUpdate === 'number';
    if (fails) return failed('something went wrong');
    this.scaledTo = (body as { spec: { replicas: number } }).spec.replicas;
    return ok(body);
  }

  private metrics(path: string): Answer<unknown> {
    const isCustom = path.startsWith('/apis/custom.metrics.k8s.io/');
    const types = isCustom
      ? [path.includes('/pods/*/') ? 'Pods' : 'Object']
      : path.startsWith('/apis/metrics.k8s.io/')
        ? ['Resource', 'ContainerResource']
        : ['External'];
    const label = types.join();
    const count = this.asked.get(label) ?? 0;
    this.asked.set(label, count + 1);
    const metric = this.given.metrics.filter(({ type }) => types.includes(type))[count];
    if (metric === undefined) return failed(`no metric for ${path}`);
    const { error } = metric;
    const isEmpty = error !== undefined && /no metrics returned|returned 0 results/.test(error);
    if (error !== undefined && !isEmpty) return failed(error.slice(error.indexOf(': ') + 2));
    return ok({ items: isEmpty ? [] : this.items(metric) });
  }

  private items({ pods, value, values = [] }: MetricAnswer): readonly unknown[] {
    if (value !== undefined) return [{ value: `${value}m`, describedObject: { name: '' } }];
    if (pods === undefined) return values.map(one => ({ value: `${one}m` }));
    const specs = this.autoscaler.spec.metrics ?? [];
    const spec = specs.find(({ type }) => type === 'ContainerResource' || type === 'Resource');
    const resource = spec?.containerResource?.name ?? spec?.resource?.name ?? '';
    const name = spec?.containerResource?.container ?? 'container';
    return Object.entries(pods).map(([pod, sample]) => ({
      metadata: { name: pod },
      timestamp: timeOf(sample),
      window: `${sample.windowSeconds}s`,
      windowSeconds: sample.windowSeconds,
      containers: [{ name, usage: { [resource]: `${sample.value}m` } }],
      describedObject: { name: pod },
      value: `${sample.value}m`,
    }));
  }

  private discovery(path: string): unknown {
    const kinds: readonly (readonly [string, string, string, string])[] = [
      ['', 'v1', 'ReplicationController', 'replicationcontrollers'],
      ['apps', 'v1', 'Deployment', 'deployments'],
      ['apps', 'v1', 'ReplicaSet', 'replicasets'],
      ['apps', 'v1', 'StatefulSet', 'statefulsets'],
      ['custom.metrics.k8s.io', 'v1beta2', 'MetricValueList', '*'],
    ];
    const served = kinds.filter(([group]) => (group === '') === (path === '/api'));
    const groups = [...new Set(served.map(([group]) => group))];
    const items = groups.map(name => ({
      metadata: { name },
      versions: served
        .filter(([group]) => group === name)
        .map(([, version, kind, resource]) => ({
          version,
          resources: [{ resource, responseKind: { kind }, scope: 'Namespaced' }],
        })),
    }));
    return { kind: 'APIGroupDiscoveryList', items };
  }
}
