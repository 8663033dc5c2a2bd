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

it('knows that KEDA serves the external metrics of its ScaledObjects, and no others', () => {
  const target = 'target: { type: AverageValue, averageValue: 10 }';
  const external = `metrics: [{ type: External, external: { metric: { name: s0-q }, ${target} } }]`;
  const pods = `metrics: [{ type: Pods, pods: { metric: { name: rps }, ${target} } }]`;
  const scaled = `
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: s }
spec:
  scaleTargetRef: { name: worker }
  triggers: [{ type: cpu, metricType: Utilization, metadata: { value: "60" } }]
`;
  expect(found('SEA506', deployment({}) + scaler(external))).toHaveLength(1);
  expect(found('SEA506', deployment({}) + scaler(external) + scaled)).toEqual([]);
  expect(found('SEA506', deployment({}) + scaler(pods) + scaled)).toHaveLength(1);
});
