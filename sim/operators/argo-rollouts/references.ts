/** What a Rollout refers to must be there and fit. @upstream argo-rollouts rollout/controller.go, pkg/apis/rollouts/validation/validation_references.go */
import { invalid, type FieldError } from '../../api/field-error.js';
import { services } from '../../api/kinds/core.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get } from '../../client/requests.js';
import type { Argument, AnalysisTemplate } from './analysis-types.js';
import { blueGreenOf, canaryOf } from './defaults.js';
import { placeOf, routesProblem, virtualServices, virtualServicesOf } from './istio.js';
import { keys } from './keys.js';
import { argsOf, resolvedMetric } from './run-args.js';
import { countOf } from './run/metric.js';
import type { RolloutState } from './state.js';
import { runSpec, templatesOf } from './templates.js';
import type { RolloutAnalysis } from './types.js';
import { virtualServiceErrors } from './validation.js';

type Errors = readonly FieldError[];
const strategy = 'spec.strategy';

/** The errors, in upstream's order. */
export function* referenceErrors(state: RolloutState): Reconciliation<Errors> {
  return [
    ...serviceErrors(state),
    ...analysesOf(state).flatMap(analysis => analysisErrors(state, analysis)),
    ...(yield* routeErrors(state)),
  ];
}

function serviceErrors({ rollout, view, namespace }: RolloutState): Errors {
  const { canaryService = '', stableService = '' } = canaryOf(rollout) ?? {};
  const { activeService = '', previewService = '' } = blueGreenOf(rollout) ?? {};
  const named = [
    [`${strategy}.blueGreen.activeService`, activeService],
    [`${strategy}.blueGreen.previewService`, previewService],
    [`${strategy}.canary.stableService`, stableService],
    [`${strategy}.canary.canaryService`, canaryService],
  ].filter(([, name]) => name !== '') as [string, string][];
  const missing = named.find(([, name]) => view.get(services, namespace, name) === undefined);
  if (missing !== undefined) {
    const [path, name] = missing;
    return [invalid(path, name, `service "${name}" not found`)];
  }
  const { labels = {} } = rollout.spec.template?.metadata ?? {};
  return named.flatMap(([path, name]) => {
    const service = view.get(services, namespace, name);
    const others = Object.entries(service?.spec?.selector ?? {}).filter(
      ([key, value]) => key !== keys.hash && labels[key] !== value,
    );
    const owner = service?.metadata.annotations?.[keys.managedBy];
    const isOthers = owner !== undefined && owner !== rollout.metadata.name;
    return [
      ...others.map(([key]) =>
        invalid(path, name, `Service "${name}" has unmatch label "${key}" in rollout`),
      ),
      ...(isOthers ? [invalid(path, name, `Service "${name}" is managed by another Rollout`)] : []),
    ];
  });
}

interface NamedAnalysis {
  readonly path: string;
  readonly analysis: RolloutAnalysis;
  readonly isBackground: boolean;
}

function analysesOf({ rollout }: RolloutState): readonly NamedAnalysis[] {
  const { steps = [], analysis: background } = canaryOf(rollout) ?? {};
  const { prePromotionAnalysis: pre, postPromotionAnalysis: post } = blueGreenOf(rollout) ?? {};
  const named = (name: string, analysis: RolloutAnalysis | undefined, isBackground = false) =>
    analysis === undefined
      ? []
      : [{ path: `${strategy}.${name}.templates`, analysis, isBackground }];
  return [
    ...named('blueGreen.prePromotionAnalysis', pre),
    ...named('blueGreen.postPromotionAnalysis', post),
    ...steps.flatMap(({ analysis }, index) => named(`canary.steps[${index}].analysis`, analysis)),
    ...named('canary.analysis', background, true),
  ];
}

function analysisErrors(
  { view, rollout, namespace }: RolloutState,
  { path, analysis, isBackground }: NamedAnalysis,
): Errors {
  const found = templatesOf(analysis.templates ?? [], view, namespace);
  if ('problem' in found) {
    const name = /'([^']*)'/.exec(found.problem)?.[1] ?? '';
    return [invalid(path, name, found.problem)];
  }
  const hashes = { stable: 'dummy-stable-hash', latest: 'dummy-new-hash' };
  const args = argsOf(analysis.args ?? [], rollout, hashes);
  const given = 'problem' in args ? [] : args.value;
  const made = runSpec(found.value, given, analysis);
  if ('problem' in made) {
    const names = found.value.map(({ metadata }) => metadata.name ?? '').join(' ');
    return [invalid(path, `templateNames: [${names}]`, made.problem)];
  }
  return isBackground ? [] : found.value.flatMap(template => endlessErrors(path, template));
}

/** A step must end. */
function endlessErrors(path: string, { metadata, spec }: AnalysisTemplate): Errors {
  const { name = '' } = metadata;
  const args: Argument[] = (spec.args ?? []).map(arg => ({ value: 'dummy-value', ...arg }));
  return (spec.metrics ?? []).flatMap(metric => {
    const resolved = resolvedMetric(metric, args);
    if ('problem' in resolved) {
      return [invalid(path, name, `AnalysisTemplate ${name}: ${resolved.problem}`)];
    }
    const { count = '<nil>' } = metric;
    const text = `AnalysisTemplate ${name} has metric ${metric.name} which runs indefinitely. Invalid value for count: ${count}`;
    return countOf(resolved.value) === undefined ? [invalid(path, name, text)] : [];
  });
}

function* routeErrors(state: RolloutState): Reconciliation<Errors> {
  const { rollout } = state;
  const wrong = virtualServiceErrors(rollout);
  if (wrong.length > 0) return wrong;
  const isSeveral = canaryOf(rollout)?.trafficRouting?.istio?.virtualServices !== undefined;
  const field = isSeveral ? 'virtualServices' : 'virtualService';
  const path = `${strategy}.canary.trafficRouting.istio.${field}.name`;
  const errors: FieldError[] = [];
  for (const ref of virtualServicesOf(rollout)) {
    const { namespace, name } = placeOf(ref, state.namespace);
    const answer = yield* call(get(virtualServices, namespace, name));
    const problem = answer.isOk ? routesProblem(rollout, ref, answer.object) : answer.message;
    if (problem !== undefined) errors.push(invalid(path, name, problem));
  }
  return errors;
}
