/** One pass over a ScaledObject. @upstream kedacore/keda v2.20.2 controllers/keda/scaledobject_{controller,finalizer}.go */
import { horizontalPodAutoscalers } from '../../api/kinds/autoscaling.js';
import { hasFinalizer, isDeleting } from '../../api/meta.js';
import type { Outcome, Reconciliation } from '../../client/contract.js';
import { call, remove, update } from '../../client/requests.js';
import {
  hasPause,
  isScaleInPaused,
  isScaleOutPaused,
  isToPause,
  keys,
  pausedReplicas,
} from './annotations.js';
import { tellAuthentications } from './authentication-users.js';
import { AutoscalerKeeper } from './autoscaler-keeper.js';
import { areInitialized, condition, initialConditions, statusOf, withOne } from './conditions.js';
import { noFallback } from './fallback.js';
import { patchStatus } from './merge-patch.js';
import { scalableKey, type OperatorState } from './operator-state.js';
import { readTarget, scaleOf, writeScale, type Scale } from './scale-targets.js';
import { hpaNameOf, replicasProblem, triggersProblem, typesOf } from './scaled-object-rules.js';
import { printedTarget, targetKindOf } from './target-kind.js';
import {
  scaledObjects,
  type Condition,
  type ScaledObject,
  type ScaledObjectStatus,
  type TargetKind,
} from './types.js';

/** How often it is polled unless it says otherwise. */
export const defaultPollingSeconds = 30;

const readyMessage = 'ScaledObject is defined correctly and is ready for scaling';
const pausedMessage = 'ScaledObject is paused';
const noTarget = "ScaledObject doesn't have correct scaleTargetRef specification";

/** An error: what failed, and why. */
interface Problem {
  readonly what: string;
  readonly error: string;
}

type Step<T> = Reconciliation<T | Problem>;

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'what' in value;
}

/** The pass. */
export class ScaledObjectPass {
  private conditions: readonly Condition[] = [];

  constructor(
    private readonly state: OperatorState,
    private object: ScaledObject,
  ) {}

  *run(): Reconciliation<Outcome> {
    if (isDeleting(this.object)) return yield* this.finalize();
    if (!hasFinalizer(this.object, keys.finalizer)) {
      const finalizers = [...(this.object.metadata.finalizers ?? []), keys.finalizer];
      const error = yield* this.write({ finalizers });
      if (error !== undefined) return { retry: error };
    }
    if (!areInitialized(this.object.status?.conditions)) {
      const error = yield* this.patch({ conditions: initialConditions() });
      if (error !== undefined) return this.failed(error);
    }
    this.conditions = this.object.status?.conditions ?? [];
    const problem = yield* this.reconcile();
    this.tell(problem);
    if (this.object.spec.fallback === undefined) this.set(noFallback);
    const error = yield* this.patch({ conditions: this.conditions });
    if (error !== undefined) return this.failed(error);
    yield* tellAuthentications(this.object, 'scaledobjects', this.state.context.view, true);
    return isProblem(problem) ? { retry: problem.error } : undefined;
  }

  private failed(message: string): Outcome {
    const reason = 'ScaledObjectUpdateFailed';
    this.state.emit(this.object, { type: 'Warning', reason, message });
    return { retry: message };
  }

  private tell(problem: Problem | string): void {
    if (isProblem(problem)) {
      const message = `${problem.what}: ${problem.error}`;
      const reason = 'ScaledObjectCheckFailed';
      this.set(condition('Ready', 'False', reason, message));
      this.set(condition('Active', 'Unknown', 'UnknownState', 'ScaledObject check failed'));
      this.state.emit(this.object, { type: 'Warning', reason, message });
      return;
    }
    if (statusOf(this.conditions, 'Ready') !== 'True') {
      const message = 'ScaledObject is ready for scaling';
      this.state.emit(this.object, { type: 'Normal', reason: 'ScaledObjectReady', message });
    }
    this.set(condition('Ready', 'True', 'ScaledObjectReady', problem));
  }

  private set(one: Condition): void {
    this.conditions = withOne(this.conditions, one);
  }

