/** Looks at the triggers of a ScaledObject, and scales to zero and from zero. @upstream kedacore/keda v2.20.2 pkg/scaling/{scale_handler,executor/scale_scaledobjects}.go */
import { horizontalPodAutoscalers } from '../../api/kinds/autoscaling.js';
import { rfc3339, timeMs } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { isForced, isScaleInPaused, isScaleOutPaused, isToPause } from './annotations.js';
import { condition, statusOf } from './conditions.js';
import { FallbackJudge } from './fallback.js';
import { scalableKey, type OperatorState } from './operator-state.js';
import { currentReplicas, scaleTarget } from './scale-targets.js';
import type { BuiltScaler } from './scaler-caches.js';
import type { MetricRecord } from './scalers/metric-record.js';
import { isResourceTrigger } from './scaled-object-rules.js';
import { ScaleResult } from './scale-result.js';
import { scaledObjects, type ScaledObject } from './types.js';

const readyMessage = 'ScaledObject is defined correctly and is ready for scaling';
const inactiveMessage = 'Scaling is not performed because triggers are not active';
const defaultCooldownSeconds = 300;

/** What the triggers say. */
interface Activity {
  readonly isActive: boolean;
  readonly isError: boolean;
  readonly isFallback: boolean;
  /** The metrics of those that are active. */
  readonly active: readonly string[];
}

/** One look. */
export class ScaleCheck {
  private readonly result = new ScaleResult();

  constructor(
    private readonly state: OperatorState,
    private readonly object: ScaledObject,
  ) {}

  *run(): Reconciliation<void> {
    const { caches } = this.state;
    const built = yield* caches.of({ kind: 'ScaledObject', object: this.object });
    if ('error' in built) return;
    const activity = yield* this.activity(built);
    if (activity.isError) caches.clear(scalableKey('ScaledObject', this.object));
    this.tellFallback(activity.isFallback);
    yield* this.scale(activity);
    yield* this.result.write(scaledObjects, this.object, this.state.context.view);
  }

  private *activity(built: readonly BuiltScaler[]): Reconciliation<Activity> {
    const { view } = this.state.context;
    const judge = new FallbackJudge(this.object, view);
    const records = new Map<string, MetricRecord>();
    const active: string[] = [];
    let isActive = false;
    let isError = false;
    let isFallback = false;
    for (const one of built) {
      const metric = one.scaler.spec.external?.metric.name;
      if (metric === undefined) continue;
      const reading = yield* this.state.caches.read(one);
      const judged = yield* judge.judge(one.scaler.spec, reading);
      if (one.trigger.useCachedMetrics === true) records.set(metric, { reading });
      if ('error' in judged) {
        isError = true;
        this.tell('Warning', 'KEDAScalerFailed', judged.error);
        continue;
      }
      isFallback ||= judged.isFallback;
      if (!judged.isFallback && !('isActive' in reading && reading.isActive)) continue;
      isActive = true;
      active.push(metric);
    }
    if (records.size > 0) this.state.records.set(scalableKey('ScaledObject', this.object), records);
    const isOfResources = this.object.spec.triggers.every(isResourceTrigger);
    return { isActive: isActive || (isOfResources && !isError), isError, isFallback, active };
  }

