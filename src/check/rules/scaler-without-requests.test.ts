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

const cpu = scaler(
  'metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } } }]',
);

it('tells containers whose use is divided by nothing', () => {
  expect(found('SEA501', deployment({}) + cpu)).toEqual([
    'error 18 it goes by the utilisation of cpu, and Deployment default/web requests none in main',
  ]);
});

it('reads the older version too', () => {
  const old = cpu
    .replace('autoscaling/v2', 'autoscaling/v1')
    .replace(/metrics: .*/, 'targetCPUUtilizationPercentage: 70');
  expect(found('SEA501', deployment({}) + old)[0]).toMatch(/^error 18 /);
});

it('is content with a request, a limit, or a target that is no share', () => {
  const container = 'resources: { limits: { cpu: 1 } }';
  expect(found('SEA501', deployment({ container }) + cpu)).toEqual([]);
  const value = cpu.replace(
    'type: Utilization, averageUtilization: 70',
    'type: AverageValue, averageValue: 1',
  );
  expect(found('SEA501', deployment({}) + value)).toEqual([]);
});
