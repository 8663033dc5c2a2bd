/** What triggers that fail are taken to measure. @upstream kedacore/keda v2.20.2 pkg/fallback/fallback.go */
import { pods } from '../../api/kinds/core.js';
import type { MetricSpec } from '../../api/kinds/autoscaling.js';
import { isConditionTrue } from '../../api/meta.js';
import { milliQuantity, quantity } from '../../api/quantity.js';
import { parseSelector } from '../../api/selectors.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { condition, withOne } from './conditions.js';
import { patchStatus } from './merge-patch.js';
import { currentReplicas, scaleOf } from './scale-targets.js';
import { metricQuantity, type Reading } from './scalers/scaler.js';
import { scaledObjects, type Fallback, type Health, type ScaledObject } from './types.js';

/** What becomes of a measure: the metric's value, or that it has failed. */
export type Judged =
  { readonly value: string; readonly isFallback: boolean } | { readonly error: string };

/** The condition while nothing falls back. */
export const noFallback = condition(
  'Fallback',
  'False',
  'NoFallbackFound',
  'No fallbacks are active on this scaled object',
);

/** The triggers of one ScaledObject, as its status tells how they do. */
export class FallbackJudge {
  constructor(
    private object: ScaledObject,
    private readonly view: View,
  ) {}

  /** Counts failures, and puts the fallback in the place of what has failed too often. */
  *judge(spec: MetricSpec, reading: Reading): Reconciliation<Judged> {
    const name = spec.external?.metric.name ?? '';
    const { fallback } = this.object.spec;
    if (!('error' in reading)) {
      if (fallback !== undefined) {
        yield* this.note(name, { numberOfFailures: 0, status: 'Happy' }, fallback);
      }
      return { value: metricQuantity(reading.value), isFallback: false };
    }
    if (fallback === undefined) return reading;
    const failures = (this.object.status?.health?.[name]?.numberOfFailures ?? 0) + 1;
    yield* this.note(name, { numberOfFailures: failures, status: 'Failing' }, fallback);
    if (failures <= fallback.failureThreshold) return reading;
    const value = yield* this.valueOf(fallback, spec);
    if (value === undefined) return reading;
    return value === '' ? { error: 'error performing fallback' } : { value, isFallback: true };
  }

  private *note(name: string, health: Health, fallback: Fallback): Reconciliation<void> {
    const { status = {} } = this.object;
    const all = { ...status.health, [name]: health };
    const isOver = Object.values(all).some(
      ({ status: how, numberOfFailures = 0 }) =>
        how === 'Failing' && numberOfFailures > fallback.failureThreshold,
    );
    const told = isOver
      ? condition(
          'Fallback',
          'True',
          'FallbackExists',
          'At least one trigger is falling back on this scaled object',
        )
      : noFallback;
    const conditions = withOne(status.conditions ?? [], told);
    const next = { ...status, health: all, conditions };
    const answer = yield* patchStatus(scaledObjects, this.object, next);
    this.object = answer.isOk ? answer.object : { ...this.object, status: next };
  }

  /** undefined: nobody knows how many replicas there are; '': none is ready to divide by. */
  private *valueOf(
    { behavior = 'static', replicas: own }: Fallback,
    { external }: MetricSpec,
  ): Reconciliation<string | undefined> {
    let replicas = own;
    if (behavior !== 'static') {
      const current = yield* currentReplicas(this.object, this.view);
      if (typeof current !== 'number') return undefined;
      replicas = replicasBy(behavior, current, own);
    }
    const { type, averageValue, value } = external?.target ?? { type: '' };
    if (type === 'Value') {
      const ready = yield* this.readyReplicas();
      if (ready <= 0) return '';
      replicas /= ready;
    }
    const each = quantity(type === 'Value' ? value : averageValue).toNumber();
    return milliQuantity(Math.trunc(each * 1000 * replicas)).toString();
  }

  private *readyReplicas(): Reconciliation<number> {
    const kind = this.object.status?.scaleTargetGVKR;
    if (kind === undefined) return -1;
    const answer = yield* scaleOf(this.object, kind);
    if (!answer.isOk) return -1;
    const selector = parseSelector(answer.object.status?.selector ?? '');
    if (!selector.isOk) return -1;
    return this.view
      .list(pods, this.object.metadata.namespace ?? '')
      .filter(({ metadata }) => selector.value.matches(metadata.labels))
      .filter(
        ({ status }) => status?.phase === 'Running' && isConditionTrue(status.conditions, 'Ready'),
      ).length;
  }
}

function replicasBy(behavior: string, current: number, own: number): number {
  switch (behavior) {
    case 'currentReplicas':
      return current;
    case 'currentReplicasIfHigher':
      return Math.max(current, own);
    case 'currentReplicasIfLower':
      return Math.min(current, own);
    default:
      return own;
  }
}
