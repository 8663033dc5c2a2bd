import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const claim = (mode: string): string => `
---
{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: data }, spec: {
  accessModes: [${mode}], resources: { requests: { storage: 1Gi } } } }
`;
const web = (rest: string): string =>
  deployment({ rest, spec: 'volumes: [{ name: v, persistentVolumeClaim: { claimName: data } }],' });

it('tells replicas that cannot mount it together', () => {
  expect(found('SEA507', web('replicas: 2,') + claim('ReadWriteOnce'))).toEqual([
    'warning 6 2 replicas share claim data, which is ReadWriteOnce',
  ]);
  expect(found('SEA507', web('replicas: 1,') + claim('ReadWriteOnce'))[0]).toMatch(/^info/);
});

it('is content with many writers, and with one pod at a time', () => {
  expect(found('SEA507', web('replicas: 2,') + claim('ReadWriteMany'))).toEqual([]);
  const recreated = web('replicas: 1, strategy: { type: Recreate },');
  expect(found('SEA507', recreated + claim('ReadWriteOnce'))).toEqual([]);
});
