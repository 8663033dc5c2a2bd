import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const claim = `
---
{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: models }, spec: {
  accessModes: [ReadWriteMany], resources: { requests: { storage: 1Gi } } } }
`;
const using = (name: string): string =>
  deployment({ spec: `volumes: [{ name: v, persistentVolumeClaim: { claimName: ${name} } }],` });

it('tells a claim that is not there', () => {
  expect(found('SEA206', using('model') + claim)).toEqual([
    'warning 6 there is no PersistentVolumeClaim default/model among the manifests; did you mean models?',
  ]);
  expect(found('SEA206', using('models') + claim)).toEqual([]);
});
