/** One pass over one InferenceService. @upstream kserve v0.20.0 pkg/controller/v1beta1/inferenceservice/controller.go */
import { deepEqual } from '../../api/equality.js';
import { deployments } from '../../api/kinds/apps.js';
import { pods, services, type Pod } from '../../api/kinds/core.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import { hasFinalizer, isDeleting } from '../../api/meta.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import type { Outcome, Reconciliation, View } from '../../client/contract.js';
import { call, patch, remove, update } from '../../client/requests.js';
import { isScaledByKeda, reconcileAutoscaler } from './autoscaler.js';
import type { ComponentParts } from './component-parts.js';
import { reconcileService } from './component-service.js';
import { predictorParts, transformerParts } from './components.js';
import { readConfiguration, type Configuration } from './configuration.js';
import { appLabel, reconcileDeployment } from './deployment.js';
import { modeOf } from './deployment-mode.js';
import { hostOf, reconcileIngress } from './ingress.js';
import { desiredService } from './knative/desired.js';
import { propagateIngress } from './knative/ingress.js';
import { withValidInitialScale } from './knative/initial-scale.js';
import type { OtherKinds } from './other-kinds.js';
import { reconcileKnativeService } from './knative/reconcile.js';
import { isStopped, keys, predictorName } from './keys.js';
import { ServiceStatus } from './status.js';
import { keys as knativeKeys } from '../knative/keys.js';
import { inferenceServices, type CanarySpec, type InferenceService } from './types.js';

const finalizer = 'inferenceservice.finalizers';
const stopped = { status: 'False', reason: 'Stopped' } as const;

type Component = 'predictor' | 'transformer';

/** A pass; `record` takes the events. */
export class Pass {
  private readonly status: ServiceStatus;
  private mode = 'Standard';
  /** Something of the predictor's Service of Knative is not as it should be. */
  private hasFailed = false;

  constructor(
    private readonly service: InferenceService,
    private readonly view: View,
    private readonly kinds: OtherKinds,
    nowMs: number,
    private readonly record: (event: Omit<EventToRecord, 'regarding'>) => void,
  ) {
    this.status = new ServiceStatus(service.status ?? {}, nowMs);
  }

  *run(): Reconciliation {
    const configuration = yield* readConfiguration();
    if (typeof configuration === 'string') return { retry: configuration };
    this.mode = modeOf(this.service, configuration);
    if (isDeleting(this.service)) return yield* this.finalize();
    const service = yield* this.finalized();
    if (typeof service === 'string') return { retry: service };
    if (isFrozen(service)) return undefined;
    this.status.conditions.initialize();
    if (this.mode === 'Standard') return yield* this.components(service, configuration);
    if (this.mode === 'Knative') return yield* this.withKnative(service, configuration);
    return yield* this.write(service);
  }

  private *withKnative(service: InferenceService, configuration: Configuration): Reconciliation {
    const areServed = yield* this.kinds.areServed();
    if (areServed === false) return yield* this.refuseMode(service);
    const valid = areServed === true ? yield* withValidInitialScale(service) : areServed;
    if (typeof valid !== 'string') return yield* this.components(valid, configuration);
    yield* this.write(service);
    return { retry: valid };
  }

  private *components(service: InferenceService, configuration: Configuration): Reconciliation {
    const predicted = yield* this.predictor(service, configuration);
    if (typeof predicted === 'string') return yield* this.fail(service, predicted);
    if (predicted !== undefined) return predicted;
    if (service.spec.transformer !== undefined) {
      const context = { service, status: this.status, configuration, view: this.view };
      const parts = transformerParts(context, service.spec.transformer);
      const failure = yield* this.make(parts, 'transformer');
      if (failure !== undefined) return yield* this.fail(service, failure);
      if (isStopped(service)) this.status.conditions.set('TransformerReady', stopped);
    }
    const status = isStopped(service) ? 'True' : 'False';
    this.status.conditions.set('Stopped', { status });
    const failure = yield* this.ingress(service, configuration);
    if (failure !== undefined) {
      yield* this.write(service);
      return { retry: `fails to reconcile ingress: ${failure}` };
    }
    return yield* this.write(service);
  }

