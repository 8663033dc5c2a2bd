/** The webhook that refuses InferenceServices that cannot work. @upstream kserve v0.20.0 inference_service_validation.go */
import type { Webhook, WebhookVerdict } from '../admission/webhook.js';
import { classes, keys as knativeKeys } from '../knative/keys.js';
import { frameworks } from './defaulter.js';
import { kedaProblem } from './keda-problem.js';
import { keys, modelContainer, transformerContainer } from './keys.js';
import type { ComponentSpec, InferenceService, PredictorSpec } from './types.js';

const namePattern = '[a-z]([-a-z0-9]*[a-z0-9])?';
const autoscalerClasses = ['hpa', 'external', 'keda', 'none'];
const logModes = ['all', 'request', 'response'];
/** The fields of a predictor of which one must be given, as Go's reflection lists them. */
const predictorFields =
  'Name, SKLearn, XGBoost, Tensorflow, PyTorch, Triton, ONNX, HuggingFace, PMML, LightGBM, Paddle, Model, StorageUris, StorageContainerName, WorkerSpec, PodSpec';

/** Judges creations and updates. */
export const validateService: Webhook = function* ({ object, oldObject }) {
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) {
    return { isAllowed: true };
  }
  const service = object as unknown as InferenceService;
  const old = oldObject as unknown as InferenceService | undefined;
  const message = (old && problemOfChange(service, old)) ?? problemOf(service);
  return verdict(message);
};

function verdict(message: string | undefined): WebhookVerdict {
  return message === undefined ? { isAllowed: true } : { isAllowed: false, message };
}

function problemOfChange(service: InferenceService, old: InferenceService): string | undefined {
  const recorded = old.status?.deploymentMode ?? '';
  const annotated = service.metadata.annotations?.[keys.deploymentMode];
  if (recorded !== '' && annotated !== undefined && annotated !== recorded) {
    return `update rejected: deploymentMode cannot be changed from '${recorded}' to '${annotated}'`;
  }
  return undefined;
}

function problemOf(service: InferenceService): string | undefined {
  const { name = '', annotations = {} } = service.metadata;
  if (!new RegExp(`^${namePattern}$`).test(name)) {
    return `the InferenceService "${name}" is invalid: a InferenceService name must consist of lower case alphanumeric characters or '-', and must start with alphabetical character. (e.g. "my-name" or "abc-123", regex used for validation is '${namePattern}')`;
  }
  const autoscaler = annotations[keys.autoscalerClass];
  if (autoscaler !== undefined && !autoscalerClasses.includes(autoscaler)) {
    return `[${autoscaler}] is not a supported autoscaler class type`;
  }
  const { predictor, transformer } = service.spec;
  return (
    collocationProblem(predictor) ??
    nameProblem(predictor) ??
    implementationProblem(predictor) ??
    componentProblem(predictor, annotations) ??
    (transformer && transformerProblem(transformer)) ??
    (transformer && componentProblem(transformer, annotations)) ??
    canaryProblem(service)
  );
}

function collocationProblem({ containers = [] }: PredictorSpec): string | undefined {
  const transformer = containers.find(({ name }) => name === transformerContainer);
  const hasUri = transformer?.env?.some(({ name }) => name === 'STORAGE_URI') === true;
  return hasUri ? 'storage uri should not be specified in transformer container' : undefined;
}

function nameProblem(predictor: PredictorSpec): string | undefined {
  const fields = [...frameworks, 'model'] as readonly (keyof PredictorSpec)[];
  const isNamed = fields.some(field => {
    const given = predictor[field] as { readonly name?: string } | undefined;
    return (given?.name ?? '') !== '';
  });
  return isNamed ? "the 'name' field is not allowed in standard predictor" : undefined;
}

function implementationProblem(predictor: PredictorSpec): string | undefined {
  const given = [...frameworks, 'model'].filter(field => field in predictor).length;
  const { containers = [] } = predictor;
  const servers = containers.filter(({ name }) => name === modelContainer).length;
  const isAssumed = containers.length > 0 && given + servers === 0;
  if (given + servers + (isAssumed ? 1 : 0) === 1) return undefined;
  return `exactly one of [${predictorFields}] must be specified in PredictorSpec`;
}

function transformerProblem({ containers = [] }: ComponentSpec): string | undefined {
  if (containers.length > 0) return undefined;
  return 'exactly one of [PodSpec, ComponentExtensionSpec] must be specified in TransformerSpec';
}

