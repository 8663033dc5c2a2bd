import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const map =
  '\n---\n{ apiVersion: v1, kind: ConfigMap, metadata: { name: settings }, data: { a: b } }\n';
const using = (name: string): string =>
  deployment({ container: `envFrom: [{ configMapRef: { name: ${name} } }]` });

it('takes a slip for a slip, and else is not sure', () => {
  expect(found('SEA203', using('setings') + map)).toEqual([
    'warning 8 there is no ConfigMap default/setings among the manifests; did you mean settings?',
  ]);
  expect(found('SEA203', using('other') + map)).toEqual([
    'info 8 there is no ConfigMap default/other among the manifests: it must come from elsewhere',
  ]);
});

it('is content with what is there, and with what every namespace has', () => {
  expect(found('SEA203', using('settings') + map)).toEqual([]);
  expect(found('SEA203', using('kube-root-ca.crt'))).toEqual([]);
  const mesh =
    '\n---\n{ apiVersion: networking.istio.io/v1, kind: Gateway, metadata: { name: g } }\n';
  expect(found('SEA203', using('istio-ca-root-cert') + mesh)).toEqual([]);
  expect(found('SEA203', using('istio-ca-root-cert'))).toHaveLength(1);
});

it('tells one that is in another namespace', () => {
  const elsewhere = map.replace('name: settings', 'name: settings, namespace: other');
  expect(found('SEA203', using('settings') + elsewhere)).toEqual([
    'warning 8 there is no ConfigMap default/settings among the manifests; there is one in other',
  ]);
});
