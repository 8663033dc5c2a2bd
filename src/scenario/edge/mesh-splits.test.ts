import { expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
import { demandsOf } from './derived-traffic.js';

const service = (name: string): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  }) as KubeObject;

const deployment = (name: string, replicas: number): KubeObject =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: { replicas, template: { metadata: { labels: { app: name } }, spec: {} } },
  }) as KubeObject;

const namespace = (labels: Readonly<Record<string, string>> = {}): KubeObject =>
  ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } }) as KubeObject;

const injected = namespace({ 'istio-injection': 'enabled' });

function split(more: object, http: object = {}): KubeObject {
  const to = (host: string, weight: number) => ({ destination: { host }, weight });
  const route = [to('stable', 90), to('canary.shop.svc.cluster.local', 10)];
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { hosts: ['web'], http: [{ route, ...http }], ...more },
  } as KubeObject;
}

const behind = ['web', 'stable', 'canary'].map(service);
const pods = [deployment('stable', 3), deployment('canary', 1)];

function demanded(...objects: readonly KubeObject[]): readonly string[] {
  return demandsOf([...behind, ...pods, ...objects]).map(({ service: name, route }) =>
    route === undefined ? name : `${name} ${route.share} of ${route.replicas} by ${route.name}`,
  );
}

const alone = ['shop/web', 'shop/stable', 'shop/canary'];
const divided = ['shop/stable 0.9 of 4 by shop/web', 'shop/canary 0.1 of 4 by shop/web'];

it('divides the requests of clients with sidecars by the weights, instead of those to the name', () => {
  expect(demanded(injected, split({}))).toEqual(divided);
  expect(demanded(namespace(), split({}))).toEqual(alone);
});

it('divides those that come in by a gateway, whoever has a sidecar', () => {
  expect(demanded(split({ gateways: ['edge'], hosts: ['shop.example.com'] }))).toEqual([
    'shop/web',
    ...divided,
  ]);
});

it('leaves requests alone of which it depends where they go', () => {
  expect(demanded(injected, split({}, { match: [{ uri: { prefix: '/' } }] }))).toEqual(alone);
  expect(demanded(injected, split({}, { redirect: { uri: '/' } }))).toEqual(alone);
  const subsets = ['v1', 'v2'].map(subset => ({ destination: { host: 'web', subset }, weight: 1 }));
  expect(demanded(injected, split({}, { route: subsets }))).toEqual(alone);
  const unknown = [{ destination: { host: 'stable' }, weight: 1 }, { destination: { host: 'x' } }];
  expect(demanded(injected, split({}, { route: unknown }))).toEqual(alone);
});

const entrance = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'edge', namespace: 'istio-system' },
    spec: {
      template: {
        metadata: {
          labels: { istio: 'edge' },
          annotations: { 'inject.istio.io/templates': 'gateway' },
        },
        spec: { containers: [{ name: 'istio-proxy', image: 'auto' }] },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'edge', namespace: 'istio-system' },
    spec: { selector: { istio: 'edge' }, ports: [{ port: 15_021 }, { port: 80 }] },
  },
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge', namespace: 'shop' },
    spec: { selector: { istio: 'edge' }, servers: [{ port: { number: 80 }, hosts: ['*'] }] },
  },
] as unknown as readonly KubeObject[];

it('leads requests through the gateway that the manifests have, which gets what they get', () => {
  const entered = (...objects: readonly KubeObject[]) =>
    demandsOf([...behind, ...pods, ...objects]).map(demand => [
      demand.service,
      demand.entrance?.host,
      demand.entrance?.port,
    ]);
  const host = 'edge.istio-system.svc.cluster.local';
  const outside = { gateways: ['edge'], hosts: ['shop.example.com'] };
  expect(entered(...entrance, split(outside))).toEqual([
    ['shop/web', undefined, undefined],
    ['shop/stable', host, 80],
    ['shop/canary', host, 80],
    ['istio-system/edge', undefined, undefined],
  ]);
  const gate = demandsOf([...behind, ...pods, ...entrance, split(outside)]).at(-1);
  expect(gate).toMatchObject({ service: 'istio-system/edge', port: 80, isEntrance: true });
  // Pods with sidecars ask by themselves, too.
  const both = { ...outside, gateways: ['edge', 'mesh'] };
  expect(entered(...entrance, split(both)).map(([name, at]) => [name, at])).toEqual([
    ...['shop/web', 'shop/stable', 'shop/canary', 'istio-system/edge'].map(name => [
      name,
      undefined,
    ]),
  ]);
});
