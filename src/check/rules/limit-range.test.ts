import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const range = `
---
{ apiVersion: v1, kind: LimitRange, metadata: { name: l }, spec: {
  limits: [{ type: Container, max: { memory: 1Gi } }] } }
`;

it('tells containers above the greatest', () => {
  const asking = (memory: string): string =>
    deployment({ container: `resources: { limits: { memory: ${memory} } }` });
  expect(found('SEA402', asking('2Gi') + range)).toEqual([
    'error 5 its pods are refused: maximum memory usage per Container is 1Gi, but limit is 2Gi',
  ]);
  expect(found('SEA402', asking('1Gi') + range)).toEqual([]);
});
