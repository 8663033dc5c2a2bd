import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const policy = (label: string): string => `
{ apiVersion: v1, kind: Namespace, metadata: { name: gateway } }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: p }
spec:
  podSelector: {}
  ingress:
    - from:
        - namespaceSelector: { matchLabels: { ${label} } }
`;

it('tells a name that is no label', () => {
  expect(found('SEA305', policy('name: gateway'))).toEqual([
    'warning 11 no namespace of the input has name=gateway',
  ]);
  expect(found('SEA305', policy('team: other'))[0]).toMatch(/^info/);
  expect(found('SEA305', policy('kubernetes.io/metadata.name: gateway'))).toEqual([]);
});

it('tells pods that are not there', () => {
  const from = (peer: string): string => `${deployment({ name: 'gateway' })}
---
{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: p }, spec: {
  podSelector: {}, ingress: [{ from: [${peer}] }] } }
`;
  const pods = (label: string): string => `{ podSelector: { matchLabels: { app: ${label} } } }`;
  expect(found('SEA305', from(pods('gateway')))).toEqual([]);
  expect(found('SEA305', from(pods('gateway-v2')))).toEqual([
    expect.stringMatching(
      /^warning \d+ no pod of default .* has app=gateway-v2; Deployment default/,
    ),
  ]);
  expect(found('SEA305', from(pods('other')))[0]).toMatch(/^info/);
  const dns = `{ namespaceSelector: {}, ${pods('kube-dns').slice(2)}`;
  expect(found('SEA305', from(dns))).toEqual([]);
});

it('knows the pods that operators make', () => {
  const from = (name: string): string => `${deployment({ name: 'prometheus-adapter' })}
---
{ apiVersion: monitoring.coreos.com/v1, kind: Prometheus, metadata: { name: k8s } }
---
{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: p }, spec: {
  podSelector: {}, ingress: [{ from: [
    { podSelector: { matchLabels: { app.kubernetes.io/name: ${name} } } } ] }] } }
`;
  expect(found('SEA305', from('prometheus'))).toEqual([]);
  expect(found('SEA305', from('thanos'))).toHaveLength(1);
});
