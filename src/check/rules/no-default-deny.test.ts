import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const deny = (namespace: string): string => `
---
{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: deny, namespace: ${namespace} }, spec: { podSelector: {} } }
`;

it('tells the namespace that was left out', () => {
  const text = deployment({ namespace: 'serving' }) + deployment({ namespace: 'training' });
  expect(found('SEA303', text + deny('serving'))).toEqual([
    'warning 11 namespace training has no default-deny for ingress (serving has): its pod can be reached from everywhere',
  ]);
  expect(found('SEA303', text + deny('serving') + deny('training'))).toEqual([]);
});

it('asks for none where nobody has one', () => {
  expect(found('SEA303', deployment({}))).toEqual([]);
});
