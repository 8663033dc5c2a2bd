/** Reconciles autoscalers of the class `kpa`, and runs them. @upstream knative/serving v1.22.1 pkg/reconciler/autoscaling/kpa */
import { deployments } from '../../api/kinds/apps.js';
import { pods, type Pod } from '../../api/kinds/core.js';
import type { ControllerContext, Reconciliation } from '../../client/contract.js';
import { keyOf, patch } from '../../client/requests.js';
import {
  reconcileMetric,
  reconcileServerlessService,
  type AutoscalerPass,
} from './autoscaler-parts.js';
import { Decider, type Measuring } from './decider.js';
import { done } from './draft.js';
import { keys, scaleAnnotation } from './keys.js';
import { isPodReady } from './scrape.js';
import {
  activeThreshold,
  boundsOf,
  burstCapacityOf,
  decisionSpec,
  initialScale,
  metricOf,
  panicWindowOf,
  stableWindowOf,
  targetOf,
} from './scale-spec.js';
import { stepTo } from './scale-to-zero.js';
import { settingsOf, type AutoscalerSettings, type KnativeSettings } from './settings.js';
import { serverlessServices, type PodAutoscalerObject, type ServerlessService } from './types.js';

const leastActivators = 2;
const unknownScale = -1;

/** The autoscalers that run, by their keys. */
export class Deciders {
  private readonly byKey = new Map<string, Decider>();

  get(key: string): Decider | undefined {
    return this.byKey.get(key);
  }

  all(): ReadonlyMap<string, Decider> {
    return this.byKey;
  }

  delete(key: string): void {
    this.byKey.delete(key);
  }

  /** The one of an autoscaler, as it is set now. */
  of(
    autoscaler: PodAutoscalerObject,
    settings: AutoscalerSettings,
    start: { readonly nowMs: number; readonly readyPods: number },
  ): Decider {
    const key = keyOf(autoscaler);
    const spec = decisionSpec(autoscaler, settings);
    const measuring = measuringOf(autoscaler, settings);
    const known = this.byKey.get(key);
    if (known !== undefined) {
      known.update(spec, measuring);
      return known;
    }
    const made = new Decider(spec, measuring, {
      ...start,
      initialScale: initialScale(autoscaler, settings),
    });
    this.byKey.set(key, made);
    return made;
  }
}

function measuringOf(autoscaler: PodAutoscalerObject, settings: AutoscalerSettings): Measuring {
  const algorithm = scaleAnnotation(autoscaler.metadata.annotations, 'algorithm')?.value ?? '';
  return {
    metric: metricOf(autoscaler),
    stableWindowMs: stableWindowOf(autoscaler, settings),
    panicWindowMs: panicWindowOf(autoscaler, settings),
    isWeighted: /^weighted-?exponential$/i.test(algorithm),
  };
}

/** The pods of an autoscaler's revision. */
export function podsOf(
  autoscaler: PodAutoscalerObject,
  view: ControllerContext['view'],
): readonly Pod[] {
  const { namespace = '', labels } = autoscaler.metadata;
  const revision = labels?.[keys.revision];
  return view
    .list(pods, namespace)
    .filter(({ metadata }) => metadata.labels?.[keys.revision] === revision);
}

/** One pass over an autoscaler. */
export function* reconcileKpa(
  draft: AutoscalerPass,
  deciders: Deciders,
): Reconciliation<string | undefined> {
  const { view, namespace, name, object } = draft;
  const settings = settingsOf(view);
  const { serviceName = '', metricsServiceName = '' } = draft.status;
  draft.put({ serviceName, metricsServiceName });
  const sks = view.get(serverlessServices, namespace, name);
  const ready = podsOf(object, view).filter(isPodReady).length;
  const privateName = sks?.status?.privateServiceName ?? '';
  if (sks === undefined || privateName === '') {
    const made = yield* reconcileServerlessService(draft, {
      mode: 'Proxy',
      activators: leastActivators,
    });
    if (typeof made === 'string') return `error reconciling SKS: ${made}`;
    draft.conditions.setUnknown('SKSReady', 'NotReady', 'No Private Service Name');
    computeStatus(draft, { want: unknownScale, ready }, settings.autoscaler);
    return undefined;
  }
  draft.put({ metricsServiceName: privateName });
  const start = { nowMs: draft.nowMs, readyPods: ready };
  const decider = deciders.of(object, settings.autoscaler, start);
  const isDirect = burstCapacityOf(object, settings.autoscaler) === -1;
  const target = isDirect ? '' : privateName;
  const measured = yield* reconcileMetric(draft, target, settings.autoscaler);
  if (measured !== undefined) return `error reconciling Metric: ${measured}`;
  const want = yield* scale(draft, sks, decider.desiredScale, settings);
  if (typeof want === 'string') return `error scaling target: ${want}`;
  return yield* serve(draft, { want, ready, decider, settings });
}

