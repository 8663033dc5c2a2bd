import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

it('names the release and what replaces the version', () => {
  const text = `
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: { name: a }
`;
  expect(found('SEA005', text)).toEqual([
    'error 2 policy/v1beta1 PodDisruptionBudget was removed in Kubernetes 1.25',
  ]);
});

it('tells a built-in kind in a wrong version, and a slip in a kind', () => {
  expect(found('SEA005', '{ apiVersion: v1, kind: Deployment, metadata: { name: a } }')).toEqual([
    'error 1 Kubernetes 1.36 does not serve Deployment in v1 by default',
  ]);
  expect(found('SEA005', '{ apiVersion: v1, kind: Servise, metadata: { name: a } }')).toEqual([
    'error 1 Kubernetes 1.36 does not serve Servise in v1 by default',
  ]);
});

it('takes no kind of an operator for a built-in one of its name', () => {
  const text = `
apiVersion: scheduling.k8s.io/v1alpha2
kind: Workload
metadata: { name: a }
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: ResourceFlavor
metadata: { name: a }
`;
  expect(found('SEA005', text)).toEqual([
    'warning 2 Kubernetes 1.36 does not serve Workload in scheduling.k8s.io/v1alpha2 by default',
  ]);
});

it('leaves versions alone that are served', () => {
  const text = '{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: a } }';
  expect(found('SEA005', text)).toEqual([]);
});
