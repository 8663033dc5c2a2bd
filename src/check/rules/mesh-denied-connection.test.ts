import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const namespace = `
---
{ apiVersion: v1, kind: Namespace, metadata: {
  name: default, labels: { istio-injection: enabled } } }
`;
const scorer = `${deployment({ name: 'scorer', container: 'ports: [{ name: http, containerPort: 8080 }]' })}
---
{ apiVersion: v1, kind: Service, metadata: { name: scorer }, spec: {
  selector: { app: scorer }, ports: [{ port: 80, targetPort: http }] } }
`;
const gateway = deployment({
  name: 'gateway',
  container: "env: [{ name: SCORER, value: 'http://scorer/predict' }]",
});
const policy = (kind: string, spec: string): string => `
---
{ apiVersion: security.istio.io/v1, kind: ${kind}, metadata: { name: p }, spec: ${spec} }
`;
const all = (...more: readonly string[]): string => [gateway + scorer, ...more].join('');
const told = 'error 8 it names Service default/scorer:80 (Deployment default/scorer:8080), but ';

it('tells a connection that nobody allows, by name', () => {
  expect(found('SEA306', all(namespace, policy('AuthorizationPolicy', '{}')))).toEqual([
    `${told}ALLOW policies apply and none matches`,
  ]);
});

it('assumes the best of what is asked for, not of who asks', () => {
  const rule = (account: string): string =>
    `{ rules: [{ from: [{ source: { principals: [cluster.local/ns/default/sa/${account}] } }],
      to: [{ operation: { methods: [POST], paths: ['/v1/*'] } }] }] }`;
  expect(found('SEA306', all(namespace, policy('AuthorizationPolicy', rule('default'))))).toEqual(
    [],
  );
  expect(
    found('SEA306', all(namespace, policy('AuthorizationPolicy', rule('other')))),
  ).toHaveLength(1);
});

it('tells a client without a sidecar of a STRICT server', () => {
  const strict = policy('PeerAuthentication', '{ mtls: { mode: STRICT } }');
  expect(found('SEA306', all(namespace, strict))).toEqual([]);
  const old = gateway.replace(
    /labels: \{ app: gateway \}(?=[^]*containers)/g,
    "labels: { app: gateway, sidecar.istio.io/inject: 'false' }",
  );
  expect(found('SEA306', old + scorer + namespace + strict)).toEqual([
    expect.stringContaining('server is STRICT, client sends plaintext'),
  ]);
});

it('says nothing where there is no sidecar', () => {
  expect(found('SEA306', all(policy('AuthorizationPolicy', '{}')))).toEqual([]);
});

it('goes where VirtualServices send it, if nothing of the request decides that', () => {
  const canary = scorer.replaceAll('scorer', 'canary');
  const closed = `
---
{ apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: { name: closed },
  spec: { selector: { matchLabels: { app: canary } } } }
`;
  const routes = (http: string): string => `
---
{ apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: { name: v }, spec: {
  hosts: [scorer], http: [${http}] } }
`;
  const split = `{ route: [{ destination: { host: scorer }, weight: 9 },
    { destination: { host: canary }, weight: 1 }] }`;
  const of = (...http: readonly string[]) =>
    found('SEA306', all(canary, namespace, closed, ...http.map(routes)));
  expect(of()).toEqual([]);
  expect(of(split)).toEqual([
    'error 8 it names Service default/scorer:80, which VirtualService default/v sends to Service default/canary:80 (Deployment default/canary:8080), but ALLOW policies apply and none matches',
  ]);
  expect(of(split.replace('{', '{ match: [{ uri: { prefix: /new } }],'))).toEqual([]);
  expect(of("{ redirect: { uri: '/' } }")).toEqual([]);
});
