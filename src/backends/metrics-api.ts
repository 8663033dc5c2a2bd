/**
 * metrics.k8s.io served from this machine, for a real cluster that has none: what our kubelets' containers
 * use, so that a real HorizontalPodAutoscaler acts on our load, and `kubectl top` tells it.
 */
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer } from '../../sim/api/request.js';
import { createProcess } from '../../sim/client/runtime.js';
import { createMetricsServer, type MetricsServer } from '../../sim/metrics/metrics-server.js';
import type { Cluster } from '../cluster.js';
import { writeError } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import type { Attached } from './attach.js';

/** How the API server reaches this machine. */
export interface MetricsPlace {
  /** An address of this machine, as the API server sees it; a loopback one when it runs here itself. */
  readonly address: string;
  /** Default 15,000, as metrics-server's. */
  readonly resolutionMs?: number;
}

/** Metrics that are served. */
export interface ServedMetrics {
  /** Ends the server, and takes the API out of a cluster that stays. */
  close(options: { readonly isClusterGone: boolean }): Promise<void>;
}

const group = 'metrics.k8s.io';
const version = 'v1beta1';
const apiServicePath = `/apis/apiregistration.k8s.io/v1/apiservices/${version}.${group}`;
const namespace = 'kube-system';
const name = 'seatrial-metrics';

/**
 * Serves them, unless the cluster has some already: then it returns undefined.
 *
 * @throws UserError when the cluster does not take the API.
 */
export async function serveMetrics(
  cluster: Pick<Cluster, 'apply' | 'request'>,
  attached: Pick<Attached, 'clock' | 'random' | 'connect' | 'nodes' | 'endpoints'>,
  { address, resolutionMs }: MetricsPlace,
): Promise<ServedMetrics | undefined> {
  const there = await cluster.request({ method: 'GET', path: apiServicePath });
  if (there.status !== 404) return undefined;
  const { clock, random, connect } = attached;
  const names = [...attached.nodes.keys()];
  const metrics = createMetricsServer({
    clock,
    nodes: node => attached.endpoints[names.indexOf(node)],
    ...(resolutionMs !== undefined && { resolutionMs }),
  });
  const server = await listen(metrics, address);
  const { port } = server.address() as AddressInfo;
  const process = createProcess(metrics.process, {
    clock,
    random: random.fork('metrics-server'),
    connect,
  });
  const objects = [...metrics.manifests(), ...registration(address, port)];
  const close: ServedMetrics['close'] = async ({ isClusterGone }) => {
    process.stop();
    if (!isClusterGone) await unregister(cluster);
    await new Promise(resolve => {
      server.close(resolve);
      server.closeAllConnections();
    });
  };
  const refused = (await cluster.apply(objects)).find(({ message }) => message !== undefined);
  process.start();
  if (refused === undefined) return { close };
  await close({ isClusterGone: false });
  throw new UserError(`the metrics API is not taken: ${refused.message ?? ''}`, {
    exitCode: exitCodes.backend,
    code: 'metrics-refused',
    next: 'the context needs the right to create Services and APIServices',
  });
}

async function listen(metrics: MetricsServer, address: string): Promise<Server> {
  const { createAuthority } = await import('../../sim/http/certificates.js');
  const authority = await createAuthority();
  const { certificate: cert, key } = await authority.server([address]);
  const server = createServer({ cert, key }, (request, response) =>
    answer(response, serve(metrics, request)),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  return server;
}

/** Discovery asks for the version and the group; the aggregator takes the former as a sign of life. */
function serve({ api }: MetricsServer, request: IncomingMessage): ApiAnswer {
  const { method, url = '/' } = request;
  const path = url.split('?', 1)[0]?.replace(/\/$/, '');
  const told = (body: object): ApiAnswer => ({ status: 200, headers: json, body });
  if (path === `/apis/${group}/${version}`) {
    const groupVersion = `${group}/${version}`;
    const { resources } = api;
    return told({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources });
  }
  const versions = [{ groupVersion: `${group}/${version}`, version }];
  const self = { name: group, versions, preferredVersion: versions[0] };
  if (path === `/apis/${group}`) return told({ kind: 'APIGroup', apiVersion: 'v1', ...self });
  if (path === '/apis') return told({ kind: 'APIGroupList', apiVersion: 'v1', groups: [self] });
  if (!path?.startsWith(`/apis/${group}/${version}/`)) {
    return { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' };
  }
  const headers = { accept: request.headers.accept ?? '' };
  return api.serve({ method: method === 'GET' ? 'GET' : 'POST', path: url, headers }, {});
}

const json = { 'content-type': 'application/json' };

function answer(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  response.writeHead(status, headers);
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/**
 * A Service that leads here. No endpoint may have a loopback address: there the Service is a name, which
 * the aggregator looks up itself.
 */
function registration(address: string, port: number): readonly KubeObject[] {
  const isLoopback = address.startsWith('127.');
  const metadata = { name, namespace };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: isLoopback
      ? { type: 'ExternalName', externalName: 'localhost' }
      : { ports: [{ name: 'https', port: 443, targetPort: port, protocol: 'TCP' }] },
  };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  };
  const apiService = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}` },
    spec: {
      group,
      version,
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { name, namespace, port: isLoopback ? port : 443 },
    },
  };
  return [service, ...(isLoopback ? [] : [slice]), apiService] as readonly KubeObject[];
}

/** An APIService that nobody answers would break discovery and the deletion of namespaces. */
async function unregister(cluster: Pick<Cluster, 'request'>): Promise<void> {
  const paths = [
    apiServicePath,
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${name}`,
    `/api/v1/namespaces/${namespace}/services/${name}`,
  ];
  for (const path of paths) {
    try {
      await cluster.request({ method: 'DELETE', path });
    } catch (error) {
      writeError(`metrics are not taken away: ${(error as Error).message}\n`);
      return;
    }
  }
}
