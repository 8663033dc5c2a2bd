import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const shop = (labels: string, policy = '{ mtls: { mode: STRICT } }'): string => `
{ apiVersion: v1, kind: Namespace, metadata: { name: shop, labels: { ${labels} } } }
${deployment({ namespace: 'shop' })}
---
{ apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: { name: p, namespace: shop },
  spec: ${policy} }
`;

it('tells a policy that nothing enforces', () => {
  expect(found('SEA309', shop(''))).toEqual([
    expect.stringMatching(/^warning \d+ the pods of Deployment shop\/web get no sidecar: nothing/),
  ]);
  for (const labels of [
    'istio-injection: enabled',
    'istio.io/rev: canary',
    'istio.io/dataplane-mode: ambient',
  ]) {
    expect(found('SEA309', shop(labels))).toEqual([]);
  }
});

it('is silent where there are no pods: that is another finding', () => {
  const other = shop('istio-injection: enabled', '{ selector: { matchLabels: { app: web-api } } }');
  expect(found('SEA309', other)).toEqual([]);
  expect(found('SEA211', other)[0]).toMatch(
    /^warning \d+ no pod of namespace shop among the manifests matches app=web-api; Deployment shop\/web/,
  );
});
