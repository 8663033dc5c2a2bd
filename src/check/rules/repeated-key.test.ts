import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

it('tells a key that stands twice, and takes the last one as kubectl does', () => {
  const text = `
apiVersion: v1
kind: ConfigMap
metadata: { name: a }
data:
  mode: fast
  mode: slow
`;
  expect(found('SEA008', text)).toEqual([
    'warning 7 the key stands in this map already: kubectl takes the last one',
  ]);
  expect(found('SEA006', text.replace('mode: fast', 'mode: 1'))).toEqual([]);
});
