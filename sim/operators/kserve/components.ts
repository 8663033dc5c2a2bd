/** Works out the components of a service. @upstream kserve v0.20.0 components/{predictor,transformer,component}.go */
import type { PodSpec } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import type { View } from '../../client/contract.js';
import type { ComponentParts } from './component-parts.js';
import type { Configuration } from './configuration.js';
import { keys, modelContainer, passedOn, predictorName, transformerName } from './keys.js';
import { customPod, modelPod, serverType, transformerPod } from './pod-spec.js';
import { firstProtocol, selectRuntime } from './runtime-selection.js';
import type { ServiceStatus } from './status.js';
import { isUriSupported } from './storage.js';
import {
  inferenceServices,
  type ComponentSpec,
  type InferenceService,
  type ModelSpec,
  type PredictorSpec,
  type ServingRuntime,
} from './types.js';

type Texts = Readonly<Record<string, string>>;

/** What components are worked out from. */
export interface ComponentContext {
  readonly service: InferenceService;
  readonly status: ServiceStatus;
  readonly configuration: Configuration;
  readonly view: View;
}

/** A predictor, stable or canary; a message when it cannot be made. */
export function predictorParts(
  context: ComponentContext,
  predictor: PredictorSpec,
): ComponentParts | string {
  const { view } = context;
  const uri = predictor.model?.storageUri ?? customUri(predictor);
  const refusal = uri === undefined ? undefined : isUriSupported(uri, view);
  if (refusal !== undefined) return `StorageURI not supported: ${refusal}`;
  const own = { ...context.service, spec: { ...context.service.spec, predictor } };
  const annotations = {
    ...passedOn(own.metadata.annotations),
    ...agentAnnotations(predictor),
    ...(uri !== undefined && { [keys.sourceUri]: uri }),
  };
  if (predictor.model === undefined) {
    const pod = customPod(own, predictor);
    return parts(context, own, predictor, { component: 'predictor', annotations, pod });
  }
  const { namespace = '' } = own.metadata;
  const selection = selectRuntime(predictor.model, namespace, view);
  if ('error' in selection) {
    context.status.invalidSpec(selection.info);
    return selection.error;
  }
  const { runtime, isCluster } = selection;
  context.status.runtime(runtime.metadata.name ?? '', isCluster);
  const { service, model } = withRuntimeDefaults(own, predictor.model, runtime);
  const pod = modelPod(service, model, runtime);
  if (typeof pod === 'string') {
    context.status.invalidSpec({ reason: 'InvalidPredictorSpec', message: pod });
    return pod;
  }
  return parts(context, service, predictor, { component: 'predictor', annotations, pod, runtime });
}

/** The transformer; a message when it cannot be made. */
export function transformerParts(
  context: ComponentContext,
  transformer: ComponentSpec,
): ComponentParts {
  const { service } = context;
  const { name = '' } = service.metadata;
  const predictor = predictorName(name, service.spec.predictor.name);
  const annotations = {
    ...passedOn(service.metadata.annotations),
    ...agentAnnotations(transformer),
  };
  const pod = transformerPod(service, transformer, predictor);
  return parts(context, service, transformer, { component: 'transformer', annotations, pod });
}

function parts(
  { configuration }: ComponentContext,
  service: InferenceService,
  spec: PredictorSpec,
  made: {
    readonly component: 'predictor' | 'transformer';
    readonly annotations: Texts;
    readonly pod: PodSpec;
    readonly runtime?: ServingRuntime;
  },
): ComponentParts {
  const { name: serviceName = '', namespace = '', labels } = service.metadata;
  const { component, annotations, pod, runtime } = made;
  const isPredictor = component === 'predictor';
  const name = isPredictor ? predictorName(serviceName, spec.name) : transformerName(serviceName);
  return {
    owner: service,
    metadata: {
      name,
      namespace,
      labels: {
        ...runtime?.spec.labels,
        ...labels,
        ...spec.labels,
        [keys.service]: serviceName,
        [keys.component]: component,
      },
      annotations: {
        ...passedOn(runtime?.spec.annotations),
        ...annotations,
        ...passedOn(spec.annotations),
      },
      ownerReferences: [ownerReference(service, inferenceServices)],
    },
    pod,
    extension: spec,
    configuration,
  };
}