  private tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.state.record(this.object, { type, reason, message });
  }

  private tellFallback(isFallback: boolean): void {
    const was = statusOf(this.object.status?.conditions, 'Fallback') === 'True';
    if (isFallback === was) return;
    const how = isFallback ? 'active' : 'no longer active';
    const reason = `ScaledObjectFallback${isFallback ? 'Activated' : 'Deactivated'}`;
    this.tell('Normal', reason, `ScaledObject fallback is ${how}`);
  }

  private *scale(activity: Activity): Reconciliation<void> {
    const { object, result } = this;
    const { view } = this.state.context;
    result.set(condition('Ready', 'True', 'ScaledObjectReady', readyMessage));
    result.tellActivity(object.status, activity.active);
    const current = yield* currentReplicas(object, view);
    if (typeof current !== 'number') {
      const message = `Error getting current replicas count for ScaleTarget: ${current.error}`;
      result.set(condition('Ready', 'False', 'ErrorGettingCurrentReplicas', message));
      return;
    }
    if (isToPause(object)) {
      result.set(condition('Paused', 'True', 'ScaledObjectPaused', 'ScaledObject is paused'));
      return;
    }
    if (activity.isActive || isForced(object)) yield* this.whenActive(activity, current);
    else yield* this.whenInactive(activity, current);
    this.mirrorAutoscaler();
  }

  private *whenActive({ isError, active }: Activity, current: number): Reconciliation<void> {
    const { object, result } = this;
    const { idleReplicaCount, minReplicaCount = 0 } = object.spec;
    const why = isForced(object)
      ? 'activation is being forced by annotation'
      : 'triggers are active';
    const message = `Scaling is performed because ${why}`;
    result.set(condition('Active', 'True', 'ScalerActive', message));
    if (current === 0 || (idleReplicaCount !== undefined && current < minReplicaCount)) {
      yield* this.activate(active);
    } else if (isError) {
      const partly = 'Some triggers defined in ScaledObject are not working correctly';
      result.set(condition('Ready', 'Unknown', 'PartialTriggerError', partly));
    } else result.lastActiveTime = this.now();
  }

  private *whenInactive({ isError }: Activity, current: number): Reconciliation<void> {
    const { object, result } = this;
    const { fallback, idleReplicaCount: idle, minReplicaCount = 0 } = object.spec;
    result.set(condition('Active', 'False', 'ScalerNotActive', inactiveMessage));
    // What will fall back must not be scaled to zero, where its autoscaler does nothing.
    if (isError && fallback !== undefined && fallback.replicas !== 0) return;
    if (isError && fallback === undefined) {
      const message = 'Triggers defined in ScaledObject are not working correctly';
      result.set(condition('Ready', 'False', 'TriggerError', message));
      return;
    }
    const isAboveIdle = idle !== undefined && current > idle;
    if (isAboveIdle || (current > 0 && minReplicaCount === 0)) yield* this.deactivate();
    else if (idle === undefined && current < minReplicaCount) {
      yield* scaleTarget(object, minReplicaCount);
    }
  }

  private *activate(active: readonly string[]): Reconciliation<void> {
    const { object } = this;
    if (isScaleOutPaused(object)) return;
    const { minReplicaCount = 0 } = object.spec;
    const replicas = minReplicaCount > 0 ? minReplicaCount : 1;
    const { from, isDone } = yield* scaleTarget(object, replicas);
    const what = `${this.target()} from ${from} to ${replicas}`;
    if (!isDone) {
      this.tell('Warning', 'KEDAScaleTargetActivationFailed', `Failed to scale ${what}`);
      return;
    }
    const why = isForced(object)
      ? 'caused by forced activation annotation'
      : `triggered by ${active.join(';')}`;
    this.tell('Normal', 'KEDAScaleTargetActivated', `Scaled ${what}, ${why}`);
    this.result.lastActiveTime = this.now();
  }

  private *deactivate(): Reconciliation<void> {
    const { object, result } = this;
    if (isScaleInPaused(object)) return;
    if (!this.hasCooledDown()) {
      const message = 'Scaler cooling down because triggers are not active';
      result.set(condition('Active', 'False', 'ScalerCooldown', message));
      return;
    }
    const { idleReplicaCount, minReplicaCount = 0 } = object.spec;
    const replicas = idleReplicaCount ?? minReplicaCount;
    const { from, isDone } = yield* scaleTarget(object, replicas);
    const what = `${this.target()} from ${from} to ${replicas}`;
    if (isDone) this.tell('Normal', 'KEDAScaleTargetDeactivated', `Deactivated ${what}`);
    else this.tell('Warning', 'KEDAScaleTargetDeactivationFailed', `Failed to deactivate ${what}`);
  }

  private hasCooledDown(): boolean {
    const { metadata, spec, status } = this.object;
    const nowMs = this.state.context.clock.now();
    const lastMs = timeMs(status?.lastActiveTime);
    if (lastMs === undefined) {
      const createdMs = timeMs(metadata.creationTimestamp) ?? 0;
      return createdMs + (spec.initialCooldownPeriod ?? 0) * 1000 < nowMs;
    }
    return lastMs + (spec.cooldownPeriod ?? defaultCooldownSeconds) * 1000 < nowMs;
  }

  private target(): string {
    const { metadata, spec, status } = this.object;
    return `${status?.scaleTargetKind ?? ''} ${metadata.namespace ?? ''}/${spec.scaleTargetRef.name}`;
  }

  private now(): string {
    return rfc3339(this.state.context.clock.now());
  }

  /** How its autoscaler does, as that tells it. */
  private mirrorAutoscaler(): void {
    const { metadata, status } = this.object;
    const { view } = this.state.context;
    const { namespace = '' } = metadata;
    const hpa = view.get(horizontalPodAutoscalers, namespace, status?.hpaName ?? '');
    const told = hpa?.status?.conditions?.find(({ type }) => type === 'ScalingActive');
    if (told === undefined) return;
    const { reason = '', message = '' } = told;
    if (told.status === 'True') {
      this.result.set(condition('HPAActive', 'True', 'HPAActive', 'HPA is actively scaling'));
    } else if (reason === 'ScalingDisabled') {
      this.result.set(condition('HPAActive', 'True', 'ScalingDisabled', message));
    } else {
      const why = `HPA is not actively scaling: ${message}`;
      const named = reason === '' ? 'HPAMetricsUnavailable' : reason;
      this.result.set(condition('HPAActive', 'False', named, why));
    }
  }
}
