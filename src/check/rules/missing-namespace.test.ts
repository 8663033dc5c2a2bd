import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const text = (namespace: string): string => `
{ apiVersion: v1, kind: Namespace, metadata: { name: fraud-serving } }
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  namespace: ${namespace}
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: b, namespace: ${namespace} } }
`;

it('tells a namespace that nobody makes, once', () => {
  expect(found('SEA216', text('fraud-servin'))).toEqual([
    'warning 8 there is no Namespace fraud-servin among the manifests; did you mean fraud-serving?; 2 objects are to be in it',
  ]);
  expect(found('SEA216', text('fraud-serving'))).toEqual([]);
  expect(found('SEA216', text('default'))).toEqual([]);
});

it('knows the namespaces that operators bring', () => {
  const policy = (namespace: string) => `
{ apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: { name: p, namespace: ${namespace} } }
`;
  expect(found('SEA216', policy('istio-system'))).toEqual([]);
  expect(found('SEA216', policy('istio-sytem'))).toHaveLength(1);
});
