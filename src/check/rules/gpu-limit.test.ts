import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const asking = (resources: string): string =>
  deployment({ container: `resources: { ${resources} }` });

it('tells requests without limits, other limits, and fractions', () => {
  expect(found('SEA404', asking('requests: { nvidia.com/gpu: 1 }'))).toEqual([
    'error 8 container main requests nvidia.com/gpu and sets no limit',
  ]);
  const unequal = asking('requests: { nvidia.com/gpu: 1 }, limits: { nvidia.com/gpu: 2 }');
  expect(found('SEA404', unequal)).toEqual([
    'error 8 container main requests 1 of nvidia.com/gpu, and its limit is 2',
  ]);
  expect(found('SEA404', asking('limits: { nvidia.com/gpu: 500m }'))).toEqual([
    'error 8 container main asks for 500m of nvidia.com/gpu: devices come whole',
  ]);
});

it('looks into custom kinds, where no API server does', () => {
  const text = `
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: { name: a }
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 2
      template:
        spec:
          containers:
            - name: pytorch
              image: i
              resources: { requests: { nvidia.com/gpu: 1 } }
`;
  expect(found('SEA404', text)).toEqual([
    'error 14 container pytorch requests nvidia.com/gpu and sets no limit',
  ]);
});

it('is content with a limit alone, and with what is no device', () => {
  expect(found('SEA404', asking('limits: { nvidia.com/gpu: 1 }'))).toEqual([]);
  expect(found('SEA404', asking('requests: { cpu: 100m }, limits: { cpu: 1 }'))).toEqual([]);
});
