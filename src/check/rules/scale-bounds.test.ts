import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const service = (max: number): string => `
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: { name: a }
spec:
  predictor:
    minReplicas: 3
    maxReplicas: ${max}
    model: { modelFormat: { name: sklearn }, storageUri: gs://b/m }
`;

it('tells bounds that leave nothing; 0 is no bound', () => {
  expect(found('SEA502', service(2))).toEqual(['error 7 minReplicas is 3, and maxReplicas is 2']);
  expect(found('SEA502', service(3))).toEqual([]);
  expect(found('SEA502', service(0))).toEqual([]);
});