function componentProblem(
  spec: ComponentSpec,
  annotations: Readonly<Record<string, string>>,
): string | undefined {
  const { minReplicas = 1, maxReplicas = 0, containerConcurrency = 0, logger } = spec;
  if (containerConcurrency < 0) return 'parallelism cannot be less than 0';
  if (minReplicas < 0) return "'MinReplicas' cannot be less than 0";
  if (maxReplicas < 0) return "'MaxReplicas' cannot be less than 0";
  if (minReplicas > maxReplicas && maxReplicas !== 0) {
    return "'MinReplicas' cannot be greater than MaxReplicas";
  }
  if (logger !== undefined && !logModes.includes(logger.mode ?? '')) return 'invalid logger type';
  const isStandard = annotations[keys.deploymentMode] === 'Standard';
  if (!isStandard) {
    return annotations[knativeKeys.class] === classes.hpa
      ? scalingProblem(spec)
      : knativeProblem(spec);
  }
  switch (annotations[keys.autoscalerClass]) {
    case 'hpa':
      return scalingProblem(spec);
    case 'keda':
      return kedaProblem(spec);
    default:
      return undefined;
  }
}

function scalingProblem({ scaleMetric = 'cpu', scaleTarget, autoScaling }: ComponentSpec) {
  if (scaleMetric !== 'cpu' && scaleMetric !== 'memory') {
    return `[${scaleMetric}] is not a supported metric`;
  }
  if (scaleTarget !== undefined) {
    if ((scaleMetric === 'cpu' && scaleTarget < 1) || scaleTarget > 100) {
      return 'the target utilization percentage should be a [1-100] integer';
    }
    if (scaleMetric === 'memory' && scaleTarget < 1) {
      return 'the target memory should be greater than 1 MiB';
    }
  }
  for (const { type, resource } of autoScaling?.metrics ?? []) {
    if (type !== 'Resource') {
      return `invalid HPA metric source type with value [${type}],valid metric source types are Resource`;
    }
    if (resource === undefined)
      return 'metricSpec.Resource is not set for resource metric source type';
  }
  return undefined;
}

function knativeProblem({
  deploymentStrategy,
  scaleMetric = 'concurrency',
  scaleTarget,
}: ComponentSpec) {
  if (deploymentStrategy !== undefined) {
    return 'customizing deploymentStrategy is only supported for raw deployment mode';
  }
  if (scaleMetric !== 'concurrency' && scaleMetric !== 'rps') {
    return `[${scaleMetric}] is not a supported metric`;
  }
  if (scaleMetric === 'rps' && scaleTarget !== undefined && scaleTarget < 1) {
    return 'the target for rps should be greater than 1';
  }
  return undefined;
}

function canaryProblem({ metadata, spec }: InferenceService): string | undefined {
  const { canary: canaries = [], predictor: stable } = spec;
  if (canaries.length === 0) return undefined;
  if (metadata.annotations?.[keys.deploymentMode] !== 'Standard') {
    return 'canary is only supported in Standard deployment mode';
  }
  const names = new Set<string>();
  let total = 0;
  for (const [index, { predictor, trafficPercent }] of canaries.entries()) {
    const { name = '' } = predictor;
    if (name === '') return `canary[${index}] predictor.name is required`;
    if (names.has(name)) return `canary predictor.name "${name}" is duplicated`;
    names.add(name);
    if (name === stable.name) {
      return `canary predictor.name "${name}" conflicts with stable predictor name`;
    }
    total += trafficPercent;
    const problem = implementationProblem(predictor) ?? componentProblem(predictor, standard);
    if (problem !== undefined) return `canary "${name}" predictor: ${problem}`;
    const own = canaryFieldProblem(predictor, stable);
    if (own !== undefined) return `canary "${name}" ${own}`;
  }
  return total > 100 ? `sum of canary trafficPercent values (${total}) must be <= 100` : undefined;
}

const standard = { [keys.deploymentMode]: 'Standard' };

function canaryFieldProblem(canary: PredictorSpec, stable: PredictorSpec): string | undefined {
  const fixed = '(canary uses fixed replicas)';
  const { workerSpec, maxReplicas = 0, scaleTarget, scaleMetric, autoScaling } = canary;
  if (workerSpec !== undefined) {
    return 'must not set workerSpec (multi-node is not yet supported for canary)';
  }
  if (maxReplicas > 0) return `must not set maxReplicas ${fixed}`;
  if (scaleTarget !== undefined) return `must not set scaleTarget ${fixed}`;
  if (scaleMetric !== undefined) return `must not set scaleMetric ${fixed}`;
  if (autoScaling !== undefined) return `must not set autoScaling ${fixed}`;
  const most = stable.minReplicas ?? 1;
  if (canary.minReplicas !== undefined && canary.minReplicas > most) {
    return `minReplicas (${canary.minReplicas}) must not exceed stable predictor minReplicas (${most})`;
  }
  return undefined;
}
