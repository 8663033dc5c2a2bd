import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const service = (runtime: string): string => `
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: { name: a }
spec:
  predictor:
    model:
      modelFormat: { name: sklearn }
      storageUri: gs://b/m
      runtime: ${runtime}
`;

it('tells a runtime that is not there, and knows those of KServe', () => {
  expect(found('SEA217', service('kserve-sklearnservr'))).toEqual([
    'warning 10 there is no runtime kserve-sklearnservr',
  ]);
  expect(found('SEA217', service('kserve-sklearnserver'))).toEqual([]);
  expect(found('SEA217', service('ours'))[0]).toMatch(/^info/);
});
