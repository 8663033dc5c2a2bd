import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExtenderDocument } from '../../sim/scheduler/configuration.js';
import { bootSimulatedCluster, type SimulatedCluster } from './sim.js';

interface Asked {
  readonly verb: string;
  readonly body: {
    readonly Pod?: { readonly metadata: { readonly name: string } };
    readonly Nodes?: {
      readonly items: readonly { readonly metadata: { readonly name: string } }[];
    };
    readonly NodeNames?: readonly string[];
    readonly Node?: string;
    readonly PodName?: string;
    readonly NodeNameToMetaVictims?: Readonly<Record<string, unknown>>;
  };
}

let servers: Server[] = [];

afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

/** A tiny extender: answers by verb, and keeps what it was asked. */
async function extender(answers: Readonly<Record<string, (asked: Asked['body']) => unknown>>) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', chunk => (text += String(chunk)));
    request.on('end', () => {
      const verb = request.url?.split('/').at(-1) ?? '';
      const body = JSON.parse(text) as Asked['body'];
      asked.push({ verb, body });
      const answer = answers[verb];
      response.statusCode = answer === undefined ? 500 : 200;
      response.end(JSON.stringify(answer?.(body) ?? {}));
    });
  });
  servers.push(server);
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { asked, urlPrefix: `http://127.0.0.1:${port}/scheduler` };
}

async function boot(extenders: readonly ExtenderDocument[]): Promise<SimulatedCluster> {
  const nodes = ['a', 'b', 'c'].map(name => ({
    name,
    labels: {},
    taints: [],
    capacity: { cpu: '4', memory: '64Gi', 'ephemeral-storage': '100Gi', pods: '110' },
    devices: [],
    isControlPlane: false,
  }));
  const scheduler = { configuration: { extenders } };
  const cluster = await bootSimulatedCluster({ seed: 1, nodes, scheduler });
  // The taints of nodes that were not ready go a little later.
  await cluster.advance('30s');
  return cluster;
}

const pod = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }],
    ...spec,
  },
});

interface SeenPod {
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: readonly { readonly message?: string }[] };
}

async function seen(cluster: SimulatedCluster, name: string): Promise<SeenPod> {
  const path = `/api/v1/namespaces/default/pods/${name}`;
  return (await cluster.request({ method: 'GET', path })).body as SeenPod;
}

