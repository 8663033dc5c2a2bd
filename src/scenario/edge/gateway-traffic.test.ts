/** What clients get through the gateway of a mesh while pods end: the gateway tries others. */
import { expect, it } from 'vitest';
import { parseManifests } from '../../input/manifests.js';
import { ServiceTraffic, type Sender } from './service-traffic.js';

const platform = (retries: string) =>
  parseManifests(
    `
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: edge, namespace: istio-system}
  spec:
    replicas: 2
    template:
      metadata: {labels: {istio: edge}, annotations: {inject.istio.io/templates: gateway}}
      spec: {containers: [{name: istio-proxy, image: auto}]}
  ---
  apiVersion: v1
  kind: Service
  metadata: {name: edge, namespace: istio-system}
  spec: {selector: {istio: edge}, ports: [{port: 15021}, {port: 80}]}
  ---
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: {name: edge, namespace: shop}
  spec: {selector: {istio: edge}, servers: [{port: {number: 80}, hosts: ['*']}]}
  ---
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: {name: web, namespace: shop}
  spec: {hosts: ['*'], gateways: [edge], http: [{route: [{destination: {host: web}}]${retries}}]}
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web, namespace: shop}
  spec:
    replicas: 4
    template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}
  ---
  apiVersion: v1
  kind: Service
  metadata: {name: web, namespace: shop}
  spec: {selector: {app: web}, ports: [{port: 80}]}
`.replaceAll('\n  ', '\n'),
    'm.yaml',
  ).map(({ object }) => object);

const [gates, pods] = [
  ['10.0.1.1', '10.0.1.2'],
  ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'],
];

/** The spans of half a minute in which one pod of the gateway, or of the Service, does not listen. */
function lost(silent: string, { retries = '', proxies = [] as readonly string[] } = {}) {
  let nowMs = 0;
  const traffic = new ServiceTraffic();
  const sender = {
    loop: { now: () => nowMs },
    network: {
      version: 0,
      route: ({ host }: { readonly host: string }) => ({
        backends: (host.startsWith('edge.') ? gates : pods).map(ip => ({ ip, port: 80 })),
      }),
      shutBy: () => undefined,
      hasProxyAt: (ip: string) => proxies.includes(ip),
    },
  };
  traffic.begin(sender as unknown as Sender);
  traffic.applied(platform(retries));
  const servers = [...gates, ...pods].map(ip => ({
    ...{ ip, node: 'n1', requestMillis: 100, isStopping: false, wasTold: false },
  }));
  for (const server of servers) traffic.joined(server);
  traffic.look();
  const gone = servers.find(({ ip }) => ip === silent);
  if (gone !== undefined) traffic.left(Object.assign(gone, { isStopping: true, wasTold: true }));
  traffic.look();
  nowMs = 30_000;
  traffic.end();
  return traffic.outcomes.map(({ service, offered, failed }) => [service, offered, failed]);
}

const all = 4 * 500 * 30;

it('tries another pod, and so loses nothing', () => {
  expect(lost('10.0.0.1')).toEqual([
    ['istio-system/edge', all, {}],
    ['shop/web', all, {}],
  ]);
});

it('loses what the route wants to be tried once', () => {
  const [, web] = lost('10.0.0.1', { retries: ', retries: {attempts: 0}' });
  expect(web).toEqual(['shop/web', all, { refused: all / 4 }]);
});

it('takes the word of a sidecar whose program has ended for an answer', () => {
  const proxies = ['10.0.0.1'];
  const [, web] = lost('10.0.0.1', { proxies });
  expect(web).toEqual(['shop/web', all, { refused: all / 4 }]);
  const retries = ", retries: {attempts: 2, retryOn: 'connect-failure,503'}";
  expect(lost('10.0.0.1', { proxies, retries })[1]).toEqual(['shop/web', all, {}]);
});

it("tells what the gateway's own pods lose, of its Service", () => {
  expect(lost('10.0.1.1')).toEqual([
    ['istio-system/edge', all, { refused: all / 2 }],
    ['shop/web', all, { 'lost at the gateway': all / 2 }],
  ]);
});
