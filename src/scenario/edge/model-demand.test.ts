import { expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
import { demandsOf } from './derived-traffic.js';
import { isScaledModel } from './model-demand.js';

function model(predictor: object, deploymentMode?: string): KubeObject {
  const annotations = deploymentMode && { 'serving.kserve.io/deploymentMode': deploymentMode };
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'iris', namespace: 'ml', ...(annotations && { annotations }) },
    spec: { predictor: { model: { modelFormat: { name: 'sklearn' } }, ...predictor } },
  } as KubeObject;
}

it("comes to the Service of the predictor, for as many replicas as the model's least", () => {
  expect(demandsOf([model({ minReplicas: 2 })])).toEqual([
    {
      service: 'ml/iris-predictor',
      host: 'iris-predictor.ml.svc.cluster.local',
      ...{ port: 80, replicas: 2, lacksHook: true, lacksProbe: false, hosts: [] },
    },
  ]);
  expect(demandsOf([model({ minReplicas: 0 }, 'RawDeployment')])).toMatchObject([{ replicas: 1 }]);
  expect(demandsOf([model({}, 'Serverless')])).toEqual([]);
});

it('knows which models the operator scales', () => {
  expect(isScaledModel(model({ minReplicas: 2, maxReplicas: 4 }))).toBe(true);
  expect(isScaledModel(model({ minReplicas: 2, maxReplicas: 2 }))).toBe(false);
  expect(isScaledModel(model({}))).toBe(false);
});
