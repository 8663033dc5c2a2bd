import { expect, it } from 'vitest';
import { sha1 } from './sha1.js';

it.each([
  ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['t1/tj-node-0', 'e0710786a2f1ab00c2822230ec0b7d74d91226c9'],
  ['a'.repeat(64), '0098ba824b5c16427bd7a1122a5a442a25ec644d'],
])('of %j is %s', (text, digest) => expect(sha1(text)).toBe(digest));