  private *reconcile(): Step<string> {
    const wasPaused = statusOf(this.conditions, 'Paused') === 'True';
    if (isToPause(this.object)) return yield* this.pause(wasPaused);
    const halfPaused = yield* this.pauseHalf(wasPaused);
    if (isProblem(halfPaused)) return halfPaused;
    const { metadata, spec } = this.object;
    if (metadata.labels?.[keys.owner] !== metadata.name) {
      const labels = { ...metadata.labels, [keys.owner]: metadata.name ?? '' };
      const error = yield* this.write({ labels });
      const what = 'failed to update ScaledObject with scaledObjectName label';
      if (error !== undefined) return { what, error };
    }
    const kind = yield* this.checkTarget();
    if (isProblem(kind)) return kind;
    const bounds = replicasProblem(this.object);
    if (bounds !== undefined) {
      const what = "ScaledObject doesn't have correct Idle/Min/Max Replica Counts specification";
      return { what, error: bounds };
    }
    const triggers = triggersProblem(spec.triggers);
    if (triggers !== undefined) {
      return { what: "ScaledObject doesn't have correct triggers specification", error: triggers };
    }
    const typed = yield* this.patch(typesOf(spec.triggers));
    if (typed !== undefined) {
      const what =
        "Cannot update ScaledObject status with triggers'types and authentications'types";
      return { what, error: typed };
    }
    return yield* this.ensure(kind);
  }

  /** The autoscaler, and the loop. */
  private *ensure(kind: TargetKind): Step<string> {
    const keeper = new AutoscalerKeeper(this.state, this.object, kind);
    const kept = yield* keeper.run();
    this.object = keeper.object;
    if ('error' in kept) {
      const what = 'failed to ensure HPA is correctly created for ScaledObject';
      return { what, error: kept.error };
    }
    const key = scalableKey('ScaledObject', this.object);
    const { generation = 0 } = this.object.metadata;
    if (kept.isNew || this.state.generations.get(key) !== generation) {
      const { pollingInterval = defaultPollingSeconds } = this.object.spec;
      this.state.startLoop('ScaledObject', this.object, pollingInterval);
      this.state.generations.set(key, generation);
    }
    return readyMessage;
  }

  private *pauseHalf(wasPaused: boolean): Step<undefined> {
    const { object } = this;
    if (isScaleInPaused(object) || isScaleOutPaused(object)) {
      this.set(condition('Paused', 'True', 'ScaledObjectPaused', pausedMessage));
      if (!wasPaused) this.tellPaused();
      return undefined;
    }
    if (!wasPaused) return undefined;
    const message = 'pause annotation removed for ScaledObject';
    const reason = 'ScaledObjectUnpaused';
    this.set(condition('Paused', 'False', reason, message));
    this.state.emit(object, { type: 'Normal', reason, message });
    if (object.status?.pausedReplicaCount === undefined) return undefined;
    const error = yield* this.patch({}, ['pausedReplicaCount']);
    if (error === undefined) return undefined;
    return { what: 'failed to clear paused replica count status', error };
  }

  private tellPaused(): void {
    const reason = 'ScaledObjectPaused';
    this.state.emit(this.object, { type: 'Normal', reason, message: pausedMessage });
  }

  private *pause(wasPaused: boolean): Step<string> {
    const paused = condition('Paused', 'True', 'ScaledObjectPaused', pausedMessage);
    if (!wasPaused) {
      this.set(paused);
      const error = yield* this.patch({ conditions: this.conditions });
      if (error !== undefined) return { what: 'failed to update paused status', error };
      this.tellPaused();
    }
    this.state.stopLoop('ScaledObject', this.object);
    const gone = yield* this.removeAutoscaler();
    if (gone !== undefined) {
      return { what: 'failed to delete HPA for paused ScaledObject', error: gone };
    }
    const count = pausedReplicas(this.object);
    const scaled = yield* this.scaleToPaused(count);
    if (scaled !== undefined) {
      return { what: 'failed to scale target to paused replica count', error: scaled };
    }
    if (typeof count === 'number') yield* this.patch({ pausedReplicaCount: count });
    else yield* this.patch({}, ['pausedReplicaCount']);
    this.set(paused);
    return pausedMessage;
  }

  private *removeAutoscaler(): Reconciliation<string | undefined> {
    const { namespace = '' } = this.object.metadata;
    const own = this.object.status?.hpaName ?? '';
    const name = own === '' ? hpaNameOf(this.object) : own;
    if (this.state.context.view.get(horizontalPodAutoscalers, namespace, name) === undefined) {
      return undefined;
    }
    const answer = yield* call(remove(horizontalPodAutoscalers, namespace, name));
    return answer.isOk ? undefined : answer.message;
  }

