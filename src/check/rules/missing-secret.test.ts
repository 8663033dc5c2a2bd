import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const secret = '\n---\n{ apiVersion: v1, kind: Secret, metadata: { name: database } }\n';

it('tells Secrets of variables and volumes; those that pull images are only worth a word', () => {
  const container = 'env: [{ name: A, valueFrom: { secretKeyRef: { name: databse, key: k } } }]';
  expect(found('SEA204', deployment({ container }) + secret)).toEqual([
    'warning 8 there is no Secret default/databse among the manifests; did you mean database?',
  ]);
  const spec = 'imagePullSecrets: [{ name: databas }],';
  expect(found('SEA204', deployment({ spec }) + secret)[0]).toMatch(/^info/);
});

it('is content with what is there', () => {
  const spec = 'volumes: [{ name: v, secret: { secretName: database } }],';
  expect(found('SEA204', deployment({ spec }) + secret)).toEqual([]);
});
