/** The webhook that completes the pods of services. @upstream kserve v0.20.0 pkg/webhook/admission/pod/mutator.go */
import type { Pod } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';
import { call, get, list } from '../../client/requests.js';
import type { Webhook } from '../admission/webhook.js';
import { withAgent } from './agent.js';
import { readConfiguration, type Configuration } from './configuration.js';
import { keys } from './keys.js';
import { withModelcar } from './modelcar.js';
import { storageContainerFor, withModel } from './storage.js';
import { clusterStorageContainers, inferenceServices, type StorageContainer } from './types.js';

/** Puts in what fetches the model, the agent, and the annotations of metrics. */
export const mutatePod: Webhook = function* ({ object, namespace }) {
  const pod = object as unknown as Pod | undefined;
  const service = pod?.metadata.labels?.[keys.service];
  if (pod === undefined || service === undefined) return { isAllowed: true };
  const configuration = yield* readConfiguration();
  if (typeof configuration === 'string') {
    return { isAllowed: false, code: 500, message: configuration };
  }
  const owner = yield* call(get(inferenceServices, namespace, service));
  const logger = owner.isOk ? owner.object.spec.predictor.logger : undefined;
  const uri = pod.metadata.annotations?.[keys.sourceUri];
  let containers: readonly StorageContainer[] = [];
  if (uri !== undefined) {
    const listed = yield* call(list(clusterStorageContainers));
    if (!listed.isOk) return { isAllowed: false, code: 500, message: listed.message };
    containers = listed.object.items;
  }
  const own = { ...pod, metadata: { ...pod.metadata, namespace } };
  const provided = uri === undefined ? own : withStorage(own, uri, containers, configuration);
  const measured = withMetrics(withAgent(provided, configuration, logger), configuration);
  const complete = withModelcar(measured, uri, configuration);
  return { isAllowed: true, object: complete as unknown as KubeObject };
};

function withStorage(
  pod: Pod,
  uri: string,
  containers: readonly StorageContainer[],
  { storageInitializer: settings }: Configuration,
): Pod {
  const { annotations = {} } = pod.metadata;
  const name = annotations[keys.storageContainer];
  const named = containers.find(({ metadata }) => metadata.name === name);
  const container = name === undefined ? storageContainerFor(uri, containers) : named;
  const isReadOnly = annotations[keys.readonly] !== 'false';
  const spec = pod.spec ?? { containers: [] };
  return { ...pod, spec: withModel(spec, { uri, isReadOnly, settings, container }) };
}

function withMetrics(pod: Pod, { metricsAggregator }: Configuration): Pod {
  const { annotations = {} } = pod.metadata;
  const aggregation =
    annotations[keys.metricAggregation] ?? metricsAggregator.enableMetricAggregation;
  const scraping =
    annotations[keys.prometheusScraping] ?? metricsAggregator.enablePrometheusScraping;
  const port = aggregation === 'true' ? '9088' : '9091';
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: {
        ...annotations,
        [keys.metricAggregation]: aggregation,
        [keys.prometheusScraping]: scraping,
        ...(scraping === 'true' && {
          'prometheus.io/port': port,
          'prometheus.io/path': '/metrics',
        }),
      },
    },
  };
}
