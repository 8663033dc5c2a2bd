/** What a gateway listens for and where it sends requests: @upstream pilot/pkg/networking/core/gateway_test.go */
import { describe, expect, it } from 'vitest';
import { gatewayTurn, listenersOf, type GatewayPlace } from './gateway.js';
import { gatewayName } from './http-match.js';
import type { Gateway, GatewayServer, VirtualServiceSpec } from './kinds.js';

const workload = {
  ...{ name: 'gateway', namespace: 'istio-system', serviceAccount: 'gateway', ip: '10.0.0.9' },
  ...{ labels: { istio: 'ingressgateway' }, hasSidecar: true, isGateway: true },
};

const place: GatewayPlace = {
  workload,
  portOf: port => (port === 80 ? 8080 : port),
  hasCertificate: name => name === 'there',
};

const server = (number: number, protocol: string, hosts: readonly string[]): GatewayServer => ({
  port: { number, protocol, name: protocol.toLowerCase() },
  hosts,
});

const gateway = (name: string, servers: readonly GatewayServer[], selector = {}): Gateway => ({
  kind: 'Gateway',
  metadata: { name, namespace: 'shop', creationTimestamp: `2026-01-01T00:00:00Z` },
  spec: { selector: { istio: 'ingressgateway', ...selector }, servers },
});

const route = (name: string, spec: VirtualServiceSpec, namespace = 'shop') =>
  ({ kind: 'VirtualService', metadata: { name, namespace }, spec }) as const;

const to = (host: string) => ({ route: [{ destination: { host } }] });

describe('the listeners of a gateway', () => {
  const ports = (...gateways: Gateway[]) => [...listenersOf(gateways, place).keys()];
  const tls = (credentialName: string, mode = 'SIMPLE') => ({
    ...server(443, 'HTTPS', ['a.org']),
    tls: { mode, credentialName },
  });

  it('are those of all Gateways that select the pod, at the ports behind its Services', () => {
    const other = gateway('b', [server(90, 'HTTP2', ['*'])]);
    expect(ports(gateway('a', [server(80, 'HTTP', ['*'])]), other)).toEqual([8080, 90]);
    expect(ports(gateway('a', [server(80, 'HTTP', ['*'])], { app: 'other' }))).toEqual([]);
  });

  it('need the Secret of the certificate, and end TLS themselves', () => {
    expect(ports(gateway('a', [tls('there')]))).toEqual([443]);
    expect(ports(gateway('a', [tls('nowhere')]))).toEqual([]);
    expect(ports(gateway('a', [tls('there', 'PASSTHROUGH')]))).toEqual([]);
    expect(ports(gateway('a', [server(9000, 'TCP', ['*'])]))).toEqual([]);
  });

  it('speak one thing: the first says which', () => {
    const mixed = gateway('a', [server(443, 'HTTP', ['*']), tls('there')]);
    expect(listenersOf([mixed], place).get(443)).toMatchObject({
      isTls: false,
      servers: [{ gateway: 'shop/a' }],
    });
  });
});

describe('the turn of a request', () => {
  const turn = (
    gateways: readonly Gateway[],
    services: readonly ReturnType<typeof route>[],
    { authority = 'a.org', path = '/', port = 8080 } = {},
  ) => {
    const listener = listenersOf(gateways, place).get(port);
    if (listener === undefined) return 'refused';
    const asked = { client: workload, method: 'GET', path, authority, headers: {} };
    const found = gatewayTurn(listener, services, asked);
    return found.kind === 'route'
      ? (found.taken.route.route?.[0]?.destination?.host ?? '')
      : found.kind;
  };
  const open = gateway('web', [server(80, 'HTTP', ['*'])]);
  const bound = (hosts: readonly string[], host: string, gateways = ['web']) =>
    route(host, { hosts, gateways, http: [to(host)] });

  it('goes by the closest host, whatever its case and port', () => {
    const all = [bound(['*'], 'any'), bound(['*.org'], 'wild'), bound(['a.org'], 'own')];
    const hosts = ['a.org', 'A.org:8080', 'b.org', 'c.com'];
    expect(hosts.map(authority => turn([open], all, { authority }))).toEqual([
      ...['own', 'own', 'wild', 'any'],
    ]);
    expect(turn([open], [bound(['b.org'], 'b')])).toBe('not found');
  });

  it('needs the VirtualService to be bound to the Gateway, by any of its names', () => {
    const names = ['web', 'shop/web', './web', 'web.shop.svc.cluster.local', 'mesh', 'other/web'];
    expect(names.map(one => turn([open], [bound(['a.org'], 'own', [one])]))).toEqual([
      ...['own', 'own', 'own', 'own', 'not found', 'not found'],
    ]);
    expect(turn([open], [route('x', { hosts: ['a.org'], http: [to('own')] })])).toBe('not found');
    expect(gatewayName('mesh', 'shop')).toBe('mesh');
  });

  it('takes the hosts that both have, of the namespaces that the Gateway lets in', () => {
    const own = bound(['a.org', 'b.org'], 'own');
    const of = (...hosts: string[]) => gateway('web', [server(80, 'HTTP', hosts)]);
    expect(turn([of('b.org')], [own])).toBe('not found');
    expect(turn([of('shop/a.org')], [own])).toBe('own');
    expect(turn([of('./a.org')], [own])).toBe('own');
    expect(turn([of('other/*')], [own])).toBe('not found');
    expect(turn([of('*/a.org')], [own])).toBe('own');
  });

  it('joins VirtualServices of one host: what is for all requests is asked last', () => {
    const all = bound(['a.org'], 'all');
    const some = route('some', {
      ...{ hosts: ['a.org'], gateways: ['web'] },
      http: [{ match: [{ uri: { prefix: '/v2' } }], ...to('some') }],
    });
    expect(turn([open], [all, some], { path: '/v2/x' })).toBe('some');
    expect(turn([open], [all, some], { path: '/v1/x' })).toBe('all');
  });

  it('leaves out matches for sidecars, for other gateways and for other ports', () => {
    const by = (match: object) =>
      route('x', { hosts: ['*'], gateways: ['web'], http: [{ match: [match], ...to('own') }] });
    const matches = [
      ...[{ gateways: ['mesh'] }, { gateways: ['shop/web'] }, { gateways: ['web'] }],
      ...[{ port: 81 }, { port: 80 }, { scheme: { exact: 'https' } }],
      ...[{ sourceLabels: { app: 'x' } }, { sourceNamespace: 'istio-system' }],
    ];
    expect(matches.map(match => turn([open], [by(match)]))).toEqual([
      ...['not found', 'own', 'own', 'not found', 'own', 'not found', 'not found', 'own'],
    ]);
  });

  it('is sent to https where the server says so, whether there are routes or not', () => {
    const redirecting = gateway('web', [
      { ...server(80, 'HTTP', ['*.org']), tls: { httpsRedirect: true } },
    ]);
    expect(turn([redirecting], [bound(['a.org'], 'own')])).toBe('redirect to https');
    expect(turn([redirecting], [])).toBe('redirect to https');
    expect(turn([redirecting], [], { authority: 'a.com' })).toBe('not found');
  });

  it('ends in TLS where no server has the name', () => {
    const secure = gateway('web', [
      { ...server(443, 'HTTPS', ['*.org']), tls: { mode: 'SIMPLE', credentialName: 'there' } },
    ]);
    const at = (authority: string) =>
      turn([secure], [bound(['a.org', 'a.com'], 'own')], { authority, port: 443 });
    expect(['a.org', 'b.org', 'a.com'].map(at)).toEqual(['own', 'not found', 'reset']);
  });
});
