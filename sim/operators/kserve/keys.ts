/** The names that KServe gives to labels, annotations and objects. @upstream kserve v0.20.0 pkg/constants/constants.go */
import type { HasMetadata } from '../../api/object.js';

const group = 'serving.kserve.io';
const internal = `internal.${group}`;

/** Labels and annotations. */
export const keys = {
  service: `${group}/inferenceservice`,
  component: 'component',
  graph: `${group}/inferencegraph`,
  deploymentMode: `${group}/deploymentMode`,
  autoscalerClass: `${group}/autoscalerClass`,
  stop: `${group}/stop`,
  serverType: `${group}/server-type`,
  disableAutoUpdate: `${group}/disable-auto-update`,
  modelFormat: 'modelFormat',
  readonly: 'storage.kserve.io/readonly',
  visibility: 'networking.kserve.io/visibility',
  tagRouting: `${group}/enable-tag-routing`,
  metricAggregation: `${group}/enable-metric-aggregation`,
  prometheusScraping: `${group}/enable-prometheus-scraping`,
  sourceUri: `${internal}/storage-initializer-sourceuri`,
  storageContainer: `${internal}/storage-container-name`,
  logger: `${internal}/logger`,
  loggerUrl: `${internal}/logger-sink-url`,
  loggerMode: `${internal}/logger-mode`,
  loggerHeaders: `${internal}/logger-metadata-headers`,
  loggerAnnotations: `${internal}/logger-metadata-annotations`,
  batcher: `${internal}/batcher`,
  batcherSize: `${internal}/batcher-max-batchsize`,
  batcherLatency: `${internal}/batcher-max-latency`,
} as const;

/** The container that holds the model server. */
export const modelContainer = 'kserve-container';

/** The container of a transformer that shares the predictor's pod. */
export const transformerContainer = 'transformer-container';

/** Where models lie in the container. */
export const modelPath = '/mnt/models';

/** The port of model servers, when they do not say. */
export const defaultPort = 8080;

/** The port of the agent, which logs and batches. */
export const agentPort = 9081;

/** Annotations that are not passed on to what is made for a service. */
const notPassedOn = [
  'autoscaling.knative.dev/min-scale',
  'autoscaling.knative.dev/max-scale',
  keys.sourceUri,
  'kubectl.kubernetes.io/last-applied-configuration',
  keys.modelFormat,
];

/** The annotations that are passed on. */
export function passedOn(
  annotations: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(annotations).filter(([key]) => !notPassedOn.includes(key)),
  );
}

/** `<service>-predictor`, or `<service>-<name>-predictor`. */
export function predictorName(service: string, predictor?: string): string {
  return predictor ? `${service}-${predictor}-predictor` : `${service}-predictor`;
}

/** `<service>-transformer`. */
export function transformerName(service: string): string {
  return `${service}-transformer`;
}

/** Whether the object is annotated to be stopped. */
export function isStopped({ metadata }: HasMetadata): boolean {
  return metadata.annotations?.[keys.stop]?.toLowerCase() === 'true';
}
