import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const quota =
  '\n---\n{ apiVersion: v1, kind: ResourceQuota, metadata: { name: q }, spec: { hard: { requests.cpu: "4" } } }\n';
const defaults = `
---
{ apiVersion: v1, kind: LimitRange, metadata: { name: l }, spec: {
  limits: [{ type: Container, defaultRequest: { cpu: 100m } }] } }
`;

it('tells pods that a quota refuses', () => {
  expect(found('SEA401', deployment({}) + quota)).toEqual([
    'error 5 its pods are refused: failed quota: q: must specify requests.cpu for: main',
  ]);
});

it('is content with requests, own or by default', () => {
  const container = 'resources: { requests: { cpu: 100m } }';
  expect(found('SEA401', deployment({ container }) + quota)).toEqual([]);
  expect(found('SEA401', deployment({}) + quota + defaults)).toEqual([]);
});
