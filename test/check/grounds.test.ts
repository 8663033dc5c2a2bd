import { expect, it } from 'vitest';
import { isGround } from '../../src/cli/check-voyages.js';

it.each([
  ['v1', 'Service', true],
  ['v1', 'ConfigMap', true],
  ['serving.knative.dev/v1', 'Service', false],
  ['apps/v1', 'Deployment', false],
])('whether a %s %s is only stood on: %s', (apiVersion, kind, isOnlyGround) => {
  expect(isGround({ apiVersion, kind, metadata: { name: 'a' } })).toBe(isOnlyGround);
});
