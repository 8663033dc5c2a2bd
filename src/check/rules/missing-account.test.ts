import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const account = '\n---\n{ apiVersion: v1, kind: ServiceAccount, metadata: { name: trainer } }\n';

it('tells an account that is not there', () => {
  expect(found('SEA207', deployment({ spec: 'serviceAccountName: trainr,' }) + account)).toEqual([
    'warning 6 there is no ServiceAccount default/trainr among the manifests; did you mean trainer?',
  ]);
});

it('is content with the account, and with default', () => {
  expect(found('SEA207', deployment({ spec: 'serviceAccountName: trainer,' }) + account)).toEqual(
    [],
  );
  expect(found('SEA207', deployment({}))).toEqual([]);
});
