/**
 * One pass over one autoscaler: read the scale, ask the metrics, set the scale, tell the status.
 * @upstream pkg/controller/podautoscaler/horizontal.go reconcileAutoscaler
 */
import type { HorizontalPodAutoscaler } from '../../api/kinds/autoscaling.js';
import { isConditionTrue } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { computeAll, type Computed, type MetricStatuses } from './compute-all.js';
import {
  belowMinimum,
  notScaledToZero,
  scaledToZero,
  scalingDisabled,
  succeededGetScale,
} from './messages.js';
import { firstMemory, normalized, rememberingScale } from './normalize.js';
import type { PassInput } from './pass-input.js';
import { getScale, setScale, type Scale, type ScaleTarget } from './scale.js';
import type { AutoscalerSettings } from './settings.js';
import { StatusDraft } from './status-draft.js';

/** Brings the target of one autoscaler to its size. Errors are told by events and conditions. */
export function* autoscalerPass(
  autoscaler: HorizontalPodAutoscaler,
  input: PassInput,
): Reconciliation<void> {
  const draft = new StatusDraft(autoscaler, input.context);
  const found = yield* getScale(autoscaler, input.state);
  if ('error' in found) {
    draft.event('Warning', 'FailedGetScale', found.error);
    const message = `the HPA controller was unable to get the target's current scale: ${found.error}`;
    draft.set({ type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message });
    return yield* draft.write();
  }
  draft.set(succeededGetScale);
  const { scale } = found;
  const currentReplicas = scale.spec?.replicas ?? 0;
  const { memories } = input.state;
  if (!memories.has(input.key)) {
    memories.set(input.key, firstMemory(currentReplicas, input.context.clock.now()));
  }
  const decision = yield* decide(autoscaler, scale, draft, input);
  if (decision.kind === 'failed') {
    draft.setReplicas({ current: currentReplicas, metrics: decision.metrics });
    yield* draft.write();
    return draft.event('Warning', 'FailedComputeMetricsReplicas', decision.error);
  }
  if (decision.replicas === undefined) {
    draft.setReplicas({
      current: currentReplicas,
      desired: currentReplicas,
      metrics: decision.metrics,
    });
    return yield* draft.write();
  }
  yield* rescale({ ...decision, replicas: decision.replicas }, found, draft, input);
}

/** What a pass comes to. */
type Decision =
  | { readonly kind: 'failed'; readonly error: string; readonly metrics: MetricStatuses }
  | {
      readonly kind: 'decided';
      /** Undefined: the scale stays. */
      readonly replicas: number | undefined;
      readonly reason: string;
      readonly metrics: MetricStatuses;
    };

function* decide(
  autoscaler: HorizontalPodAutoscaler,
  scale: Scale,
  draft: StatusDraft,
  input: PassInput,
): Reconciliation<Decision> {
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  const current = scale.spec?.replicas ?? 0;
  const direct = (replicas: number | undefined, reason: string): Decision => {
    return { kind: 'decided', replicas, reason, metrics: undefined };
  };
  if (current === 0 && !wakesFromZero(autoscaler, input.settings)) {
    draft.set(scalingDisabled);
    if (!input.settings.scalesToZero) draft.remove('ScaledToZero');
    return direct(undefined, '');
  }
  if (current > maxReplicas) {
    return direct(maxReplicas, 'Current number of replicas above Spec.MaxReplicas');
  }
  if (current !== 0 && current < minReplicas) return direct(minReplicas, belowMinimum);
  const computed = yield* computeAll(autoscaler, scale, draft, input);
  if ('error' in computed) {
    return { kind: 'failed', error: computed.error, metrics: computed.metrics };
  }
  return normalize(autoscaler, current, computed, draft, input);
}

function normalize(
  autoscaler: HorizontalPodAutoscaler,
  current: number,
  computed: Computed,
  draft: StatusDraft,
  { key, settings, state, context }: PassInput,
): Decision {
  const { minReplicas: min = 1, maxReplicas: max, behavior } = autoscaler.spec;
  const desired = Math.max(0, computed.replicas);
  const nowMs = context.clock.now();
  const memory = state.memories.get(key) ?? firstMemory(current, nowMs);
  const wanted = { current, desired, min, max };
  const result = normalized(wanted, behavior, memory, { ...settings, nowMs });
  state.memories.set(key, result.memory);
  for (const condition of result.conditions) draft.set(condition);
  let reason = '';
  if (desired > current) reason = `${computed.name} above target`;
  if (desired < current) reason = 'All metrics below target';
  let { replicas } = result;
  const isWaking = current === 0 && min !== 0 && wasScaledToZero(autoscaler, settings);
  if (isWaking && replicas < min) {
    replicas = min;
    if (reason === '') reason = belowMinimum;
  }
  const { metrics } = computed;
  return {
    kind: 'decided',
    replicas: replicas === current ? undefined : replicas,
    reason,
    metrics,
  };
}

function* rescale(
  decision: {
    readonly replicas: number;
    readonly reason: string;
    readonly metrics: MetricStatuses;
  },
  found: { readonly scale: Scale; readonly target: ScaleTarget },
  draft: StatusDraft,
  { key, settings, state, context }: PassInput,
): Reconciliation<void> {
  const { replicas, reason, metrics } = decision;
  const current = found.scale.spec?.replicas ?? 0;
  const error = yield* setScale(found.scale, found.target, replicas);
  if (error !== undefined) {
    draft.event(
      'Warning',
      'FailedRescale',
      `New size: ${replicas}; reason: ${reason}; error: ${error}`,
    );
    const message = `the HPA controller was unable to update the target scale: ${error}`;
    draft.set({ type: 'AbleToScale', status: 'False', reason: 'FailedUpdateScale', message });
    draft.setReplicas({ current, metrics });
    return yield* draft.write();
  }
  const message = `the HPA controller was able to update the target scale to ${replicas}`;
  draft.set({ type: 'AbleToScale', status: 'True', reason: 'SucceededRescale', message });
  draft.event('Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${reason}`);
  const nowMs = context.clock.now();
  const { autoscaler } = draft;
  const memory = state.memories.get(key) ?? firstMemory(current, nowMs);
  const change = { from: current, to: replicas, nowMs };
  state.memories.set(key, rememberingScale(memory, autoscaler.spec.behavior, change));
  if (!settings.scalesToZero) draft.remove('ScaledToZero');
  else {
    const { minReplicas = 1 } = autoscaler.spec;
    const isToZero = current > 0 && replicas === 0 && minReplicas === 0;
    draft.set(isToZero && hasOutsideMetrics(autoscaler) ? scaledToZero : notScaledToZero);
  }
  draft.setReplicas({ current, desired: replicas, metrics, isRescaled: true });
  yield* draft.write();
}

/** Only what this controller scaled to zero wakes by itself; the rest is switched off. */
function wakesFromZero(autoscaler: HorizontalPodAutoscaler, settings: AutoscalerSettings): boolean {
  const { minReplicas = 1 } = autoscaler.spec;
  const wasScaled = wasScaledToZero(autoscaler, settings);
  return wasScaled && (minReplicas !== 0 || hasOutsideMetrics(autoscaler));
}

function wasScaledToZero({ status }: HorizontalPodAutoscaler, settings: AutoscalerSettings) {
  return settings.scalesToZero && isConditionTrue(status?.conditions, 'ScaledToZero');
}

function hasOutsideMetrics({ spec }: HorizontalPodAutoscaler): boolean {
  return (spec.metrics ?? []).some(({ type }) => type === 'Object' || type === 'External');
}
