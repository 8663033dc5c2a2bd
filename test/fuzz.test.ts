/** `npm run bench -- fuzz` sends a million; these are the first of them. */
import { expect, it } from 'vitest';
import { fuzzServer } from './fuzz/server.js';

it('answers whatever comes, refuses without writing, and fails only as kube-apiserver does', () => {
  expect(fuzzServer(1, 3000)).toBe(3000);
});
