/** The schemas of KServe's kinds, piece by piece. @upstream kserve v0.20.0 config/crd/full */
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { int32, knativeCondition, mapOf, object, oneOf, text } from '../crd/schema-parts.js';
import { frameworks } from './defaulter.js';

const integer: Schema = { type: 'integer' };
const boolean: Schema = { type: 'boolean' };
const texts = mapOf(text);
const quantity = schemaOf('api/resource.Quantity');

function list(items: Schema): Schema {
  return { type: 'array', items };
}

function propertiesOf(type: string): Readonly<Record<string, Schema>> {
  return schemaOf(type)['properties'] as Readonly<Record<string, Schema>>;
}

function metricTarget(): Schema {
  return object({
    averageUtilization: int32,
    averageValue: quantity,
    type: oneOf('Utilization', 'Value', 'AverageValue'),
    value: quantity,
  });
}

function scaling(): Schema {
  const target = metricTarget();
  const external = object({
    backend: oneOf('prometheus', 'graphite'),
    namespace: text,
    query: text,
    serverAddress: text,
  });
  const podMetric = object({
    backend: oneOf('opentelemetry'),
    metricNames: list(text),
    operationOverTime: text,
    query: text,
    serverAddress: text,
  });
  const reference = object({ name: text }, ['name']);
  const authenticationRef = object({ authModes: text, authenticationRef: reference }, [
    'authenticationRef',
  ]);
  const metric = object(
    {
      external: object({ authenticationRef, metric: external, target }, ['metric', 'target']),
      podmetric: object({ metric: podMetric, target }, ['metric', 'target']),
      resource: object({ name: oneOf('cpu', 'memory'), target }, ['name', 'target']),
      type: oneOf('Resource', 'External', 'PodMetric'),
    },
    ['type'],
  );
  return object({
    behavior: schemaOf('autoscaling/v2.HorizontalPodAutoscalerBehavior'),
    metrics: list(metric),
  });
}

function logger(): Schema {
  return object({
    batchInterval: text,
    batchSize: integer,
    marshallerUrl: text,
    metadataAnnotations: list(text),
    metadataHeaders: list(text),
    mode: oneOf('all', 'request', 'response'),
    storage: object({ key: text, parameters: texts, path: text, serviceAccountName: text }),
    url: text,
  });
}

function extension(): Readonly<Record<string, Schema>> {
  return {
    annotations: texts,
    autoScaling: scaling(),
    batcher: object({ maxBatchSize: integer, maxLatency: integer, timeout: integer }),
    canaryTrafficPercent: { type: 'integer', format: 'int64' },
    containerConcurrency: { type: 'integer', format: 'int64' },
    deploymentStrategy: schemaOf('apps/v1.DeploymentStrategy'),
    labels: texts,
    logger: logger(),
    maxReplicas: int32,
    minReplicas: int32,
    scaleMetric: oneOf('cpu', 'memory', 'concurrency', 'rps'),
    scaleMetricType: oneOf('Utilization', 'Value', 'AverageValue'),
    scaleTarget: int32,
    timeout: { type: 'integer', format: 'int64' },
  };
}

function podFields(): Readonly<Record<string, Schema>> {
  const {
    ephemeralContainers: _ephemeral,
    workloadRef: _reference,
    ...fields
  } = propertiesOf('core/v1.PodSpec');
  return fields;
}

function component(own: Readonly<Record<string, Schema>> = {}): Schema {
  const uri = object(
    {
      mountPath: { type: 'string', default: '/mnt/models', maxLength: 255, pattern: '^/.*' },
      uri: { type: 'string', minLength: 1 },
    },
    ['uri'],
  );
  const storageUris = { ...list(uri), minItems: 1, 'x-kubernetes-list-type': 'atomic' };
  return object({ ...podFields(), ...extension(), storageUris, ...own });
}

function storage(): Schema {
  return object({ key: text, parameters: texts, path: text, schemaPath: text });
}

function framework(): Schema {
  return object({
    ...propertiesOf('core/v1.Container'),
    confidential: object({ enabled: boolean, resourceId: text }, ['enabled']),
    protocolVersion: text,
    runtimeVersion: text,
    storage: storage(),
    storageUri: text,
  });
}

