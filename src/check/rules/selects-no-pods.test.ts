import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const budget = (label: string): string => `
---
{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: b }, spec: { maxUnavailable: 1,
  selector: { matchLabels: { app: ${label} } } } }
`;

it('tells a budget that protects nothing', () => {
  expect(found('SEA211', deployment({}) + budget('web-api'))).toEqual([
    'warning 13 no pod of namespace default among the manifests matches app=web-api; Deployment default/web comes near',
  ]);
  expect(found('SEA211', deployment({}) + budget('other'))[0]).toMatch(/^info/);
  expect(found('SEA211', deployment({}) + budget('web'))).toEqual([]);
});

it('does not take a neighbour of the same whole for a slip', () => {
  const whole = 'app.kubernetes.io/part-of: platform';
  const text = deployment({}).replaceAll('app: web', `app: web, ${whole}`) + budget(`db, ${whole}`);
  expect(found('SEA211', text)).toEqual([
    expect.stringMatching(/^info .*matches app=db,app.kubernetes.io\/part-of=platform$/),
  ]);
});

it('takes an empty selector for all pods', () => {
  const policy =
    '{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: p }, spec: { podSelector: {} } }';
  expect(found('SEA211', policy)).toEqual([]);
});
