/**
 * The CRD of SeldonDeployments. Its versions share one schema, as in the chart; the bundle for OpenShift
 * has v1 alone, and lacks hpaSpec.metricsv2. Graphs are ten units deep at most.
 * @upstream seldon-core v1.17.1 operator/bundle/manifests/machinelearning.seldon.io_seldondeployments.yaml
 */
import type { KubeObject } from '../../api/object.js';
import { definition } from '../crd/definition.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { int32, knativeCondition, mapOf, object, text } from '../crd/schema-parts.js';

const group = 'machinelearning.seldon.io';
const boolean: Schema = { type: 'boolean' };
const list = (items: Schema): Schema => ({ type: 'array', items });
const intOrString: Schema = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
};
/** Units below the first. */
const deepest = 10;

const endpoint = object({
  grpcPort: int32,
  httpPort: int32,
  service_host: text,
  service_port: int32,
  type: text,
});

function unit(depth: number): Schema {
  const parameter = object({ name: text, type: text, value: text }, ['name', 'type', 'value']);
  return object(
    {
      ...(depth > 0 && { children: list(unit(depth - 1)) }),
      endpoint,
      envSecretRefName: text,
      implementation: text,
      logger: object({ mode: text, url: text }),
      methods: list(text),
      modelUri: text,
      name: text,
      parameters: list(parameter),
      serviceAccountName: text,
      storageInitializerImage: text,
      type: text,
    },
    ['name'],
  );
}

/** Metrics of autoscaling/v2beta1. */
function olderMetrics(): Schema {
  const selector = schemaOf('meta/v1.LabelSelector');
  const quantity = schemaOf('api/resource.Quantity');
  const target = object({ apiVersion: text, kind: text, name: text }, ['kind', 'name']);
  const average = { targetAverageUtilization: int32, targetAverageValue: quantity };
  const metric = object(
    {
      containerResource: object({ container: text, name: text, ...average }, ['container', 'name']),
      external: object(
        {
          metricName: text,
          metricSelector: selector,
          targetAverageValue: quantity,
          targetValue: quantity,
        },
        ['metricName'],
      ),
      object: object(
        { averageValue: quantity, metricName: text, selector, target, targetValue: quantity },
        ['metricName', 'target', 'targetValue'],
      ),
      pods: object({ metricName: text, selector, targetAverageValue: quantity }, [
        ...['metricName', 'targetAverageValue'],
      ]),
      resource: object({ name: text, ...average }, ['name']),
      type: text,
    },
    ['type'],
  );
  return list(metric);
}

function kedaSpec(): Schema {
  const behavior = schemaOf('autoscaling/v2.HorizontalPodAutoscalerBehavior');
  const trigger = object(
    {
      authenticationRef: object({ kind: text, name: text }, ['name']),
      metadata: mapOf(text),
      metricType: text,
      name: text,
      type: text,
    },
    ['metadata', 'type'],
  );
  return object(
    {
      advanced: object({
        horizontalPodAutoscalerConfig: object({ behavior }),
        restoreToOriginalReplicaCount: boolean,
      }),
      cooldownPeriod: int32,
      fallback: object({ failureThreshold: int32, replicas: int32 }, [
        ...['failureThreshold', 'replicas'],
      ]),
      idleReplicaCount: int32,
      maxReplicaCount: int32,
      minReplicaCount: int32,
      pollingInterval: int32,
      triggers: list(trigger),
    },
    ['triggers'],
  );
}

/** Unlike in other CRDs, all of the metadata stands in the schema. */
function metadata(): Schema {
  const time = { type: 'string', format: 'date-time' };
  return object({
    annotations: mapOf(text),
    creationTimestamp: { ...time, nullable: true },
    deletionTimestamp: time,
    finalizers: list(text),
    generateName: text,
    labels: mapOf(text),
    name: text,
    namespace: text,
    resourceVersion: text,
    uid: text,
  });
}

function componentSpec(): Schema {
  return object({
    hpaSpec: object(
      {
        maxReplicas: int32,
        metrics: olderMetrics(),
        metricsv2: list(schemaOf('autoscaling/v2.MetricSpec')),
        minReplicas: int32,
      },
      ['maxReplicas'],
    ),
    kedaSpec: kedaSpec(),
    metadata: metadata(),
    pdbSpec: object({ maxUnavailable: intOrString, minAvailable: intOrString }),
    replicas: int32,
    spec: schemaOf('core/v1.PodSpec'),
  });
}

function predictor(): Schema {
  const resources = schemaOf('core/v1.ResourceRequirements');
  return object(
    {
      annotations: mapOf(text),
      componentSpecs: list(componentSpec()),
      engineResources: resources,
      explainer: object({
        config: mapOf(text),
        containerSpec: schemaOf('core/v1.Container'),
        endpoint,
        envSecretRefName: text,
        initParameters: text,
        modelUri: text,
        replicas: int32,
        serviceAccountName: text,
        storageInitializerImage: text,
        type: text,
      }),
      graph: unit(deepest),
      labels: mapOf(text),
      name: text,
      replicas: int32,
      shadow: boolean,
      ssl: object({ certSecretName: text }),
      svcOrchSpec: object({ env: list(schemaOf('core/v1.EnvVar')), replicas: int32, resources }),
      traffic: int32,
    },
    ['graph', 'name'],
  );
}

function spec(): Schema {
  return object(
    {
      annotations: mapOf(text),
      name: text,
      oauth_key: text,
      oauth_secret: text,
      predictors: list(predictor()),
      protocol: text,
      replicas: int32,
      serverType: text,
      transport: text,
    },
    ['predictors'],
  );
}

function status(): Schema {
  const deployment = object({
    availableReplicas: int32,
    description: text,
    explainerFor: text,
    name: text,
    replicas: int32,
    status: text,
  });
  const service = object({
    explainerFor: text,
    grpcEndpoint: text,
    httpEndpoint: text,
    svcName: text,
  });
  return object({
    address: object({ url: text }),
    annotations: mapOf(text),
    conditions: list(knativeCondition),
    deploymentStatus: mapOf(deployment),
    description: text,
    observedGeneration: { type: 'integer', format: 'int64' },
    replicas: int32,
    serviceStatus: mapOf(service),
    state: text,
  });
}

/** The definition. */
export function seldonDefinition(): KubeObject {
  const made = definition({
    group,
    version: 'v1',
    kind: 'SeldonDeployment',
    plural: 'seldondeployments',
    singular: 'seldondeployment',
    shortNames: ['sdep'],
    scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
    spec: spec(),
    status: status(),
  });
  const { spec: parts } = made as KubeObject & { readonly spec: { readonly versions: object[] } };
  const [stored] = parts.versions;
  const older = ['v1alpha2', 'v1alpha3'].map(name => ({ ...stored, name, storage: false }));
  return { ...made, spec: { ...parts, versions: [stored, ...older] } };
}
