import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const budget = (spec: string): string => `
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: b }
spec:
  selector: { matchLabels: { app: web } }
  ${spec}
`;
const web = (replicas: number): string => deployment({ rest: `replicas: ${replicas},` });

it('tells budgets that let nobody go', () => {
  expect(found('SEA504', web(2) + budget('minAvailable: 2'))).toEqual([
    'warning 17 minAvailable 2 lets none of 2 pods go (Deployment default/web)',
  ]);
  expect(found('SEA504', web(3) + budget('maxUnavailable: 0'))).toHaveLength(1);
  expect(found('SEA504', web(1) + budget('minAvailable: 50%'))).toHaveLength(1);
});

it('is content when one may go', () => {
  expect(found('SEA504', web(3) + budget('minAvailable: 2'))).toEqual([]);
  expect(found('SEA504', web(1) + budget('maxUnavailable: 50%'))).toEqual([]);
});