interface Scaled {
  readonly want: number;
  readonly ready: number;
  readonly decider: Decider;
  readonly settings: KnativeSettings;
}

/** The pods or the activator behind the Service, and the status. */
function* serve(
  draft: AutoscalerPass,
  { want, ready, decider, settings }: Scaled,
): Reconciliation<string | undefined> {
  const isServed = want > 0 && decider.excessBurstCapacity >= 0;
  const activators = activatorsFor(draft.object, ready, settings.autoscaler);
  const mode = isServed ? 'Serve' : 'Proxy';
  const sks = yield* reconcileServerlessService(draft, { mode, activators });
  if (typeof sks === 'string') return `error reconciling SKS: ${sks}`;
  draft.put({ serviceName: sks.status?.serviceName ?? '' });
  const condition = sks.status?.conditions?.find(({ type }) => type === 'Ready');
  const isCurrent = sks.status?.observedGeneration === sks.metadata.generation;
  if (isCurrent && condition?.status === 'True') draft.conditions.setTrue('SKSReady');
  else draft.conditions.setUnknown('SKSReady', 'NotReady', condition?.message ?? '');
  computeStatus(draft, { want, ready }, settings.autoscaler);
  return undefined;
}

function activatorsFor(
  autoscaler: PodAutoscalerObject,
  ready: number,
  settings: AutoscalerSettings,
): number {
  const burst = burstCapacityOf(autoscaler, settings);
  if (burst === 0) return leastActivators;
  const toCover = ready * targetOf(autoscaler, settings).total + Math.max(0, burst);
  return Math.max(leastActivators, Math.ceil(toCover / settings.activatorCapacity));
}

/** Scales the Deployment; gives how many are wanted, -1: not known, or why it failed. */
function* scale(
  draft: AutoscalerPass,
  sks: ServerlessService,
  desired: number,
  settings: KnativeSettings,
): Reconciliation<number | string> {
  const { object, conditions, namespace, view } = draft;
  if (desired < 0 && !conditions.is('Active', 'Unknown')) return desired;
  const { least, most } = boundsOf(object, settings.autoscaler);
  const initial = initialScale(object, settings.autoscaler);
  const isStarting =
    initial > 1 &&
    !conditions.is('ScaleTargetInitialized', 'True') &&
    object.spec.reachability !== 'Unreachable';
  const bounded = within(desired, isStarting ? Math.max(initial, least) : least, most);
  const step = stepTo(bounded, draft, sks, settings);
  if (!step.isApplied) return step.scale;
  const name = object.spec.scaleTargetRef.name ?? '';
  const deployment = view.get(deployments, namespace, name);
  if (deployment === undefined) {
    return `failed to get scale target: deployments.apps "${name}" not found`;
  }
  if (step.scale === (deployment.spec?.replicas ?? 1)) return step.scale;
  const request = patch(deployments, { namespace, name, subresource: 'scale' }, { type: 'json' }, [
    { op: 'add', path: '/spec/replicas', value: step.scale },
  ]);
  const otherwise = `failed to apply scale ${step.scale} to scale target ${name}`;
  const answer = yield* done(request, otherwise);
  return typeof answer === 'string' ? answer : step.scale;
}

function within(scale: number, least: number, most: number): number {
  if (scale < least) return least;
  return most !== 0 && scale > most ? most : scale;
}

const noTraffic = ['NoTraffic', 'The target is not receiving traffic.'] as const;
const timedOut = ['TimedOut', 'The target could not be activated.'] as const;
const queued = 'Requests to the target are being buffered as resources are provisioned.';

function computeStatus(
  draft: AutoscalerPass,
  { want, ready }: { readonly want: number; readonly ready: number },
  settings: AutoscalerSettings,
): void {
  const { conditions, object, status } = draft;
  const { desiredScale = unknownScale } = status;
  draft.put({
    actualScale: ready,
    desiredScale: want === unknownScale && desiredScale >= 0 ? desiredScale : want,
  });
  const isInitialized = conditions.is('ScaleTargetInitialized', 'True');
  const least = activeThreshold(object, settings, isInitialized);
  if (ready >= least && (draft.status.serviceName ?? '') !== '') {
    conditions.setTrue('ScaleTargetInitialized');
  }
  if (want === 0 || least === 0) {
    const isLate = conditions.is('Active', 'Unknown') && least > 0;
    const [reason, message] = isLate ? timedOut : noTraffic;
    conditions.setFalse('Active', reason, message);
  } else if (want <= 0 && conditions.is('Active', 'False')) {
    if (ready < least) conditions.setFalse('Active', ...noTraffic);
  } else if (ready < least) conditions.setUnknown('Active', 'Queued', queued);
  else conditions.setTrue('Active');
}
