/** The webhook that fills in what an InferenceService leaves out. @upstream kserve v0.20.0 inference_service_defaults.go */
import type { Container, ResourceRequirements } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';
import type { Webhook } from '../admission/webhook.js';
import { readConfiguration, type Configuration } from './configuration.js';
import { keys, modelContainer } from './keys.js';
import type { ComponentSpec, InferenceService, ModelSpec, PredictorSpec } from './types.js';

/** The fields of the old way to name a model's format, and what they become. */
export const frameworks: readonly string[] = [
  'sklearn',
  'tensorflow',
  'xgboost',
  'pytorch',
  'triton',
  'onnx',
  'huggingface',
  'pmml',
  'lightgbm',
  'paddle',
];
/** Old-style servers that speak the second protocol only. */
const speakSecond = ['triton', 'onnx', 'huggingface'];

const modes: Readonly<Record<string, string>> = {
  RawDeployment: 'Standard',
  Serverless: 'Knative',
};

/** Sets the mode, turns old-style predictors into models, and sets resources of custom containers. */
export const defaultService: Webhook = function* ({ object }) {
  if (object === undefined) return { isAllowed: true };
  const configuration = yield* readConfiguration();
  if (typeof configuration === 'string') {
    return { isAllowed: false, code: 500, message: configuration };
  }
  const service = defaulted(object as unknown as InferenceService, configuration);
  return { isAllowed: true, object: service as unknown as KubeObject };
};

function defaulted(service: InferenceService, configuration: Configuration): InferenceService {
  const { annotations = {} } = service.metadata;
  const given = annotations[keys.deploymentMode];
  const { defaultDeploymentMode } = configuration.deploy;
  const isWritten = defaultDeploymentMode === 'Standard' || defaultDeploymentMode === 'ModelMesh';
  const mode = given === undefined ? (isWritten ? defaultDeploymentMode : undefined) : given;
  const predictor =
    given === 'ModelMesh'
      ? service.spec.predictor
      : defaultedPredictor(service.spec.predictor, configuration);
  const format = predictor.model?.modelFormat.name;
  const { transformer } = service.spec;
  const all = {
    ...(format !== undefined && format !== '' && { [keys.modelFormat]: format }),
    ...annotations,
    ...(mode !== undefined && { [keys.deploymentMode]: modes[mode] ?? mode }),
  };
  return {
    ...service,
    metadata: {
      ...service.metadata,
      ...(Object.keys(all).length > 0 && { annotations: all }),
    },
    spec: {
      ...service.spec,
      predictor: withAccount(predictor, configuration),
      ...(transformer !== undefined && {
        transformer: withAccount(custom(transformer, configuration, true), configuration),
      }),
    },
  };
}

function defaultedPredictor(predictor: PredictorSpec, configuration: Configuration): PredictorSpec {
  const framework = frameworks.find(name => name in predictor);
  const modelled = framework === undefined ? predictor : asModel(predictor, framework);
  const { model } = modelled;
  if (model === undefined) return custom(modelled, configuration, false);
  const needsSecond = ['triton', 'vLLM'].includes(model.modelFormat.name);
  if (!needsSecond || model.protocolVersion !== undefined) return modelled;
  return { ...modelled, model: { ...model, protocolVersion: 'v2' } };
}

function asModel(predictor: PredictorSpec, framework: string): PredictorSpec {
  const { [framework as keyof PredictorSpec]: given, ...rest } = predictor;
  const own = given as unknown as Omit<ModelSpec, 'modelFormat'>;
  const protocolVersion =
    own.protocolVersion ?? (speakSecond.includes(framework) ? 'v2' : undefined);
  const model: ModelSpec = {
    ...own,
    modelFormat: { name: framework },
    ...(protocolVersion !== undefined && { protocolVersion }),
  };
  return { ...rest, model };
}

/** A container of the user's own gets its name, if it is the only one, and resources. */
function custom<T extends ComponentSpec>(
  spec: T,
  { inferenceService }: Configuration,
  isAlwaysNamed: boolean,
): T {
  const [first, ...rest] = spec.containers ?? [];
  if (first === undefined) return spec;
  const isNamed = isAlwaysNamed || rest.length === 0 || (first.name ?? '') === '';
  const container: Container = {
    ...first,
    ...(isNamed && { name: modelContainer }),
    resources: withResources(first.resources ?? {}, inferenceService.resource),
  };
  return { ...spec, containers: [container, ...rest] };
}

function withResources(
  { requests, limits, ...rest }: ResourceRequirements,
  byDefault: Configuration['inferenceService']['resource'],
): ResourceRequirements {
  const amounts = (cpu = '', memory = '') => ({
    ...(cpu !== '' && { cpu }),
    ...(memory !== '' && { memory }),
  });
  const { cpuRequest, memoryRequest, cpuLimit, memoryLimit } = byDefault ?? {};
  return {
    ...rest,
    requests: { ...amounts(cpuRequest, memoryRequest), ...requests },
    limits: { ...amounts(cpuLimit, memoryLimit), ...limits },
  };
}

function withAccount<T extends ComponentSpec>(spec: T, { security }: Configuration): T {
  if (security.autoMountServiceAccountToken || spec.automountServiceAccountToken !== undefined) {
    return spec;
  }
  return { ...spec, automountServiceAccountToken: false };
}
