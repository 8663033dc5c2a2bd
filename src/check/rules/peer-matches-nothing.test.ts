import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const policy = (label: string): string => `
{ apiVersion: v1, kind: Namespace, metadata: { name: gateway } }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: p }
spec:
  podSelector: {}
  ingress:
    - from:
        - namespaceSelector: { matchLabels: { ${label} } }
`;

it('tells a name that is no label', () => {
  expect(found('SEA305', policy('name: gateway'))).toEqual([
    'warning 11 no namespace of the input has name=gateway',
  ]);
  expect(found('SEA305', policy('team: other'))[0]).toMatch(/^info/);
  expect(found('SEA305', policy('kubernetes.io/metadata.name: gateway'))).toEqual([]);
});