describe('an extender', () => {
  it('filters and prioritizes whole nodes, and is asked about pods in virtual time that stands still', async () => {
    const { asked, urlPrefix } = await extender({
      filter: ({ Nodes }) => ({
        nodes: { items: Nodes?.items.filter(({ metadata }) => metadata.name !== 'a') },
        failedNodes: { a: 'the extender says no' },
      }),
      prioritize: () => [
        { host: 'b', score: 1 },
        { host: 'c', score: 9 },
      ],
    });
    const document = { urlPrefix, filterVerb: 'filter', prioritizeVerb: 'prioritize', weight: 5 };
    await using cluster = await boot([document]);
    await cluster.apply([pod('p')]);
    const startMs = cluster.now();
    await cluster.advance('5s');
    expect(cluster.now() - startMs).toBe(5000);
    expect((await seen(cluster, 'p')).spec.nodeName).toBe('c');
    expect(asked.map(({ verb }) => verb)).toEqual(['filter', 'prioritize']);
    expect(asked[0]?.body.Pod?.metadata.name).toBe('p');
    expect(asked[1]?.body.Nodes?.items.map(({ metadata }) => metadata.name).sort()).toEqual([
      'b',
      'c',
    ]);
  });

  it('that answers with whole nodes has them scored as if nobody were on them', async () => {
    const { urlPrefix } = await extender({ filter: ({ Nodes }) => ({ nodes: Nodes }) });
    await using cluster = await boot([{ urlPrefix, filterVerb: 'filter' }]);
    const large = [{ name: 'c', image: 'i', resources: { requests: { cpu: '3' } } }];
    const small = [{ name: 'c', image: 'i', resources: { requests: { cpu: '10m' } } }];
    await cluster.apply(['a', 'b'].map(nodeName => pod(nodeName, { nodeName, containers: large })));
    await cluster.advance('2s');
    const names = Array.from({ length: 8 }, (_, index) => `p${index}`);
    await cluster.apply(names.map(name => pod(name, { containers: small })));
    await cluster.advance('5s');
    const placed = await Promise.all(names.map(name => seen(cluster, name)));
    const places = new Set(placed.map(({ spec }) => spec.nodeName));
    expect(places).toEqual(new Set(['a', 'b', 'c']));
  });

  it('that knows the nodes gets names; what it refuses stands in the message', async () => {
    const { asked, urlPrefix } = await extender({
      filter: ({ NodeNames = [] }) => ({
        NodeNames: [],
        FailedNodes: Object.fromEntries(NodeNames.map(name => [name, 'no licence'])),
      }),
    });
    await using cluster = await boot([{ urlPrefix, filterVerb: 'filter', nodeCacheCapable: true }]);
    await cluster.apply([pod('p')]);
    await cluster.advance('2s');
    expect(asked[0]?.body.NodeNames?.length).toBe(3);
    const { status } = await seen(cluster, 'p');
    expect(status.conditions?.[0]?.message).toMatch(/^0\/3 nodes are available: 3 no licence\./);
  });

  it('that fails is an error, unless it is ignorable', async () => {
    const { urlPrefix } = await extender({});
    const document = { urlPrefix, filterVerb: 'filter' };
    await using cluster = await boot([document]);
    await cluster.apply([pod('p')]);
    await cluster.advance('500ms');
    expect((await seen(cluster, 'p')).status.conditions?.[0]?.message).toBe(
      `failed filter with extender at URL ${urlPrefix}/filter, code 500`,
    );
    await using other = await boot([{ ...document, ignorable: true }]);
    await other.apply([pod('p')]);
    await other.advance('2s');
    expect((await seen(other, 'p')).spec.nodeName).toMatch(/^[abc]$/);
  });

  it('is asked only about pods with its resources', async () => {
    const { asked, urlPrefix } = await extender({ filter: () => ({ nodeNames: [] }) });
    const managedResources = [{ name: 'example.com/foo', ignoredByScheduler: true }];
    const document = { urlPrefix, filterVerb: 'filter', nodeCacheCapable: true, managedResources };
    await using cluster = await boot([document]);
    await cluster.apply([pod('p')]);
    await cluster.advance('2s');
    expect((await seen(cluster, 'p')).spec.nodeName).toMatch(/^[abc]$/);
    expect(asked).toEqual([]);
  });

  it('binds by itself through the API server', async () => {
    let bind: (asked: Asked['body']) => void = () => undefined;
    const { urlPrefix } = await extender({
      bind: body => {
        bind(body);
        return {};
      },
    });
    await using cluster = await boot([{ urlPrefix, bindVerb: 'bind' }]);
    bind = ({ PodName = '', Node = '' }) => {
      const path = `/api/v1/namespaces/default/pods/${PodName}/binding`;
      const target = { kind: 'Node', name: Node };
      const metadata = { name: PodName };
      const body = { apiVersion: 'v1', kind: 'Binding', metadata, target };
      void cluster.request({ method: 'POST', path, body });
    };
    await cluster.apply([pod('p')]);
    await cluster.advance('2s');
    expect((await seen(cluster, 'p')).spec.nodeName).toMatch(/^[abc]$/);
  });

  it('chooses among the victims of a preemption', async () => {
    const { asked, urlPrefix } = await extender({
      preempt: ({ NodeNameToMetaVictims = {} }) => ({
        nodeNameToMetaVictims: { b: NodeNameToMetaVictims['b'] },
      }),
    });
    await using cluster = await boot([
      { urlPrefix, preemptVerb: 'preempt', nodeCacheCapable: true },
    ]);
    const full = { resources: { requests: { cpu: '4' } } };
    const containers = [{ name: 'c', image: 'i', ...full }];
    await cluster.apply([
      {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name: 'high' },
        value: 10,
      } as never,
      ...['a', 'b', 'c'].map(name => pod(`on-${name}`, { nodeName: name, containers })),
    ]);
    await cluster.advance('5s');
    await cluster.apply([pod('p', { priorityClassName: 'high', containers })]);
    await cluster.advance('90s');
    expect(asked.map(({ verb }) => verb)).toContain('preempt');
    expect((await seen(cluster, 'p')).spec.nodeName).toBe('b');
  });
});
