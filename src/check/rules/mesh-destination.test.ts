import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const shop = `${deployment({ name: 'web', labels: '{ app: web, version: v1 }' })}
---
{ apiVersion: v1, kind: Service, metadata: { name: web }, spec: {
  selector: { app: web }, ports: [{ port: 80 }] } }
---
`;
const rule = (labels = 'version: v1', host = 'web'): string => `
---
{ apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: { name: r }, spec: {
  host: ${host}, subsets: [{ name: v1, labels: { ${labels} } }] } }
`;
const route = (destination: string): string => `
---
{ apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: { name: v }, spec: {
  hosts: [web], http: [{ route: [{ destination: ${destination} }] }] } }
`;
const told = (text: string) => found('SEA308', shop + text).map(line => line.replace(/ \d+ /, ' '));

it('tells hosts that are no Service: for sure only where one comes near', () => {
  expect(told(rule() + route('{ host: web.default.svc.cluster.local, subset: v1 }'))).toEqual([]);
  expect(told(route('{ host: www.example.com }'))).toEqual([]);
  expect(told(route('{ host: web-v1 }'))).toEqual([
    'warning the manifests have no Service default/web-v1; Service web comes near',
  ]);
  expect(told(rule('version: v1', 'reviews.other.svc'))).toEqual([
    'info the manifests have no Service other/reviews',
  ]);
});

it('tells subsets that are not there, or have no pods', () => {
  expect(told(rule() + route('{ host: web, subset: v2 }'))).toEqual([
    'error host web has no subset v2: there are v1',
  ]);
  expect(told(route('{ host: web, subset: v2 }'))).toEqual([
    'warning host web has no subset v2: no DestinationRule for it has subsets',
  ]);
  expect(told(rule('version: v2'))).toEqual([
    'warning subset v1 of web has no pods: of those behind Service web none has version=v2',
  ]);
});