  private *ingress(
    service: InferenceService,
    configuration: Configuration,
  ): Reconciliation<string | undefined> {
    if (this.mode !== 'Knative') {
      return yield* reconcileIngress(service, this.status, configuration, this.view);
    }
    if (!isStopped(service)) {
      const types: readonly Component[] = ['predictor', 'transformer'];
      const hasBoth = service.spec.transformer !== undefined;
      this.status.acrossComponents(hasBoth ? types : ['predictor']);
    }
    propagateIngress(service, this.status, configuration);
    return undefined;
  }

  /** An outcome: nothing else is to be done now. A message: it failed. */
  private *predictor(
    service: InferenceService,
    configuration: Configuration,
  ): Reconciliation<Outcome | string> {
    const { predictor, canary = [] } = service.spec;
    const context = { service, status: this.status, configuration, view: this.view };
    const parts = predictorParts(context, predictor);
    if (typeof parts === 'string') return parts;
    const minReplicas = besideCanaries(service);
    const extension = { ...parts.extension, ...(minReplicas !== undefined && { minReplicas }) };
    const failure = yield* this.make({ ...parts, extension }, 'predictor');
    if (failure !== undefined) return failure;
    const other =
      this.mode === 'Knative' ? undefined : yield* this.canaries(service, configuration, canary);
    if (other !== undefined) return `fails to reconcile canary deployments: ${other}`;
    if (isStopped(service)) {
      const current = this.status.conditions.get('PredictorReady');
      if (current?.status === 'False' && current.reason === 'Stopped') return undefined;
      this.status.clear();
      this.status.conditions.set('PredictorReady', stopped);
      return undefined;
    }
    const isKnown = this.propagatePods(service, parts.metadata.name ?? '');
    return isKnown ? undefined : { requeueAfterMs: 1000 };
  }

  /** Makes a component's children; a message when that fails. */
  private *make(
    parts: ComponentParts,
    component: Component | 'canary',
  ): Reconciliation<string | undefined> {
    if (this.mode === 'Knative' && component !== 'canary') {
      return yield* this.makeKnative(parts, component);
    }
    const { owner, configuration } = parts;
    const served = yield* reconcileService(parts, this.view);
    if (served !== undefined) return this.failed(component, served);
    const deployment = yield* reconcileDeployment(parts, this.view);
    if (typeof deployment === 'string') return this.failed(component, deployment);
    const { ownerReferences, ...ownerless } = parts.metadata;
    // Upstream forgets to own the autoscalers of canaries.
    const metadata = component === 'canary' ? ownerless : { ...ownerless, ownerReferences };
    const scaled = yield* reconcileAutoscaler({ ...parts, metadata }, this.view);
    if (scaled !== undefined) return this.failed(component, scaled);
    if (isScaledByKeda(metadata)) this.kinds.watchScaledObjects();
    if (component === 'canary' || isStopped(owner)) return undefined;
    const url = `http://${hostOf(parts.metadata.name ?? '', owner, configuration)}`;
    this.status.component(component, deployment, url);
    return undefined;
  }

  private *makeKnative(
    parts: ComponentParts,
    component: Component,
  ): Reconciliation<string | undefined> {
    const before = this.status.componentOf(component);
    const known = yield* reconcileKnativeService(desiredService(parts, before));
    if (typeof known === 'string') return this.failed(component, known);
    if (component === 'predictor') {
      this.hasFailed = (known.conditions ?? []).some(({ status }) => status === 'False');
    }
    if (!isStopped(parts.owner)) this.status.knativeComponent(component, known);
    return undefined;
  }

  private failed(component: Component | 'canary', message: string): string {
    const told = `fails to reconcile ${component}: ${message}`;
    if (component !== 'canary') this.status.componentFailed(component, told);
    return told;
  }

  private *canaries(
    service: InferenceService,
    configuration: Configuration,
    canaries: readonly CanarySpec[],
  ): Reconciliation<string | undefined> {
    for (const canary of canaries) {
      const context = { service, status: this.status, configuration, view: this.view };
      const parts = predictorParts(context, canaryPredictor(service, canary));
      if (typeof parts === 'string') return parts;
      const extension = { minReplicas: canaryReplicas(service, canary) };
      const failure = yield* this.make({ ...parts, owner: service, extension }, 'canary');
      if (failure !== undefined) return failure;
    }
    this.canaryStatus(service, canaries);
    return yield* this.removeOrphans(service, canaries);
  }