  private *scaleToPaused(
    count: ReturnType<typeof pausedReplicas>,
  ): Reconciliation<string | undefined> {
    if (count === undefined) return undefined;
    if (typeof count !== 'number') return `failed to parse paused replica count: ${count.error}`;
    const kind = yield* targetKindOf(this.object.spec.scaleTargetRef);
    if ('error' in kind) return `failed to parse Group, Version, Kind, Resource: ${kind.error}`;
    const scale = yield* scaleOf(this.object, kind);
    if (!scale.isOk) return `failed to get scale for target resource: ${scale.message}`;
    if (scale.object.spec?.replicas === count) return undefined;
    const written = yield* writeScale(this.object, kind, scale.object, count);
    if (written.isOk) return undefined;
    return `failed to scale target to paused replica count: ${written.message}`;
  }

  /** Whether what is to be scaled is there, and can be. */
  private *checkTarget(): Step<TargetKind> {
    const kind = yield* targetKindOf(this.object.spec.scaleTargetRef);
    if ('error' in kind) {
      this.failed(kind.error);
      return { what: noTarget, error: kind.error };
    }
    const status = this.object.status ?? {};
    const { scaleTargetKind, scaleTargetGVKR: known, originalReplicaCount } = status;
    const isUnpaused = status.pausedReplicaCount !== undefined && !hasPause(this.object);
    const printed = printedTarget(kind);
    const isSame = known !== undefined && printedTarget(known) === printed;
    if (scaleTargetKind === printed && isSame && originalReplicaCount !== undefined) {
      if (!isUnpaused) return kind;
    }
    const scale = yield* this.scaleOf(kind);
    if (isProblem(scale)) return scale;
    const error = yield* this.patch(
      {
        scaleTargetKind: printed,
        scaleTargetGVKR: kind,
        originalReplicaCount: originalReplicaCount ?? scale.spec?.replicas ?? 0,
      },
      isUnpaused ? ['pausedReplicaCount'] : [],
    );
    return error === undefined ? kind : { what: noTarget, error };
  }

  private *scaleOf(kind: TargetKind): Step<Scale> {
    const scale = yield* scaleOf(this.object, kind);
    if (scale.isOk) return scale.object;
    const found = yield* readTarget(this.object, kind);
    const message = found.isOk
      ? "Target resource doesn't expose /scale subresource"
      : "Target resource doesn't exist";
    const reason = 'ScaledObjectCheckFailed';
    this.state.emit(this.object, { type: 'Warning', reason, message });
    return { what: noTarget, error: found.isOk ? scale.message : found.message };
  }

  private *finalize(): Reconciliation<Outcome> {
    if (hasFinalizer(this.object, keys.finalizer)) {
      this.state.stopLoop('ScaledObject', this.object);
      yield* this.restore();
      const finalizers = (this.object.metadata.finalizers ?? []).filter(
        one => one !== keys.finalizer,
      );
      const error = yield* this.write({ finalizers });
      if (error !== undefined) return { retry: error };
      yield* tellAuthentications(this.object, 'scaledobjects', this.state.context.view, false);
    }
    const message = 'ScaledObject was deleted';
    this.state.emit(this.object, { type: 'Warning', reason: 'ScaledObjectDeleted', message });
    return undefined;
  }

  /** As many replicas as before, if that is wanted; what fails is only logged. */
  private *restore(): Reconciliation<void> {
    const { spec, status = {} } = this.object;
    if (spec.advanced?.restoreToOriginalReplicaCount !== true) return;
    const { scaleTargetGVKR: kind, originalReplicaCount } = status;
    if (kind === undefined || originalReplicaCount === undefined) return;
    const scale = yield* scaleOf(this.object, kind);
    if (scale.isOk) yield* writeScale(this.object, kind, scale.object, originalReplicaCount);
  }

  /** Writes metadata; the error, if there is one. */
  private *write(metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  }): Reconciliation<string | undefined> {
    const next = { ...this.object, metadata: { ...this.object.metadata, ...metadata } };
    const answer = yield* call(update(scaledObjects, next));
    if (!answer.isOk) return answer.message;
    this.object = answer.object;
    return undefined;
  }

  /** Writes the status; the error, if there is one. */
  private *patch(
    changes: Partial<ScaledObjectStatus>,
    without: readonly (keyof ScaledObjectStatus)[] = [],
  ): Reconciliation<string | undefined> {
    const next: Record<string, unknown> = { ...this.object.status, ...changes };
    for (const field of without) delete next[field];
    const answer = yield* patchStatus(scaledObjects, this.object, next);
    if (!answer.isOk) return answer.message;
    this.object = answer.object;
    return undefined;
  }
}
