import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const scaler = (spec: string): string => `
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: h }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  maxReplicas: 5
  ${spec}
`;

it('tells a number that fights the autoscaler; inside its bounds it is only set back', () => {
  expect(found('SEA503', deployment({ rest: 'replicas: 9,' }) + scaler('minReplicas: 2'))).toEqual([
    'warning 3 replicas: 9, and HorizontalPodAutoscaler h scales it between 2 and 5',
  ]);
  expect(found('SEA503', deployment({ rest: 'replicas: 3,' }) + scaler(''))[0]).toMatch(/^info/);
  expect(found('SEA503', deployment({}) + scaler(''))).toEqual([]);
});
