/** metrics-server: scrapes the kubelets and serves what nodes and pods use. */
import { nodes, pods } from '../api/kinds/core.js';
import type { ObjectMeta } from '../api/kinds/meta.js';
import type { NodeEndpoints } from '../api/node-endpoint.js';
import type { KubeObject } from '../api/object.js';
import {
  serviceAccount,
  type ControllerContext,
  type ProcessDefinition,
} from '../client/contract.js';
import { neverQueued } from '../client/never-queued.js';
import { watch } from '../client/requests.js';
import type { Clock } from '../engine/clock.js';
import type { MetricsApi } from './aggregated-api.js';
import { metricsServerManifests } from './metrics-server-manifests.js';
import { resourceMetricsApi } from './resource-metrics.js';
import { Scraper } from './scraper.js';
import { UsageStore } from './usage-store.js';

/** What a metrics-server is made from. */
export interface MetricsServerOptions {
  readonly clock: Clock;
  readonly nodes: NodeEndpoints;
  /** --metric-resolution. Default 15 s. */
  readonly resolutionMs?: number;
}

/** It fits an `Operator`, and has an API for the API server's `aggregated['metrics.k8s.io/v1beta1']`. */
export interface MetricsServer {
  readonly name: string;
  readonly models: string;
  manifests(): readonly KubeObject[];
  readonly process: ProcessDefinition;
  readonly api: MetricsApi;
}

const name = 'metrics-server';

/** Makes it. The API is unavailable until the process has scraped twice. */
export function createMetricsServer({
  clock,
  nodes: endpoints,
  resolutionMs = 15_000,
}: MetricsServerOptions): MetricsServer {
  let running: { readonly store: UsageStore; readonly context: ControllerContext } | undefined;
  const create = (context: ControllerContext) => {
    const store = new UsageStore(resolutionMs);
    const scraper = new Scraper(context, {
      endpoints,
      resolutionMs,
      store: samples => store.store(samples),
    });
    return {
      watches: [watch(nodes), watch(pods)],
      start() {
        running = { store, context };
        scraper.start();
      },
      stop() {
        running = undefined;
        scraper.stop();
      },
      reconcile: neverQueued,
    };
  };
  return {
    name,
    models: 'kubernetes-sigs/metrics-server v0.8',
    manifests: () => metricsServerManifests,
    process: {
      name,
      identity: serviceAccount('kube-system', name),
      controllers: [{ name, create }],
    },
    api: resourceMetricsApi({
      node: nodeName => running?.store.node(nodeName),
      pod: (namespace, podName) => running?.store.pod(namespace, podName),
      isAvailable: () => running?.store.isReady === true,
      now: () => clock.now(),
      nodes: () => metadataOf(running?.context.view.list(nodes)),
      pods: namespace =>
        metadataOf(running?.context.view.list(pods, namespace === '' ? undefined : namespace)),
    }),
  };
}

type Described = readonly { readonly metadata: ObjectMeta }[];

/** By the list of the cache, which is another one as soon as something changes. */
const known = new WeakMap<Described, readonly ObjectMeta[]>();

function metadataOf(objects: Described = nothing): readonly ObjectMeta[] {
  let metadata = known.get(objects);
  if (metadata === undefined) {
    metadata = objects.map(object => object.metadata);
    known.set(objects, metadata);
  }
  return metadata;
}

const nothing: Described = [];
