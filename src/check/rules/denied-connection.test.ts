import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const scorer = `${deployment({ name: 'scorer', container: 'ports: [{ name: http, containerPort: 8080 }]' })}
---
{ apiVersion: v1, kind: Service, metadata: { name: scorer }, spec: {
  selector: { app: scorer }, ports: [{ port: 80, targetPort: http }] } }
`;
const gateway = (value: string): string =>
  deployment({ name: 'gateway', container: `env: [{ name: SCORER, value: '${value}' }]` });
const policy = (from: string): string => `
---
{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: closed }, spec: {
  podSelector: { matchLabels: { app: scorer } },
  ingress: [{ from: [{ podSelector: { matchLabels: { app: ${from} } } }] }] } }
`;

it('tells a connection that a variable names and a policy drops', () => {
  const text = gateway('http://scorer/predict') + scorer + policy('other');
  expect(found('SEA301', text)).toEqual([
    expect.stringMatching(
      /^error 8 it names Service default\/scorer:80 \(Deployment default\/scorer:8080\), but .*closed/,
    ),
  ]);
});

it('is content when the policy lets it in', () => {
  expect(found('SEA301', gateway('http://scorer/predict') + scorer + policy('gateway'))).toEqual(
    [],
  );
});

it('takes no word for an address', () => {
  expect(found('SEA301', gateway('scorer') + scorer + policy('other'))).toEqual([]);
  expect(found('SEA301', gateway('http://scorer.example.com/') + scorer + policy('other'))).toEqual(
    [],
  );
});

it('knows the long forms', () => {
  for (const value of [
    'scorer:80',
    'http://scorer.default.svc.cluster.local:80/x',
    'scorer.default.svc',
  ]) {
    expect(found('SEA301', gateway(value) + scorer + policy('other'))).toHaveLength(1);
  }
});
