/** Default-deny, and the openings that it needs: on a whole cluster, by plain manifests, in virtual time. */
import { describe, expect, it } from 'vitest';
import type { ContainerContext, Workload, WorkloadRule } from '../sim/workloads/workload.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { manifests } from '../src/index.js';
import type { NodeShape } from '../sim/simulation.js';

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

const platform = `
  apiVersion: v1
  kind: Namespace
  metadata: {name: serving}
  ---
  apiVersion: v1
  kind: Service
  metadata: {name: model, namespace: serving}
  spec:
    selector: {app: model}
    ports: [{name: http, port: 80, targetPort: http}]
  ---
  apiVersion: v1
  kind: Pod
  metadata: {name: model, namespace: serving, labels: {app: model}}
  spec:
    containers: [{name: server, image: model, ports: [{name: http, containerPort: 8080}]}]
  ---
  apiVersion: v1
  kind: Pod
  metadata: {name: gateway, namespace: serving, labels: {app: gateway}}
  spec:
    containers: [{name: client, image: client}]
`;

const defaultDeny = `
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: default-deny, namespace: serving}
  spec:
    podSelector: {}
    policyTypes: [Ingress, Egress]
`;

const openings = `
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: gateway, namespace: serving}
  spec:
    podSelector: {matchLabels: {app: gateway}}
    policyTypes: [Egress]
    egress:
      - to: [{podSelector: {matchLabels: {app: model}}}]
        ports: [{port: http}]
  ---
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: model, namespace: serving}
  spec:
    podSelector: {matchLabels: {app: model}}
    ingress:
      - from: [{podSelector: {matchLabels: {app: gateway}}}]
        ports: [{port: 8080}]
`;

const dnsOpening = `
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: dns, namespace: serving}
  spec:
    podSelector: {}
    policyTypes: [Egress]
    egress:
      - to:
          - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
            podSelector: {matchLabels: {k8s-app: kube-dns}}
        ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
`;

const apiOpening = `
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: api, namespace: serving}
  spec:
    podSelector: {matchLabels: {app: gateway}}
    policyTypes: [Egress]
    egress:
      - to: [{ipBlock: {cidr: 172.18.0.2/32}}]
        ports: [{port: 6443}]
`;

/** A server that answers, and a client that is told what to ask. */
function programs(): { readonly rules: readonly WorkloadRule[]; client(): ContainerContext } {
  let client: ContainerContext | undefined;
  const server: Workload = {
    name: 'server',
    start: context => {
      context.network.listen(8080, ({ reply }) => reply('scored'));
      return {};
    },
  };
  const idle: Workload = {
    name: 'idle',
    start: context => {
      client = context;
      return {};
    },
  };
  return {
    rules: [
      { workload: server, image: 'model' },
      { workload: idle, image: 'client' },
    ],
    client() {
      if (client === undefined) throw new Error('the client has not started');
      return client;
    },
  };
}

async function run(...texts: readonly string[]) {
  const { rules, client } = programs();
  const nodes = [shape('control-plane', true), shape('worker', false)];
  await using cluster = await bootSimulatedCluster({ seed: 7, nodes, workloads: rules });
  const applied = await cluster.apply([platform, ...texts].flatMap(manifests));
  expect(applied.map(({ status }) => status).every(status => status < 300)).toBe(true);
  const { loop, network } = cluster.simulation;
  loop.runUntil(loop.now() + 60_000);
  const pod = client().pod;
  const reach = network.reach({ host: 'model', port: 80 }, { pod });
  let reply: unknown;
  client().network.send({ host: 'model', port: 80 }, 'row', answer => {
    reply = answer.isOk ? answer.payload : answer.error;
  });
  let status = 0;
  client().api({ method: 'GET', path: '/version' }, answer => {
    status = answer.status;
  });
  loop.runUntil(loop.now() + 60_000);
  const ready = await cluster.request({
    method: 'GET',
    path: '/api/v1/namespaces/serving/pods/model',
  });
  return { reach, reply, status, ready: ready.body, digest: cluster.digest() };
}

const reached = (verdict: string) => ({
  backends: [{ port: 8080, pod: { namespace: 'serving', name: 'model' }, verdict }],
});

describe('a namespace that denies by default', () => {
  it('without policies lets everything through', async () => {
    const { reach, reply, status } = await run();
    expect(reach).toMatchObject(reached('allow'));
    expect({ reply, status }).toEqual({ reply: 'scored', status: 200 });
  });

  it('cuts its pods off from names, from each other and from the API server', async () => {
    const { reach, reply, status, ready } = await run(defaultDeny);
    expect(reach).toEqual({ error: 'unknown host', isDnsDenied: true });
    expect({ reply, status }).toEqual({ reply: 'unknown host', status: 503 });
    expect(ready).toMatchObject({ status: { phase: 'Running' } });
  });

  it('still fails for want of names, the commonest mistake, when only the traffic is opened', async () => {
    expect(await run(defaultDeny, openings)).toMatchObject({ reply: 'unknown host', status: 503 });
  });

  it('reaches who is opened by name once the name server is, and the API server by its own address', async () => {
    const { reach, reply, status } = await run(defaultDeny, openings, dnsOpening);
    expect(reach).toMatchObject(reached('allow'));
    expect({ reply, status }).toEqual({ reply: 'scored', status: 503 });
    const all = await run(defaultDeny, openings, dnsOpening, apiOpening);
    expect(all).toMatchObject({ reply: 'scored', status: 200 });
  });

  it('names the side that drops', async () => {
    const [egress = '', ingress = ''] = openings.split('---');
    const { reach, reply } = await run(defaultDeny, egress, dnsOpening);
    expect(reach).toMatchObject(reached('ingress-denied'));
    expect(reply).toBe('timeout');
    expect((await run(defaultDeny, ingress, dnsOpening)).reach).toMatchObject(
      reached('egress-denied'),
    );
  });

  it('stays cut off while the plug-in is down, and while its next life catches up', async () => {
    const { rules, client } = programs();
    const nodes = [shape('control-plane', true), shape('worker', false)];
    await using cluster = await bootSimulatedCluster({ seed: 7, nodes, workloads: rules });
    await cluster.apply([platform, defaultDeny, dnsOpening].flatMap(manifests));
    const { loop, network, processes } = cluster.simulation;
    const plugin = processes.get('kindnet');
    const pass = (seconds: number) => loop.runUntil(loop.now() + seconds * 1000);
    pass(60);
    const reach = () => network.reach({ host: 'model', port: 80 }, { pod: client().pod });
    expect(reach()).toMatchObject(reached('both-denied'));
    plugin?.stop();
    await cluster.apply(manifests(openings));
    pass(60);
    expect(reach()).toMatchObject(reached('both-denied'));
    plugin?.start();
    expect(reach()).toMatchObject(reached('both-denied'));
    pass(10);
    expect(reach()).toMatchObject(reached('allow'));
  });

  it('has one history for one seed', async () => {
    const digests = [await run(defaultDeny, openings), await run(defaultDeny, openings)];
    expect(digests[0]?.digest).toBe(digests[1]?.digest);
  });
});
