/** A cluster with a mesh: a model with a sidecar, and clients with and without one. */
import type { HttpRequest, HttpResponse } from '../../sim/api/http-message.js';
import { istiod } from '../../sim/operators/istiod.js';
import type { NodeShape } from '../../sim/simulation.js';
import type { ContainerContext, Workload } from '../../sim/workloads/workload.js';
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import { manifests } from '../../src/index.js';

const shape = (name: string, isControlPlane: boolean): NodeShape => ({
  name,
  labels: {},
  taints: isControlPlane
    ? [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]
    : [],
  capacity: { cpu: '8', memory: '16Gi', 'ephemeral-storage': '100Gi', pods: '110' },
  devices: [],
  isControlPlane,
});

const client = (name: string, namespace: string) => `
  ---
  apiVersion: v1
  kind: ServiceAccount
  metadata: {name: ${name}, namespace: ${namespace}}
  ---
  apiVersion: v1
  kind: Pod
  metadata: {name: ${name}, namespace: ${namespace}}
  spec: {serviceAccountName: ${name}, containers: [{name: client, image: client}]}
`;

const platform = `
  apiVersion: v1
  kind: Namespace
  metadata: {name: serving, labels: {istio-injection: enabled}}
  ---
  apiVersion: v1
  kind: Namespace
  metadata: {name: legacy}
  ---
  apiVersion: v1
  kind: Service
  metadata: {name: model, namespace: serving}
  spec:
    selector: {app: model}
    ports: [{name: http, port: 80, targetPort: 8080}]
  ---
  apiVersion: v1
  kind: Pod
  metadata:
    name: model
    namespace: serving
    labels: {app: model}
    annotations: {prometheus.io/scrape: 'true', prometheus.io/port: '8080'}
  spec:
    containers:
      - name: server
        image: model
        ports: [{containerPort: 8080}]
        readinessProbe: {httpGet: {path: /ready, port: 8080}}
  ${client('gateway', 'serving')}
  ${client('batch', 'serving')}
  ${client('old', 'legacy')}
`;

/** What clients ask for. */
export const post: HttpRequest = {
  protocol: 'http',
  method: 'POST',
  path: '/v1/predict',
  body: '',
};

/** Boots it, with the ways of its clients. */
export async function meshPlatform() {
  const clients = new Map<string, ContainerContext>();
  const server: Workload = {
    name: 'server',
    start: context => {
      context.network.listen(8080, ({ reply }) =>
        reply({ status: 200, contentType: 'text/plain', body: 'scored' }),
      );
      return {
        probe: request => ({
          isSuccess: request.kind === 'http' && request.port === 8080 && request.path === '/ready',
        }),
      };
    },
  };
  const sick: Workload = {
    name: 'sick',
    start: () => ({
      probe: request =>
        request.kind === 'http'
          ? { isSuccess: false, message: 'HTTP probe failed with statuscode: 503' }
          : { isSuccess: false, isRefused: true },
    }),
  };
  const idle: Workload = {
    name: 'idle',
    start: context => {
      clients.set(context.pod.metadata.name ?? '', context);
      return {};
    },
  };
  const cluster = await bootSimulatedCluster({
    seed: 7,
    nodes: [shape('control-plane', true), shape('worker', false)],
    operators: [istiod],
    workloads: [
      { workload: server, image: 'model' },
      { workload: idle, image: 'client' },
      { workload: sick, image: 'sick' },
    ],
  });
  const { loop, network } = cluster.simulation;
  const pass = (seconds: number) => loop.runUntil(loop.now() + seconds * 1000);
  pass(5);
  const apply = (text: string) => cluster.apply(manifests(text));
  await apply(platform);
  pass(60);
  const send = (
    from: string,
    request: HttpRequest = post,
    to = { host: 'model.serving', port: 80 },
    heard = () => {},
  ) => {
    let got = '';
    clients.get(from)?.network.send(to, request, reply => {
      const { status, body } = (reply.isOk ? reply.payload : {}) as Partial<HttpResponse>;
      got = reply.isOk ? `${status} ${body}` : reply.error;
      heard();
    });
    pass(30);
    return got;
  };
  const reach = (from: string, request = post, to = { host: 'model.serving', port: 80 }) => {
    const pod = clients.get(from)?.pod;
    const found = network.reach(to, pod === undefined ? undefined : { pod }, request);
    if ('error' in found) return found.error;
    const { backends, answers = [] } = found;
    return [...backends.map(({ verdict }) => verdict), ...answers.map(({ status }) => status)];
  };
  const pod = async (name: string, namespace = 'serving') =>
    (
      await cluster.request({
        method: 'GET',
        path: `/api/v1/namespaces/${namespace}/pods/${name}`,
      })
    ).body;
  return { cluster, apply, pass, send, reach, pod };
}
