/** An API server that holds what a cluster held at an instant, and goes on as the journal tells. */
import type { PodStatus } from '../../../sim/api/kinds/core.js';
import type { ObjectMeta } from '../../../sim/api/kinds/meta.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { Clock } from '../../../sim/engine/clock.js';
import { Random } from '../../../sim/engine/random.js';
import { resourceMetricsApi } from '../../../sim/metrics/resource-metrics.js';
import type { MeasuredPod, MeasuredUsage } from '../../../sim/metrics/usage-store.js';
import { ContainerLog } from '../../../sim/nodes/container-log.js';
import { recordedServer } from '../../../sim/nodes/recorded-server.js';
import type { ApiServer } from '../../../sim/server/contract.js';
import { createApiServer } from '../../../sim/server/index.js';
import { openapiDocuments } from '../../backends/openapi-documents.js';
import type { Instant, Journal } from '../../scenario/journal/reader.js';

/** The APIService of metrics-server: without it the cluster had none. */
const metricsService = 'v1beta1.metrics.k8s.io';

/** Makes the server of an instant: it answers for the instant as it is at each request. */
export function pastServer(journal: Journal, instant: Instant): ApiServer {
  // The past stands still: what would happen later never does.
  const clock: Clock = {
    now: () => instant.timeMs,
    after: () => ({ cancel: () => undefined }),
  };
  const objects = (resource: string): ReadonlyMap<string, KubeObject> =>
    instant.objects.get(resource) ?? new Map<string, KubeObject>();
  const server = createApiServer({
    clock,
    random: new Random(0),
    isEmpty: true,
    openapi: openapiDocuments,
    settings: { allowPrivileged: true },
    nodes: () =>
      recordedServer({
        clock,
        status: (namespace, pod) =>
          objects('pods').get(`${namespace}/${pod}`)?.['status'] as PodStatus | undefined,
        log: containerID => logOf(journal, containerID, instant.timeMs),
      }),
    aggregated: objects('apiservices.apiregistration.k8s.io').has(metricsService)
      ? { 'metrics.k8s.io/v1beta1': metricsOf(instant, objects) }
      : {},
  });
  server.restore(instant.entries());
  return server;
}

function logOf(journal: Journal, containerID: string, untilMs: number): ContainerLog {
  const log = new ContainerLog();
  for (const { timeMs, text } of journal.logOf(containerID, untilMs)) log.write(timeMs, text);
  return log;
}

function metricsOf(
  instant: Instant,
  objects: (resource: string) => ReadonlyMap<string, KubeObject>,
) {
  const measured = ([cpu, memory]: readonly [string, string]): MeasuredUsage => {
    const { timeMs, windowMs } = instant.usage;
    return { timeMs, windowMs, usage: { cpu, memory } };
  };
  return resourceMetricsApi({
    isAvailable: () => instant.usage.timeMs > 0,
    now: () => instant.timeMs,
    nodes: () => metadataOf(objects('nodes')),
    pods: namespace =>
      metadataOf(objects('pods')).filter(
        ({ namespace: own }) => namespace === '' || own === namespace,
      ),
    node(name) {
      const usage = instant.usage.nodes[name];
      return usage === undefined ? undefined : measured(usage);
    },
    pod(namespace, name): MeasuredPod | undefined {
      const usage = instant.usage.pods[`${namespace}/${name}`];
      if (usage === undefined) return undefined;
      const containers = Object.entries(usage).map(([container, used]) => {
        return { name: container, usage: measured(used).usage };
      });
      const { timeMs, windowMs } = instant.usage;
      return { timeMs, windowMs, containers };
    },
  });
}

function metadataOf(objects: ReadonlyMap<string, KubeObject>): readonly ObjectMeta[] {
  return [...objects.values()].map(({ metadata }) => metadata);
}
