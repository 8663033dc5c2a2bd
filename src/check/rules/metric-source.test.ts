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

it('tells metrics that an adapter must serve', () => {
  const metrics = `metrics: [{ type: Pods, pods: { metric: { name: rps }, target: { type: AverageValue, averageValue: 10 } } }]`;
  expect(found('SEA506', deployment({}) + scaler(metrics))).toEqual([
    'info 18 metric rps (Pods) needs an adapter, which is not among the manifests',
  ]);
  expect(found('SEA506', deployment({}) + scaler(''))).toEqual([]);
});
