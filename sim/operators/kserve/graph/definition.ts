/** inferencegraphs.serving.kserve.io. @upstream kserve v0.20.0 config/crd/full/serving.kserve.io_inferencegraphs.yaml */
import type { KubeObject } from '../../../api/object.js';
import { definition } from '../../crd/definition.js';
import { schemaOf, type Schema } from '../../crd/schema-of.js';
import { int32, knativeCondition, mapOf, text } from '../../crd/schema-parts.js';

const int64: Schema = { type: 'integer', format: 'int64' };
const texts = mapOf(text);

/** The definition. */
export function inferenceGraphDefinition(): KubeObject {
  return definition({
    group: 'serving.kserve.io',
    version: 'v1alpha1',
    kind: 'InferenceGraph',
    plural: 'inferencegraphs',
    singular: 'inferencegraph',
    shortNames: ['ig'],
    columns: [
      { name: 'URL', type: 'string', jsonPath: '.status.url' },
      { name: 'Ready', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
    spec: specSchema(),
    status: statusSchema(),
  });
}

function specSchema(): Schema {
  const pod = schemaOf('core/v1.PodSpec')['properties'] as Readonly<Record<string, Schema>>;
  const { affinity = {}, tolerations = {} } = pod;
  const timeouts = { serverIdle: int64, serverRead: int64, serverWrite: int64 };
  return {
    type: 'object',
    properties: {
      affinity,
      maxReplicas: int32,
      minReplicas: int32,
      nodeName: text,
      nodeSelector: texts,
      nodes: { type: 'object', additionalProperties: nodeSchema() },
      resources: schemaOf('core/v1.ResourceRequirements'),
      routerTimeouts: { type: 'object', properties: { ...timeouts, serviceClient: int64 } },
      scaleMetric: { type: 'string', enum: ['cpu', 'memory', 'concurrency', 'rps'] },
      scaleTarget: int32,
      serviceAccountName: text,
      timeout: int64,
      tolerations,
    },
    required: ['nodes'],
  };
}

function nodeSchema(): Schema {
  const step = {
    type: 'object',
    properties: {
      condition: text,
      data: text,
      dependency: { type: 'string', enum: ['Soft', 'Hard'] },
      mapPredictionsToInstances: { type: 'boolean' },
      name: text,
      nodeName: text,
      serviceName: text,
      serviceUrl: text,
      weight: int64,
    },
  };
  return {
    type: 'object',
    properties: {
      routerType: { type: 'string', enum: ['Sequence', 'Splitter', 'Ensemble', 'Switch'] },
      steps: { type: 'array', items: step },
    },
    required: ['routerType'],
  };
}

function statusSchema(): Schema {
  return {
    type: 'object',
    properties: {
      annotations: texts,
      conditions: { type: 'array', items: knativeCondition },
      deploymentMode: text,
      observedGeneration: int64,
      url: text,
    },
  };
}
