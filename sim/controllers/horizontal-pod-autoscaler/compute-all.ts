/**
 * What all metrics of an autoscaler together ask for.
 * @upstream pkg/controller/podautoscaler/horizontal.go computeReplicasForMetrics
 */
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
} from '../../api/kinds/autoscaling.js';
import { pods } from '../../api/kinds/core.js';
import { quantity } from '../../api/quantity.js';
import { parseSelector } from '../../api/selectors.js';
import type { Reconciliation } from '../../client/contract.js';
import { computeMetric, type ComputeInput, type MetricFailure } from './compute.js';
import type { PassInput } from './pass-input.js';
import type { Tolerances } from './replica-calculator.js';
import type { Scale } from './scale.js';
import type { AutoscalerSettings } from './settings.js';
import type { StatusDraft } from './status-draft.js';

/** The metrics' values as the status tells them. */
export type MetricStatuses = HorizontalPodAutoscalerStatus['currentMetrics'];

/** What the metrics together ask for. */
export interface Computed {
  readonly replicas: number;
  readonly name: string;
  readonly metrics: MetricStatuses;
}

/** The most that a metric asks for; a metric that fails forbids to scale down. */
export function* computeAll(
  autoscaler: HorizontalPodAutoscaler,
  scale: Scale,
  draft: StatusDraft,
  input: PassInput,
): Reconciliation<Computed | { readonly error: string; readonly metrics: MetricStatuses }> {
  const computeInput = selectPods(autoscaler, scale, draft, input);
  if ('error' in computeInput) return { error: computeInput.error, metrics: undefined };
  const specs = autoscaler.spec.metrics ?? [];
  const failures: MetricFailure[] = [];
  const metrics: NonNullable<MetricStatuses>[number][] = [];
  let replicas = 0;
  let name = '';
  for (const spec of specs) {
    const proposal = yield* computeMetric(spec, computeInput);
    if ('error' in proposal) {
      draft.event('Warning', proposal.reason, proposal.error);
      failures.push(proposal);
      metrics.push({ type: '' });
      continue;
    }
    metrics.push(proposal.status);
    if (replicas === 0 || proposal.replicas > replicas) ({ replicas, name } = proposal);
  }
  const [failure] = failures;
  const isUseless =
    failures.length >= specs.length ||
    (failures.length > 0 && replicas < computeInput.specReplicas);
  if (failure !== undefined && isUseless) {
    const message = `the HPA was unable to compute the replica count: ${failure.error}`;
    draft.set({ type: 'ScalingActive', status: 'False', reason: failure.reason, message });
    const counts = `${failures.length} invalid out of ${specs.length}`;
    const error = `invalid metrics (${counts}), first error is: ${failure.wrapped}`;
    return { error, metrics };
  }
  draft.set({
    type: 'ScalingActive',
    status: 'True',
    reason: 'ValidMetricFound',
    message: `the HPA was able to successfully calculate a replica count from ${name}`,
  });
  return { replicas, name, metrics };
}

/** The pods of the target, unless its selector is none or selects pods of another autoscaler. */
function selectPods(
  autoscaler: HorizontalPodAutoscaler,
  scale: Scale,
  draft: StatusDraft,
  { key, view, settings, state, context }: PassInput,
): ComputeInput | { readonly error: string } {
  const text = scale.status?.selector ?? '';
  const invalid = (reason: string, error: string, message = error) => {
    draft.event('Warning', reason, error);
    const conditionReason = reason === 'SelectorRequired' ? 'InvalidSelector' : reason;
    draft.set({ type: 'ScalingActive', status: 'False', reason: conditionReason, message });
    return { error };
  };
  if (text === '') {
    const message = "the HPA target's scale is missing a selector";
    return invalid('SelectorRequired', 'selector is required', message);
  }
  const selector = parseSelector(text);
  if (!selector.isOk) {
    const what = "couldn't convert selector into a corresponding internal selector object";
    return invalid('InvalidSelector', `${what}: ${selector.error}`);
  }
  state.selectors.set(key, selector.value);
  const { namespace = '' } = autoscaler.metadata;
  const { pods: selected, rivals } = state.selectors.select(
    namespace,
    view.list(pods, namespace),
    selector.value,
  );
  if (rivals.length > 1) {
    const what = `pods by selector ${text} are controlled by multiple HPAs`;
    return invalid('AmbiguousSelector', `${what}: [${rivals.join(' ')}]`);
  }
  // Field by field: this is made for every autoscaler every 15 seconds, and a spread that grows is slow.
  const { cpuInitializationMs, initialReadinessMs, usesPodLevelResources } = settings;
  const specReplicas = scale.spec?.replicas ?? 0;
  return {
    cpuInitializationMs,
    initialReadinessMs,
    usesPodLevelResources,
    nowMs: context.clock.now(),
    autoscaler,
    mapper: state.mapper,
    pods: selected,
    selector: text,
    tolerances: tolerancesOf(autoscaler, settings),
    specReplicas,
    currentReplicas: specReplicas,
    statusReplicas: scale.status?.replicas ?? 0,
  };
}

function tolerancesOf(
  { spec }: HorizontalPodAutoscaler,
  { tolerance, hasConfigurableTolerance }: AutoscalerSettings,
): Tolerances {
  const own = hasConfigurableTolerance ? spec.behavior : undefined;
  const of = (text: string | undefined) =>
    text === undefined ? tolerance : quantity(text).toNumber();
  return { scaleUp: of(own?.scaleUp?.tolerance), scaleDown: of(own?.scaleDown?.tolerance) };
}