/** The environment of custom containers may name a model, too. */
function customUri({ containers = [] }: ComponentSpec): string | undefined {
  const server = containers.find(({ name }) => name === modelContainer);
  return server?.env?.find(({ name }) => name === 'STORAGE_URI')?.value;
}

/** What the webhook of pods reads to put the agent beside the server. */
function agentAnnotations({ logger, batcher }: ComponentSpec): Texts {
  return {
    ...(logger !== undefined && {
      [keys.logger]: 'true',
      ...(logger.url !== undefined && { [keys.loggerUrl]: logger.url }),
      [keys.loggerMode]: logger.mode ?? '',
      ...(logger.metadataHeaders !== undefined && {
        [keys.loggerHeaders]: logger.metadataHeaders.join(','),
      }),
      ...(logger.metadataAnnotations !== undefined && {
        [keys.loggerAnnotations]: logger.metadataAnnotations.join(','),
      }),
    }),
    ...(batcher !== undefined && {
      [keys.batcher]: 'true',
      ...(batcher.maxBatchSize !== undefined && {
        [keys.batcherSize]: String(batcher.maxBatchSize),
      }),
      ...(batcher.maxLatency !== undefined && {
        [keys.batcherLatency]: String(batcher.maxLatency),
      }),
    }),
  };
}

const modelClasses: Readonly<Record<string, string>> = {
  xgboost: 'mlserver_xgboost.XGBoostModel',
  lightgbm: 'mlserver_lightgbm.LightGBMModel',
  mlflow: 'mlserver_mlflow.MLflowRuntime',
};

/** What certain servers need to be told; it is kept in memory, not stored. @upstream inference_service_defaults.go */
function withRuntimeDefaults(
  service: InferenceService,
  given: ModelSpec,
  runtime: ServingRuntime,
): { readonly service: InferenceService; readonly model: ModelSpec } {
  const { name = '' } = service.metadata;
  const hasModel = given.storageUri !== undefined || given.storage !== undefined;
  const model = { ...given, runtime: runtime.metadata.name ?? '' };
  const labelled = (key: string, value: string): InferenceService => ({
    ...service,
    metadata: { ...service.metadata, labels: { ...service.metadata.labels, [key]: value } },
  });
  switch (serverType(runtime)) {
    case 'mlserver': {
      const added = hasModel
        ? [
            { name: 'MLSERVER_MODEL_NAME', value: name },
            { name: 'MLSERVER_MODEL_URI', value: '/mnt/models' },
          ]
        : [{ name: 'MLSERVER_LOAD_MODELS_AT_STARTUP', value: 'false' }];
      const own = model.env ?? [];
      const env = [...own, ...added.filter(one => !own.some(known => known.name === one.name))];
      const modelClass = modelClasses[model.modelFormat.name] ?? 'mlserver_sklearn.SKLearnModel';
      return { service: labelled('modelClass', modelClass), model: { ...model, env } };
    }
    case 'torchserve': {
      const protocol = model.protocolVersion ?? 'v1';
      const isSecond = protocol === 'v2' || protocol === 'grpc-v2';
      const env = [...(model.env ?? []), { name: 'PROTOCOL_VERSION', value: protocol }];
      const envelope = isSecond ? 'kservev2' : 'kserve';
      return { service: labelled('serviceEnvelope', envelope), model: { ...model, env } };
    }
    case 'tritonserver': {
      const added = hasModel ? [] : ['--model-control-mode=explicit'];
      return { service, model: { ...model, args: [...(model.args ?? []), ...added] } };
    }
    default:
      return { service, model: { ...model, ...protocolOf(model, runtime) } };
  }
}

function protocolOf(model: ModelSpec, { spec }: ServingRuntime): Partial<ModelSpec> {
  const protocolVersion = model.protocolVersion ?? firstProtocol(spec);
  return protocolVersion === undefined ? {} : { protocolVersion };
}
