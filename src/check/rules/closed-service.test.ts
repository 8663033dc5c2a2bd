import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const web = (type = 'ClusterIP'): string => `${deployment({ name: 'web' })}
---
{ apiVersion: v1, kind: Service, metadata: { name: web }, spec: {
  type: ${type}, selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] } }
`;
const policy = (ingress: string): string => `
---
{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: closed }, spec: {
  podSelector: {}, policyTypes: [Ingress], ingress: ${ingress} } }
`;
const fromGateway = '[{ from: [{ podSelector: { matchLabels: { app: gateway } } }] }]';

it('tells a Service whose users network policies lock out', () => {
  const shut =
    'it leads port 80 to Deployment default/web:8080, but its pods are isolated by NetworkPolicy default/closed, and no network policy opens the port to anybody';
  for (const ingress of ['[]', '[{ ports: [{ port: 9090 }] }]']) {
    expect(found('SEA307', web() + policy(ingress))).toEqual([
      expect.stringMatching(/^warning \d+ /),
    ]);
    expect(found('SEA307', web() + policy(ingress))[0]).toContain(shut);
  }
  expect(found('SEA307', web() + policy(fromGateway))).toEqual([]);
  expect(found('SEA307', web())).toEqual([]);
  const like = web().replace(', targetPort: 8080', '') + policy('[{ ports: [{ port: 80 }] }]');
  expect(found('SEA307', like)).toEqual([]);
});

it('asks that a Service for clients outside lets them in', () => {
  const [told] = found('SEA307', web('LoadBalancer') + policy(fromGateway));
  expect(told).toContain('no network policy lets clients from outside in');
  for (const ingress of ['[{ ports: [{ port: 8080 }] }]', '[{}]']) {
    expect(found('SEA307', web('LoadBalancer') + policy(ingress))).toEqual([]);
  }
});

it('knows a mesh that lets nobody in', () => {
  const mesh = (spec: string): string => `
---
{ apiVersion: v1, kind: Namespace,
  metadata: { name: default, labels: { istio-injection: enabled } } }
---
{ apiVersion: security.istio.io/v1, kind: AuthorizationPolicy,
  metadata: { name: p, namespace: default }, spec: ${spec} }
`;
  for (const spec of ['{}', '{ action: DENY, rules: [{}] }']) {
    expect(found('SEA307', web() + mesh(spec))[0]).toContain('let nobody in, whoever asks');
  }
  for (const spec of [
    '{ rules: [{ to: [{ operation: { methods: [GET] } }] }] }',
    '{ action: DENY, rules: [{ to: [{ operation: { methods: [PUT] } }] }] }',
    '{ selector: { matchLabels: { app: other } } }',
  ]) {
    expect(found('SEA307', web() + mesh(spec))).toEqual([]);
  }
});
