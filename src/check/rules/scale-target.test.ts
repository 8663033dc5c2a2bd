import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const scaler = (target: string): string => `
---
{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: h }, spec: { maxReplicas: 3,
  scaleTargetRef: ${target} } }
`;

it('tells a target that is not there, and one without a group', () => {
  const slip = '{ apiVersion: apps/v1, kind: Deployment, name: webb }';
  expect(found('SEA210', deployment({}) + scaler(slip))).toEqual([
    'warning 13 there is no Deployment default/webb among the manifests; did you mean web?',
  ]);
  expect(found('SEA210', deployment({}) + scaler('{ kind: Deployment, name: web }'))).toEqual([
    'error 13 Deployment is looked for in the core group: scaleTargetRef has no apiVersion',
  ]);
});

it('is content with its target', () => {
  const target = '{ apiVersion: apps/v1, kind: Deployment, name: web }';
  expect(found('SEA210', deployment({}) + scaler(target))).toEqual([]);
});
