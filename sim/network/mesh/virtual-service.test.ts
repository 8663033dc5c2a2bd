import { expect, it } from 'vitest';
import type { HttpMatch, HttpRoute, VirtualService, VirtualServiceSpec } from './kinds.js';
import type { RoutedRequest } from './http-match.js';
import { certainRoute, destinationsOf, rewrittenPath, takenRoute } from './virtual-service.js';

const service = { name: 'model', namespace: 'models' };
const asked: RoutedRequest = {
  client: {
    ...{ name: 'web', namespace: 'shop', serviceAccount: 'web', ip: '10.0.0.1' },
    ...{ labels: { app: 'web' }, hasSidecar: true },
  },
  ...{ port: 80, method: 'POST', path: '/v1/score?user=7', authority: 'model.models' },
  headers: { 'x-team': 'red' },
};

const to = (host: string): HttpRoute => ({ route: [{ destination: { host } }] });

/** A VirtualService that is told by where it leads. */
function leading(
  host: string,
  spec: VirtualServiceSpec = {},
  { namespace = 'models', creationTimestamp = '2026-01-01T00:00:00Z' } = {},
): VirtualService {
  const metadata = { namespace, name: host, creationTimestamp };
  const hosts = ['model.models.svc.cluster.local'];
  return { kind: 'VirtualService', metadata, spec: { hosts, http: [to(host)], ...spec } };
}

function ledBy(all: readonly VirtualService[], request: Partial<RoutedRequest> = {}) {
  const taken = takenRoute(all, service, { ...asked, ...request });
  return taken && (taken.route?.route?.[0]?.destination?.host ?? 'none');
}

it('counts for the services that its hosts mean: short names in its own namespace', () => {
  expect(ledBy([leading('a', { hosts: ['model'] })])).toBe('a');
  expect(ledBy([leading('a', { hosts: ['model'] }, { namespace: 'shop' })])).toBeUndefined();
  expect(ledBy([leading('a', { hosts: ['model.models'] })])).toBeUndefined();
  const wild = leading('wild', { hosts: ['*.models.svc.cluster.local'] });
  const wilder = leading('wilder', { hosts: ['*'] });
  expect(ledBy([wilder, wild])).toBe('wild');
  const young = leading('exact', {}, { creationTimestamp: '2026-02-01T00:00:00Z' });
  expect(ledBy([wilder, wild, young])).toBe('exact');
  expect(ledBy([young, leading('older')])).toBe('older');
});

it('counts for sidecars only where it says so, and where it is exported to', () => {
  expect(ledBy([leading('a', { gateways: ['edge'] })])).toBeUndefined();
  expect(ledBy([leading('a', { gateways: ['edge', 'mesh'] })])).toBe('a');
  expect(ledBy([leading('a', { exportTo: ['.'] })])).toBeUndefined();
  expect(ledBy([leading('a', { exportTo: ['shop'] })])).toBe('a');
  const own = leading('own', { exportTo: ['.'] }, { namespace: 'shop' });
  expect(ledBy([leading('a'), own])).toBe('own');
});

it.each<[string, HttpMatch, Partial<RoutedRequest>, boolean]>([
  ['the path without its query', { uri: { exact: '/v1/score' } }, {}, true],
  ['a prefix, by letters', { uri: { prefix: '/v1/sc' } }, {}, true],
  ['another path', { uri: { prefix: '/v2' } }, {}, false],
  ['all of a pattern', { uri: { regex: '/v\\d/.*' } }, {}, true],
  ['but no part of it', { uri: { regex: '/v\\d' } }, {}, false],
  ['what is no pattern', { uri: { regex: '(' } }, {}, false],
  ['letters of any case', { uri: { prefix: '/V1' }, ignoreUriCase: true }, {}, true],
  ['a method', { method: { exact: 'GET' } }, {}, false],
  ['a header, by any case of its name', { headers: { 'X-Team': { exact: 'red' } } }, {}, true],
  ['that there is a header', { headers: { 'x-team': {} } }, {}, true],
  ['a header that is not there', { headers: { 'x-user': {} } }, {}, false],
  ['without a header', { withoutHeaders: { 'x-team': { exact: 'red' } } }, {}, false],
  ['without a value', { withoutHeaders: { 'x-team': { exact: 'blue' } } }, {}, true],
  ['a parameter', { queryParams: { user: { exact: '7' } } }, {}, true],
  ['all of several', { method: { exact: 'POST' }, uri: { exact: '/' } }, {}, false],
  ['an authority', { authority: { prefix: 'model' } }, {}, true],
])('asks for %s', (_, match, request, isTaken) => {
  const http = [{ ...to('first'), match: [{ uri: { exact: '/none' } }, match] }, to('rest')];
  expect(ledBy([leading('a', { http })], request)).toBe(isTaken ? 'first' : 'rest');
});

it('answers for itself where no route matches, and does not count where it has none for the client', () => {
  const of = (match: HttpMatch) => [leading('a', { http: [{ ...to('a'), match: [match] }] })];
  expect(ledBy(of({ uri: { exact: '/none' } }))).toBe('none');
  expect(ledBy(of({ port: 81 }))).toBeUndefined();
  expect(ledBy(of({ gateways: ['edge'] }))).toBeUndefined();
  expect(ledBy(of({ sourceLabels: { app: 'other' } }))).toBeUndefined();
  expect(ledBy(of({ sourceNamespace: 'shop', sourceLabels: { app: 'web' } }))).toBe('a');
});

it('is certain of a route where no request can take another', () => {
  const certain = (...http: readonly HttpRoute[]) => {
    const taken = certainRoute([leading('a', { http })], service, asked);
    return typeof taken === 'object' ? taken.route.route?.[0]?.destination?.host : taken;
  };
  const some = { ...to('some'), match: [{ uri: { prefix: '/v1' } }] };
  const own = { ...to('own'), match: [{ name: 'ours', sourceNamespace: 'shop' }] };
  const others = { ...to('others'), match: [{ sourceNamespace: 'others' }] };
  expect(certain(to('all'), some)).toBe('all');
  expect(certain(others, own, to('all'))).toBe('own');
  expect(certain(some, to('all'))).toBe('depends');
  expect(certain(others)).toBeUndefined();
});

it('gives the only destination all, and none to those of several without a weight', () => {
  const one = { destination: { host: 'a' }, weight: 0 };
  const other = { destination: { host: 'b' }, weight: 30 };
  expect(destinationsOf({ route: [one] }).map(({ weight }) => weight)).toEqual([1]);
  expect(destinationsOf({ route: [one, other] })).toEqual([other]);
});

it('puts another beginning before the rest of a path', () => {
  const rewritten = (uri: HttpMatch['uri']) =>
    rewrittenPath(
      {
        route: { rewrite: { uri: '/' } },
        match: uri && { uri },
      },
      '/v1/score?user=7',
    );
  expect(rewritten({ prefix: '/v1/' })).toBe('/score?user=7');
  expect(rewritten({ regex: '.*' })).toBe('/?user=7');
  expect(rewritten(undefined)).toBe('/v1/score?user=7');
});
