/** The Gateway API on a simulated cluster: what its kinds refuse, and what the controller says of them. */
import { expect, it } from 'vitest';
import type { KubeObject } from '../sim/api/object.js';
import { gatewayApi } from '../sim/operators/gateway-api.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import type { SimulatedCluster } from '../src/backends/sim.js';
import { gpuNodes } from './bench/cluster.js';

const boot = () => bootSimulatedCluster({ seed: 1, nodes: gpuNodes(1), operators: [gatewayApi] });

const group = 'gateway.networking.k8s.io';

const gatewayClass = {
  apiVersion: `${group}/v1`,
  kind: 'GatewayClass',
  metadata: { name: 'own' },
  spec: { controllerName: 'seatrial.dev/gateway-controller' },
};

const gateway = {
  apiVersion: `${group}/v1`,
  kind: 'Gateway',
  metadata: { name: 'public', namespace: 'default' },
  spec: {
    gatewayClassName: 'own',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP', hostname: '*.example.com' }],
  },
};

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
});

const route = (spec: object) => ({
  apiVersion: `${group}/v1`,
  kind: 'HTTPRoute',
  metadata: { name: 'r', namespace: 'default' },
  spec: { parentRefs: [{ name: 'public' }], ...spec },
});

const weighted = (weight: number, port: number | undefined = 80) => ({
  rules: [{ backendRefs: [{ name: 'v1', ...(port !== undefined && { port }), weight }] }],
});

async function statusOf(cluster: SimulatedCluster, path: string): Promise<unknown> {
  await cluster.advance('2s');
  const answer = await cluster.request({
    method: 'GET',
    path: `/apis/${group}/v1/${path}`,
  });
  return (answer.body as KubeObject)['status'];
}

const route0 = 'namespaces/default/httproutes/r';

it('refuses what is no route, naming the field', async () => {
  await using cluster = await boot();
  const refusals = async (spec: object) => {
    const [applied] = await cluster.apply([route(spec)]);
    return applied?.message;
  };
  expect(await refusals(weighted(1_000_001))).toContain('weight: Invalid value: 1000001');
  expect(await refusals(weighted(-1))).toContain('should be greater than or equal to 0');
  expect(await refusals({ rules: [{ backendRefs: [{ name: 'v1', weight: 1 }] }] })).toContain(
    'Must have port for Service reference',
  );
  expect(await refusals({ rules: [{ backendRefs: [{ port: 80 }] }] })).toContain(
    'name: Required value',
  );
  expect(await refusals({ rules: [{ matches: [{ path: { value: 'x' } }] }] })).toContain(
    'value must be an absolute path',
  );
  expect(
    await refusals({ rules: [{ backendRefs: [{ name: 'v1', port: 80, wieght: 1 }] }] }),
  ).toContain('unknown field');
  expect(await refusals(weighted(90))).toBeUndefined();
});

it('fills in the defaults', async () => {
  await using cluster = await boot();
  await cluster.apply([route({ rules: [{ backendRefs: [{ name: 'v1', port: 80 }] }] })]);
  const { body } = await cluster.request({ method: 'GET', path: `/apis/${group}/v1/${route0}` });
  expect((body as KubeObject)['spec']).toEqual({
    parentRefs: [{ group, kind: 'Gateway', name: 'public' }],
    rules: [
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        backendRefs: [{ group: '', kind: 'Service', name: 'v1', port: 80, weight: 1 }],
      },
    ],
  });
});

it('says of classes, gateways and routes whether they are in order', async () => {
  await using cluster = await boot();
  await cluster.apply([gatewayClass, gateway, route(weighted(1))]);
  const conditions = (...all: readonly [string, string, string][]) =>
    all.map(
      ([type, status, reason]) => expect.objectContaining({ type, status, reason }) as unknown,
    );
  expect(await statusOf(cluster, 'gatewayclasses/own')).toMatchObject({
    conditions: conditions(['Accepted', 'True', 'Accepted']),
  });
  expect(await statusOf(cluster, 'namespaces/default/gateways/public')).toMatchObject({
    conditions: conditions(['Accepted', 'True', 'Accepted'], ['Programmed', 'True', 'Programmed']),
    listeners: [{ name: 'http', attachedRoutes: 1 }],
  });
  expect(await statusOf(cluster, route0)).toMatchObject({
    parents: [
      {
        controllerName: 'seatrial.dev/gateway-controller',
        conditions: conditions(
          ['Accepted', 'True', 'Accepted'],
          ['ResolvedRefs', 'False', 'BackendNotFound'],
        ),
      },
    ],
  });
  await cluster.apply([service('v1')]);
  expect(await statusOf(cluster, route0)).toMatchObject({
    parents: [
      {
        conditions: conditions(
          ['Accepted', 'True', 'Accepted'],
          ['ResolvedRefs', 'True', 'ResolvedRefs'],
        ),
      },
    ],
  });
  await cluster.apply([route({ ...weighted(1), hostnames: ['elsewhere.org'] })]);
  expect(await statusOf(cluster, route0)).toMatchObject({
    parents: [
      {
        conditions: conditions(
          ['Accepted', 'False', 'NoMatchingListenerHostname'],
          ['ResolvedRefs', 'True', 'ResolvedRefs'],
        ),
      },
    ],
  });
});

it('lets a route of another namespace in only where it is granted', async () => {
  await using cluster = await boot();
  const away = {
    rules: [{ backendRefs: [{ name: 'v1', namespace: 'other', port: 80 }] }],
  };
  const other = service('v1');
  await cluster.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } },
    gatewayClass,
    gateway,
    { ...other, metadata: { ...other.metadata, namespace: 'other' } },
    route(away),
  ]);
  const reason = async () => {
    const status = (await statusOf(cluster, route0)) as {
      parents: { conditions: { reason: string }[] }[];
    };
    return status.parents[0]?.conditions[1]?.reason;
  };
  expect(await reason()).toBe('RefNotPermitted');
  await cluster.apply([
    {
      apiVersion: `${group}/v1beta1`,
      kind: 'ReferenceGrant',
      metadata: { name: 'g', namespace: 'other' },
      spec: {
        from: [{ group, kind: 'HTTPRoute', namespace: 'default' }],
        to: [{ group: '', kind: 'Service' }],
      },
    },
  ]);
  expect(await reason()).toBe('ResolvedRefs');
});
