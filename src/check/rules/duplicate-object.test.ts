import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

it('tells the second of two objects, and that the last one wins', () => {
  const text = `
{ apiVersion: v1, kind: ConfigMap, metadata: { name: a }, data: { k: x } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: a }, data: { k: y } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: b }, data: { k: y } }
`;
  expect(found('SEA004', text)).toEqual([
    'warning 4 ConfigMap a stands already at m.yaml:2, differently: the last one wins',
  ]);
});

it('takes a copy for less', () => {
  const one = '{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }';
  expect(found('SEA004', `${one}\n---\n${one}`)[0]).toMatch(/^info/);
});
