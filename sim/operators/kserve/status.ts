/** The status of an InferenceService while it is worked out. @upstream kserve v0.20.0 inference_service_status.go */
import type { Deployment, DeploymentCondition } from '../../api/kinds/apps.js';
import type { ContainerStatus, Pod } from '../../api/kinds/core.js';
import { isConditionTrue } from '../../api/meta.js';
import type { KnativeService } from '../knative/types.js';
import { ConditionSet, type ConditionState } from '../knative/condition-set.js';
import { modelContainer } from './keys.js';
import { componentStatusOf, stateOf } from './knative/component-status.js';
import type { ComponentStatus, FailureInfo, InferenceServiceStatus, ModelStatus } from './types.js';

type Component = 'predictor' | 'transformer';

/** The conditions on which Ready depends. */
const dependents = ['PredictorReady', 'IngressReady'];

/** A status that is being changed; `status()` gives the new one. */
export class ServiceStatus {
  conditions: ConditionSet;
  private rest: InferenceServiceStatus;

  constructor(
    before: InferenceServiceStatus,
    private readonly nowMs: number,
  ) {
    const { conditions = [], ...rest } = before;
    this.rest = rest;
    this.conditions = new ConditionSet(conditions, dependents, nowMs);
  }

  /** Sets some fields. */
  put(fields: InferenceServiceStatus): void {
    this.rest = { ...this.rest, ...fields };
  }

  /** Forgets all but the deployment mode. */
  clear(): void {
    const { deploymentMode } = this.rest;
    this.rest = deploymentMode === undefined ? {} : { deploymentMode };
    this.conditions = new ConditionSet([], dependents, this.nowMs);
  }

  status(): InferenceServiceStatus {
    const modelStatus = this.rest.modelStatus ?? { transitionStatus: '' };
    return { ...this.rest, modelStatus, conditions: this.conditions.all };
  }

  withoutCanaries(): void {
    const { canaryStatuses: _, ...rest } = this.rest;
    this.rest = rest;
  }

  /** Which runtime serves the model. */
  runtime(name: string, isCluster: boolean): void {
    const { servingRuntimeName: _a, clusterServingRuntimeName: _b, ...rest } = this.rest;
    this.rest = {
      ...rest,
      ...(isCluster ? { clusterServingRuntimeName: name } : { servingRuntimeName: name }),
    };
  }

  /** A component is as ready as its deployment. */
  component(type: Component, deployment: Deployment, url: string): void {
    const ready = readiness(deployment);
    const { components = {} } = this.rest;
    const known = components[type] ?? {};
    this.put({
      components: { ...components, [type]: ready.status === 'True' ? { ...known, url } : known },
    });
    this.conditions.set(readyCondition(type), ready);
    this.observed(deployment.status?.observedGeneration);
  }

  componentOf(type: Component): ComponentStatus {
    return this.rest.components?.[type] ?? {};
  }

  /** A component is as ready as its Service of Knative. */
  knativeComponent(type: Component, known: NonNullable<KnativeService['status']>): void {
    const { components = {} } = this.rest;
    this.put({
      components: { ...components, [type]: componentStatusOf(this.componentOf(type), known) },
    });
    const title = titleOf(type);
    this.pass(readyCondition(type), stateOf(known, 'Ready'));
    this.pass(`${title}RouteReady`, stateOf(known, 'RoutesReady'));
    this.pass(`${title}ConfigurationReady`, stateOf(known, 'ConfigurationsReady'));
    this.observed(known.observedGeneration);
  }

  /** What holds of all components holds of the service; the last that is not ready is named. */
  acrossComponents(types: readonly Component[]): void {
    for (const [whole, part] of acrossParts) {
      const parts = types.map(type => `${titleOf(type)}${part}`);
      const last = parts.findLast(condition => !this.conditions.is(condition, 'True'));
      const known = last === undefined ? undefined : this.conditions.get(last)?.status;
      const state: ConditionState =
        last === undefined
          ? { status: 'True' }
          : { status: known === 'False' ? 'False' : 'Unknown', reason: `${last} not ready` };
      this.conditions.set(whole, state);
    }
  }

  private pass(condition: string, state: ConditionState | undefined): void {
    if (state !== undefined) this.conditions.set(condition, state);
  }

  private observed(observedGeneration = 0): void {
    const { observedGeneration: _, ...rest } = this.rest;
    this.rest = observedGeneration > 0 ? { ...this.rest, observedGeneration } : rest;
  }

  /** A component could not be made. */
  componentFailed(type: Component, message: string): void {
    const { components = {} } = this.rest;
    this.put({ components: { ...components, [type]: components[type] ?? {} } });
    const state = { status: 'False', reason: 'ReconcileFailed', message } as const;
    this.conditions.set(readyCondition(type), state);
  }

  /** The spec asks for what there is not. */
  invalidSpec(info: FailureInfo): void {
    this.model({ transitionStatus: 'InvalidSpec', target: 'FailedToLoad', info });
  }

