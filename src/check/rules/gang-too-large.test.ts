import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const job = (minAvailable: number): string => `
apiVersion: batch.volcano.sh/v1alpha1
kind: Job
metadata: { name: a }
spec:
  minAvailable: ${minAvailable}
  tasks: [{ name: ps, replicas: 1 }, { name: worker, replicas: 2 }, { name: master }]
`;

it('tells a gang that waits for more members than there are', () => {
  expect(found('SEA104', job(5))).toEqual(['error 6 minAvailable is 5, and the job makes 4 pods']);
  expect(found('SEA104', job(4))).toEqual([]);
});
