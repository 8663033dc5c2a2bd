import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const policy = (egress: string): string => `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed }
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: ${egress}
`;
const inside = '{ to: [{ podSelector: {} }] }';
const dns = '{ to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: UDP }] }';

it('tells pods that may go somewhere but not ask for names', () => {
  expect(found('SEA302', deployment({}) + policy(`[${inside}]`))).toEqual([
    'warning 18 Deployment default/web may not ask the name server (UDP 53 of kube-system): NetworkPolicy default/closed',
  ]);
});

it('is content with a rule for it, and with pods that are cut off altogether', () => {
  expect(found('SEA302', deployment({}) + policy(`[${inside}, ${dns}]`))).toEqual([]);
  expect(found('SEA302', deployment({}) + policy('[]'))).toEqual([]);
  const named = `{ to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }, podSelector: { matchLabels: { k8s-app: kube-dns } } }], ports: [{ port: 53, protocol: UDP }] }`;
  expect(found('SEA302', deployment({}) + policy(`[${inside}, ${named}]`))).toEqual([]);
  expect(found('SEA305', deployment({}) + policy(`[${inside}, ${named}]`))).toEqual([]);
});
