import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const text = (label: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: a }
spec:
  selector: { matchLabels: { app: a } }
  template:
    metadata:
      labels: { app: ${label} }
    spec: { containers: [{ name: c, image: i }] }
`;

it('tells it once, in the place of the API server', () => {
  expect(found('SEA201', text('b'))).toEqual([
    "error 9 spec.selector does not match the template's labels (app=b)",
  ]);
  expect(found('SEA006', text('b'))).toEqual([]);
});

it('is content with a match', () => {
  expect(found('SEA201', text('a'))).toEqual([]);
});