  /** How far the model is, by its pods, the newest first. False: look again in a second. */
  pods(pods: readonly Pod[], { hasFailed, isLatestReady }: Rollout = inStandardMode): boolean {
    const ready = pods.filter(
      ({ status }) =>
        status?.phase === 'Running' && isConditionTrue(status.conditions ?? [], 'Ready'),
    );
    const before = this.rest.modelStatus ?? { transitionStatus: '' };
    const { failedCopies = 0 } = before.copies ?? {};
    const copies = { failedCopies, ...(ready.length > 0 && { totalCopies: ready.length }) };
    this.put({ modelStatus: { ...before, copies } });
    const [newest] = pods;
    if (newest === undefined) {
      return this.model(hasFailed ? modelStates.failed : modelStates.pending);
    }
    const fetched = this.initializer(newest.status?.initContainerStatuses ?? []);
    if (fetched !== undefined) return fetched;
    if (this.conditions.is('Ready', 'True') && isLatestReady) return this.model(modelStates.loaded);
    const server = (newest.status?.containerStatuses ?? []).find(
      ({ name }) => name === modelContainer,
    );
    if (server !== undefined) {
      this.model(failureOf(server) ?? modelStates.pending);
    }
    return true;
  }

  private initializer(statuses: readonly ContainerStatus[]): boolean | undefined {
    const fetching = statuses.find(({ name }) => name === 'storage-initializer');
    if (fetching === undefined) return undefined;
    if (fetching.state?.running !== undefined) {
      return fetching.lastState?.terminated === undefined && this.model(modelStates.loading);
    }
    const failure = failureOf(fetching);
    return failure === undefined ? undefined : this.model(failure);
  }

  private model({ transitionStatus, target, info }: ModelChange): boolean {
    const before = this.rest.modelStatus ?? { transitionStatus: '' };
    const active = target === 'Loaded' ? target : (before.states?.activeModelState ?? '');
    const modelStatus: ModelStatus = {
      ...before,
      transitionStatus,
      states: { activeModelState: active, targetModelState: target },
      ...(info !== undefined && { lastFailureInfo: info }),
    };
    this.put({ modelStatus });
    return true;
  }
}

interface ModelChange {
  readonly transitionStatus: string;
  readonly target: string;
  readonly info?: FailureInfo;
}

const modelStates = {
  pending: { transitionStatus: 'InProgress', target: 'Pending' },
  loading: { transitionStatus: 'InProgress', target: 'Loading' },
  loaded: { transitionStatus: 'UpToDate', target: 'Loaded' },
  failed: { transitionStatus: 'BlockedByFailedLoad', target: 'FailedToLoad' },
} as const;

/** How the rollout of revisions is. */
interface Rollout {
  /** Something of it failed, which may be why there are no pods. */
  readonly hasFailed: boolean;
  readonly isLatestReady: boolean;
}

/** Without revisions. */
const inStandardMode: Rollout = { hasFailed: false, isLatestReady: true };

/** Conditions of the service, and the ends of the names of those of its components. */
const acrossParts = [
  ['RoutesReady', 'RouteReady'],
  ['LatestDeploymentReady', 'ConfigurationReady'],
] as const;

/** PredictorReady, TransformerReady. */
export function readyCondition(component: string): string {
  return `${titleOf(component)}Ready`;
}

function titleOf(component: string): string {
  return `${component.charAt(0).toUpperCase()}${component.slice(1)}`;
}

function failureOf({ state, lastState }: ContainerStatus): ModelChange | undefined {
  const isLooping = state?.waiting?.reason === 'CrashLoopBackOff';
  const isError = state?.terminated?.reason === 'Error';
  if (!isLooping && !isError) return undefined;
  const { message, exitCode } = (isError ? state.terminated : lastState?.terminated) ?? {};
  const info = {
    reason: 'ModelLoadFailed',
    ...(message && { message }),
    ...(exitCode !== undefined && { exitCode }),
  };
  return { transitionStatus: 'BlockedByFailedLoad', target: 'FailedToLoad', info };
}

/** Readiness by a deployment's conditions: what is worst counts. */
function readiness({ status }: Deployment): ConditionState {
  const of = (type: string): DeploymentCondition | undefined =>
    status?.conditions?.find(condition => condition.type === type);
  const [available, progressing, failing] = [
    of('Available'),
    of('Progressing'),
    of('ReplicaFailure'),
  ];
  if (failing?.status === 'True') return told('False', failing);
  if (available?.status === 'False') return told('False', available);
  if (progressing?.status === 'False' && (progressing.message ?? '') !== '') {
    return told('False', progressing);
  }
  if (progressing?.status === 'True') {
    if (progressing.reason === 'NewReplicaSetAvailable') return told('True', progressing);
    if (available?.status !== 'True') return told('Unknown', progressing);
  }
  return available?.status === 'True' ? told('True', available) : { status: 'False' };
}

function told(
  status: ConditionState['status'],
  { reason, message }: DeploymentCondition,
): ConditionState {
  return { status, ...(reason && { reason }), ...(message && { message }) };
}