  private canaryStatus(service: InferenceService, canaries: readonly CanarySpec[]): void {
    const { name: serviceName = '', namespace = '' } = service.metadata;
    if (canaries.length === 0) {
      this.status.withoutCanaries();
      this.status.conditions.clear('CanaryPredictorReady');
      return;
    }
    const statuses = canaries.map(({ predictor, trafficPercent }) => {
      const { name = '' } = predictor;
      const deployment = this.view.get(deployments, namespace, predictorName(serviceName, name));
      const ready = (deployment?.status?.availableReplicas ?? 0) > 0;
      return { name, ready, trafficPercent, modelStatus: { transitionStatus: '' } };
    });
    this.status.put({ canaryStatuses: statuses });
    const isReady = statuses.every(({ ready }) => ready);
    const state = isStopped(service)
      ? stopped
      : isReady
        ? ({ status: 'True', reason: 'AllCanariesReady' } as const)
        : ({ status: 'False', reason: 'CanariesNotReady' } as const);
    this.status.conditions.set('CanaryPredictorReady', state);
  }

  /** Predictors that the spec no longer has. */
  private *removeOrphans(
    service: InferenceService,
    canaries: readonly CanarySpec[],
  ): Reconciliation<string | undefined> {
    const { name: serviceName = '', namespace = '' } = service.metadata;
    const predictors = [service.spec.predictor, ...canaries.map(({ predictor }) => predictor)];
    const expected = predictors.map(({ name }) => predictorName(serviceName, name));
    const kinds: readonly Kind<HasMetadata>[] = [deployments, services];
    for (const kind of kinds) {
      for (const { metadata } of this.view.list(kind, namespace)) {
        const { name = '', labels = {}, deletionTimestamp } = metadata;
        const isOwn =
          labels[keys.service] === serviceName && labels[keys.component] === 'predictor';
        if (!isOwn || expected.includes(name) || deletionTimestamp !== undefined) continue;
        const answer = yield* call(remove(kind, namespace, name));
        if (!answer.isOk && answer.status !== 404) return answer.message;
      }
    }
    return undefined;
  }

  private propagatePods(service: InferenceService, component: string): boolean {
    if (this.mode !== 'Knative') {
      return this.status.pods(this.podsOf(service, 'app', appLabel(component)));
    }
    const { latestCreatedRevision = '', latestReadyRevision = '' } =
      this.status.componentOf('predictor');
    return this.status.pods(this.podsOf(service, knativeKeys.revision, latestCreatedRevision), {
      hasFailed: this.hasFailed,
      isLatestReady: latestCreatedRevision === latestReadyRevision,
    });
  }

  /** The pods that are labelled so, the newest first. */
  private podsOf({ metadata }: InferenceService, key: string, value: string): readonly Pod[] {
    const time = (pod: Pod): string => pod.metadata.creationTimestamp ?? '';
    return this.view
      .list(pods, metadata.namespace ?? '')
      .filter(pod => pod.metadata.labels?.[key] === value)
      .sort((a, b) => (time(a) > time(b) ? -1 : time(a) < time(b) ? 1 : 0));
  }

  private *refuseMode(service: InferenceService): Reconciliation {
    this.record({
      type: 'Warning',
      reason: 'ServerlessModeRejected',
      message:
        'It is not possible to use Knative deployment mode when Knative Services are not available',
    });
    yield* this.write(service);
    return undefined;
  }

  private *fail(service: InferenceService, message: string): Reconciliation {
    this.record({ type: 'Warning', reason: 'InternalError', message });
    yield* this.write(service);
    return { retry: `fails to reconcile component: ${message}` };
  }

  private *finalized(): Reconciliation<InferenceService | string> {
    const { service } = this;
    if (hasFinalizer(service, finalizer)) return service;
    const finalizers = [...(service.metadata.finalizers ?? []), finalizer];
    return yield* this.setFinalizers(finalizers);
  }

