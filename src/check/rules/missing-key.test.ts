import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const map =
  '\n---\n{ apiVersion: v1, kind: ConfigMap, metadata: { name: c }, data: { threshold: "1" } }\n';
const using = (key: string, more = ''): string =>
  deployment({
    container: `env: [{ name: A, valueFrom: { configMapKeyRef: { name: c, key: ${key}${more} } } }]`,
  });

it('tells a key that is not there', () => {
  expect(found('SEA205', using('treshold') + map)).toEqual([
    'error 8 ConfigMap default/c has no key treshold, only threshold',
  ]);
});

it('is content with the key, and with an optional one', () => {
  expect(found('SEA205', using('threshold') + map)).toEqual([]);
  expect(found('SEA205', using('other', ', optional: true') + map)).toEqual([]);
});
