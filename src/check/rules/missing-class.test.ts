import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

it('tells classes of priority, runtime and storage', () => {
  const text = `${deployment({ spec: 'priorityClassName: urgent, runtimeClassName: nvidia,' })}
---
{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: c }, spec: {
  storageClassName: fast,
  accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } }
---
{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: urgently }, value: 1 }
`;
  expect(found('SEA208', text)).toEqual([
    'warning 6 there is no PriorityClass urgent among the manifests; did you mean urgently?',
    'info 6 there is no RuntimeClass nvidia among the manifests: it must come from elsewhere',
    'info 13 there is no StorageClass fast among the manifests: it must come from elsewhere',
  ]);
});

it("knows the cluster's own classes", () => {
  const spec = 'priorityClassName: system-cluster-critical,';
  expect(found('SEA208', deployment({ spec }))).toEqual([]);
});
