import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const scaler = (name: string, target: string): string => `
---
{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: ${name} }, spec: { maxReplicas: 3,
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${target} } } }
`;
const budget = (name: string): string => `
---
{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: ${name} }, spec: { maxUnavailable: 1,
  selector: { matchLabels: { app: web } } } }
`;

it('tells two autoscalers of one target, and two budgets of one pod', () => {
  expect(found('SEA505', deployment({}) + scaler('a', 'web') + scaler('b', 'web'))).toEqual([
    'error 17 Deployment web is scaled by HorizontalPodAutoscaler a too',
  ]);
  expect(found('SEA505', deployment({}) + budget('a') + budget('b'))).toEqual([
    'error 17 pods of Deployment default/web are selected by PodDisruptionBudget a too',
  ]);
});

it('is content with one each', () => {
  const text = deployment({}) + scaler('a', 'web') + scaler('b', 'other') + budget('a');
  expect(found('SEA505', text)).toEqual([]);
});