function predictor(): Schema {
  const own = framework();
  const properties = own['properties'] as Readonly<Record<string, Schema>>;
  const modelFormat = object({ name: text, version: text }, ['name']);
  return component({
    ...Object.fromEntries(frameworks.map(name => [name, own])),
    model: object({ ...properties, modelFormat, runtime: text }),
    name: { type: 'string', pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$' },
    storageContainerName: text,
    workerSpec: object({
      ...propertiesOf('core/v1.PodSpec'),
      pipelineParallelSize: integer,
      tensorParallelSize: integer,
    }),
  });
}

type Fields = Readonly<Record<string, Schema>>;

/** Upstream drops that probes need a port, as Knative fills it in; but not in canaries. */
function withLenientProbes(container: Schema, handlers: readonly string[]): Schema {
  const properties = container['properties'] as Fields;
  const lenient = ['livenessProbe', 'readinessProbe'].map((name): [string, Schema] => {
    const probe = properties[name] ?? {};
    const fields = probe['properties'] as Fields;
    const open = handlers.map((handler): [string, Schema] => {
      const { required: _, ...schema } = fields[handler] ?? {};
      return [handler, schema];
    });
    return [name, { ...probe, properties: { ...fields, ...Object.fromEntries(open) } }];
  });
  return { ...container, properties: { ...properties, ...Object.fromEntries(lenient) } };
}

function lenient(spec: Schema, parts: readonly string[] = []): Schema {
  const properties = spec['properties'] as Fields;
  const { containers = {}, os = {} } = properties;
  const { required: _, ...openOs } = os;
  const items = withLenientProbes(containers['items'] as Schema, ['httpGet']);
  const own = parts.map((part): [string, Schema] => [
    part,
    withLenientProbes(properties[part] ?? {}, ['httpGet', 'tcpSocket']),
  ]);
  return {
    ...spec,
    properties: {
      ...properties,
      containers: { ...containers, items },
      os: openOs,
      ...Object.fromEntries(own),
    },
  };
}

/** The spec of an InferenceService. */
export function inferenceServiceSpec(): Schema {
  const stable = predictor();
  const trafficPercent = { ...int32, minimum: 0, maximum: 100 };
  const { runtime: _, ...art } = {
    ...propertiesOf('core/v1.Container'),
    config: texts,
    runtimeVersion: text,
    storage: storage(),
    storageUri: text,
    type: text,
    runtime: text,
  };
  return object(
    {
      canary: {
        ...list(object({ predictor: stable, trafficPercent }, ['predictor', 'trafficPercent'])),
        'x-kubernetes-list-type': 'atomic',
      },
      explainer: lenient(component({ art: object(art) }), ['art']),
      predictor: lenient(stable, [...frameworks, 'model']),
      transformer: lenient(component()),
    },
    ['predictor'],
  );
}

function modelStatus(): Schema {
  const states = ['', 'Pending', 'Standby', 'Loading', 'Loaded', 'FailedToLoad'];
  return object(
    {
      copies: object({ failedCopies: { ...integer, default: 0 }, totalCopies: integer }, [
        'failedCopies',
      ]),
      lastFailureInfo: object({
        exitCode: int32,
        location: text,
        message: text,
        modelRevisionName: text,
        reason: oneOf(
          'ModelLoadFailed',
          'RuntimeUnhealthy',
          'RuntimeDisabled',
          'NoSupportingRuntime',
          'RuntimeNotRecognized',
          'InvalidPredictorSpec',
        ),
        time: { type: 'string', format: 'date-time' },
      }),
      states: object(
        {
          activeModelState: { ...oneOf(...states), default: 'Pending' },
          targetModelState: { ...oneOf(...states), default: '' },
        },
        ['activeModelState'],
      ),
      transitionStatus: {
        ...oneOf('', 'UpToDate', 'InProgress', 'BlockedByFailedLoad', 'InvalidSpec'),
        default: 'UpToDate',
      },
    },
    ['transitionStatus'],
  );
}

/** The status of an InferenceService. */
export function inferenceServiceStatus(): Schema {
  const address = object({ CACerts: text, audience: text, name: text, url: text });
  const traffic = object({
    configurationName: text,
    latestRevision: boolean,
    percent: { type: 'integer', format: 'int64' },
    revisionName: text,
    tag: text,
    url: text,
  });
  const componentStatus = object({
    address,
    grpcUrl: text,
    latestCreatedRevision: text,
    latestReadyRevision: text,
    latestRolledoutRevision: text,
    previousRolledoutRevision: text,
    restUrl: text,
    traffic: list(traffic),
    url: text,
  });
  const canary = object(
    { modelStatus: modelStatus(), name: text, ready: boolean, trafficPercent: int32 },
    ['name', 'ready', 'trafficPercent'],
  );
  return object({
    address,
    annotations: texts,
    canaryStatuses: { ...list(canary), 'x-kubernetes-list-type': 'atomic' },
    clusterServingRuntimeName: text,
    components: { type: 'object', additionalProperties: componentStatus },
    conditions: list(knativeCondition),
    deploymentMode: text,
    modelStatus: modelStatus(),
    observedGeneration: { type: 'integer', format: 'int64' },
    servingRuntimeName: text,
    url: text,
  });
}

/** The spec of a serving runtime. */
export function servingRuntimeSpec(): Schema {
  const pod = propertiesOf('core/v1.PodSpec');
  const wanted = [
    'affinity',
    'containers',
    'hostIPC',
    'imagePullSecrets',
    'nodeSelector',
    'schedulerName',
    'tolerations',
    'volumes',
  ];
  const podPart = {
    ...Object.fromEntries(Object.entries(pod).filter(([name]) => wanted.includes(name))),
    annotations: texts,
    labels: texts,
  };
  const adapter = object({
    env: list(schemaOf('core/v1.EnvVar')),
    memBufferBytes: integer,
    modelLoadingTimeoutMillis: integer,
    runtimeManagementPort: integer,
    serverType: text,
  });
  const format = object(
    {
      autoSelect: boolean,
      name: text,
      priority: { ...int32, minimum: 1 },
      version: text,
    },
    ['name'],
  );
  const worker = object(
    { ...podPart, pipelineParallelSize: integer, tensorParallelSize: integer },
    ['containers'],
  );
  return object(
    {
      ...podPart,
      builtInAdapter: adapter,
      disabled: boolean,
      grpcDataEndpoint: text,
      grpcEndpoint: text,
      httpDataEndpoint: text,
      multiModel: boolean,
      protocolVersions: list(text),
      replicas: { type: 'integer', minimum: 0 },
      storageHelper: object({ disabled: boolean }),
      supportedModelFormats: list(format),
      workerSpec: worker,
    },
    ['containers'],
  );
}

/** The spec of a storage container. */
export function storageContainerSpec(): Schema {
  return object(
    {
      container: schemaOf('core/v1.Container'),
      supportedUriFormats: list(object({ prefix: text, regex: text })),
      supportsMultiModelDownload: { ...boolean, default: true },
      workloadType: oneOf('initContainer', 'localModelDownloadJob'),
    },
    ['container', 'supportedUriFormats'],
  );
}