  private *finalize(): Reconciliation {
    const { finalizers = [] } = this.service.metadata;
    if (!finalizers.includes(finalizer)) return undefined;
    const answer = yield* this.setFinalizers(finalizers.filter(one => one !== finalizer));
    return typeof answer === 'string' ? { retry: answer } : undefined;
  }

  private *setFinalizers(finalizers: readonly string[]): Reconciliation<InferenceService | string> {
    const { namespace = '', name = '' } = this.service.metadata;
    const body = { metadata: { finalizers } };
    const request = patch(inferenceServices, { namespace, name }, { type: 'merge' }, body);
    const answer = yield* call(request);
    return answer.isOk || answer.status === 404
      ? answer.isOk
        ? answer.object
        : this.service
      : answer.message;
  }

  private *write(service: InferenceService): Reconciliation {
    this.status.put({ deploymentMode: this.mode });
    const status = this.status.status();
    const before = this.service.status ?? {};
    if (deepEqual(comparable(status), comparable(before))) return undefined;
    const answer = yield* call(update(inferenceServices, { ...service, status }, 'status'));
    const { name = '' } = service.metadata;
    if (!answer.isOk) {
      if (answer.status === 404) return undefined;
      const told = `Failed to update status for InferenceService "${name}": ${answer.message}`;
      this.record({ type: 'Warning', reason: 'UpdateFailed', message: told });
      const message = `fails to update InferenceService status: ${answer.message}`;
      this.record({ type: 'Warning', reason: 'InternalError', message });
      return { retry: answer.message };
    }
    this.tellReadiness(name);
    return undefined;
  }

  private tellReadiness(name: string): void {
    const { conditions = [] } = this.service.status ?? {};
    const before = conditions.find(({ type }) => type === 'Ready')?.status;
    const now = this.status.conditions.get('Ready')?.status;
    if (before !== 'True' && now === 'True') {
      const message = `InferenceService [${name}] is Ready`;
      this.record({ type: 'Normal', reason: 'InferenceServiceReady', message });
    } else if (before === 'True' && now === 'False') {
      const failing = this.status.conditions.all.filter(({ status }) => status === 'False');
      const types = failing.map(({ type }) => type).join(', ');
      const message = `InferenceService [${name}] is no longer Ready because of: ${types}`;
      this.record({ type: 'Warning', reason: 'InferenceServiceNotReady', message });
    }
  }
}

/** The times of conditions do not make statuses differ. */
function comparable({ conditions = [], ...rest }: NonNullable<InferenceService['status']>) {
  const timeless = conditions.map(({ lastTransitionTime: _, ...condition }) => condition);
  return { ...rest, conditions: timeless };
}

function isFrozen({ metadata, status }: InferenceService): boolean {
  const isReady = status?.conditions?.some(
    ({ type, status: value }) => type === 'Ready' && value === 'True',
  );
  return metadata.annotations?.[keys.disableAutoUpdate] === 'true' && isReady === true;
}

/** The stable predictor keeps what the canaries leave of its replicas, and at least one. */
function besideCanaries(service: InferenceService): number | undefined {
  const { predictor, canary = [] } = service.spec;
  if (predictor.minReplicas === undefined || canary.length === 0) return undefined;
  const taken = canary.reduce((sum, one) => sum + canaryReplicas(service, one), 0);
  return Math.max(1, predictor.minReplicas - taken);
}

function canaryReplicas({ spec }: InferenceService, canary: CanarySpec): number {
  const { minReplicas } = canary.predictor;
  const stable = spec.predictor.minReplicas ?? 1;
  return minReplicas ?? Math.ceil((stable * canary.trafficPercent) / 100);
}

/** The stable predictor with what the canary says otherwise. */
function canaryPredictor(service: InferenceService, canary: CanarySpec) {
  const {
    maxReplicas: _max,
    scaleTarget: _target,
    scaleMetric: _metric,
    autoScaling: _scaling,
    ...stable
  } = service.spec.predictor;
  const { model } = canary.predictor;
  return {
    ...stable,
    ...canary.predictor,
    ...(model !== undefined && { model: { ...stable.model, ...model } }),
    minReplicas: canaryReplicas(service, canary),
  };
}
