import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const service = (selector: string): string => `
---
{ apiVersion: v1, kind: Service, metadata: { name: s }, spec: {
  ports: [{ port: 80 }], selector: ${selector} } }
`;

it('tells a slip, with the workload that is likely meant', () => {
  const text = deployment({ labels: '{ app: scorer, tier: serving }' });
  expect(found('SEA202', text + service('{ app: scorer, tier: servng }'))).toEqual([
    'warning 13 no pod of namespace default among the manifests has app=scorer,tier=servng; Deployment default/web has tier=serving, not servng',
  ]);
});

it('is not sure where no pod comes near', () => {
  expect(found('SEA202', deployment({}) + service('{ team: other }'))[0]).toMatch(/^info/);
});

it('is content with a pod, and with no selector', () => {
  expect(found('SEA202', deployment({}) + service('{ app: web }'))).toEqual([]);
  expect(found('SEA202', service('{}'))).toEqual([]);
});
