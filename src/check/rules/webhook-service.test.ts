import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

it('tells a webhook without its Service', () => {
  const text = (name: string): string => `
{ apiVersion: v1, kind: Service, metadata: { name: webhook, namespace: ops }, spec: {
  ports: [{ port: 443 }] } }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: w }
webhooks:
  - name: a.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig:
      service: { namespace: ops, name: ${name} }
    rules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
`;
  expect(found('SEA218', text('webhok'))).toEqual([
    'warning 13 there is no Service ops/webhok among the manifests; did you mean webhook?',
  ]);
  expect(found('SEA218', text('webhook'))).toEqual([]);
  // A webhook that does not answer yet must not make the API server refuse everything else.
  expect(found('SEA006', text('webhook'))).toEqual([]);
});
