/** The webhook that refuses SeldonDeployments that cannot work. @upstream seldon-core v1.17.1 operator/apis/machinelearning.seldon.io/v1/seldondeployment_webhook.go */
import { goQuote } from '../../api/go-text.js';
import { invalid, type FieldError } from '../../api/field-error.js';
import type { Webhook } from '../admission/webhook.js';
import { readConfiguration, type Configuration } from './configuration.js';
import { defaultedSpec } from './defaulter.js';
import { containerOf, isPrepackaged, unitsOf } from './graph.js';
import { annotations } from './names.js';
import type {
  PredictiveUnit,
  PredictorSpec,
  SeldonDeployment,
  SeldonDeploymentSpec,
} from './types.js';

/** Upstream misspells its group here. */
const kind = 'SeldonDeployment.machinelearing.seldon.io';

/** Judges creations and updates. */
export const validateSeldonDeployment: Webhook = function* ({ object }) {
  if (object === undefined) return { isAllowed: true };
  const given = object as unknown as SeldonDeployment;
  const configuration = yield* readConfiguration();
  if (typeof configuration === 'string') {
    return { isAllowed: false, code: 500, message: configuration };
  }
  const spec = defaultedSpec(given, configuration);
  const errors = specErrors(spec, configuration).map(({ path, text }) => `${path}: ${text}`);
  if (errors.length === 0) return { isAllowed: true };
  const [first = ''] = errors;
  const told = errors.length === 1 ? first : `[${errors.join(', ')}]`;
  return { isAllowed: false, message: `${kind} ${goQuote(spec.name ?? '')} is invalid: ${told}` };
};

/** What is wrong with a spec that has its defaults. */
export function specErrors(
  spec: SeldonDeploymentSpec,
  configuration: Configuration,
): readonly FieldError[] {
  const names = spec.predictors.map(({ name }) => name);
  const errors = spec.predictors.flatMap((predictor, index) => {
    const path = `spec.predictors[${index}]`;
    const isAlone = unitsOf(predictor.graph).length === 1;
    const hasEngine = !(annotations.noEngine in (predictor.annotations ?? {}));
    const isNew = names.indexOf(predictor.name) === index;
    return [
      ...(hasEngine || isAlone ? [] : [invalid(path, predictor.name, withoutEngine)]),
      ...(isNew ? [] : [invalid(path, predictor.name, 'Duplicate predictor name')]),
      ...unitErrors(predictor.graph, predictor, `${path}.graph`, configuration),
    ];
  });
  return [...errors, ...trafficErrors(spec)];
}

const withoutEngine = 'Running without engine only valid for single element graphs';
const noMethods =
  'Predictive Unit has no implementation methods defined. Change to a known type or add what methods it defines';

function unitErrors(
  unit: PredictiveUnit,
  predictor: PredictorSpec,
  path: string,
  configuration: Configuration,
): readonly FieldError[] {
  const own = isPrepackaged(unit)
    ? serverErrors(unit, predictor, path, configuration)
    : unit.implementation === 'UNKNOWN_IMPLEMENTATION'
      ? customErrors(unit, predictor, path)
      : [];
  const hasNoMode = unit.logger !== undefined && (unit.logger.mode ?? '') === '';
  const children = (unit.children ?? []).flatMap((child, index) =>
    unitErrors(child, predictor, `${path}[${index}]`, configuration),
  );
  return [
    ...own,
    ...(hasNoMode ? [invalid(path, '', 'No logger mode specified')] : []),
    ...children,
  ];
}

function customErrors(
  unit: PredictiveUnit,
  predictor: PredictorSpec,
  path: string,
): readonly FieldError[] {
  const { name, type, methods = [] } = unit;
  const isMissing = containerOf(predictor, name) === undefined;
  const doesNothing = type === 'UNKNOWN_TYPE' && methods.length === 0;
  return [
    ...(isMissing ? [invalid(path, name, "Can't find container for Predictive Unit")] : []),
    ...(doesNothing ? [invalid(path, name, noMethods)] : []),
  ];
}

function serverErrors(
  { name, implementation = '', modelUri = '' }: PredictiveUnit,
  predictor: PredictorSpec,
  path: string,
  { servers }: Configuration,
): readonly FieldError[] {
  const hasImage = (containerOf(predictor, name)?.image ?? '') !== '';
  const isKnown = hasImage || implementation in servers;
  const noUri = 'Predictive unit modelUri required when using standalone servers';
  return [
    ...(modelUri === '' ? [invalid(path, name, noUri)] : []),
    ...(isKnown ? [] : [invalid(path, name, `No entry in predictors map for ${implementation}`)]),
  ];
}

function trafficErrors({ name = '', predictors }: SeldonDeploymentSpec): readonly FieldError[] {
  const real = predictors.filter(({ shadow }) => shadow !== true);
  const sum = real.reduce((total, { traffic = 0 }) => total + traffic, 0);
  const several = 'Traffic must sum to 100 for multiple predictors';
  const single = 'Traffic must sum be 100 for a single predictor when set';
  if (sum !== 100 && real.length > 1) return [invalid('spec', name, several)];
  const isPart = predictors.length === 1 && sum > 0 && sum < 100;
  return isPart ? [invalid('spec', name, single)] : [];
}
