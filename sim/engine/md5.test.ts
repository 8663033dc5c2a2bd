import { expect, it } from 'vitest';
import { md5 } from './md5.js';

it.each([
  ['', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['a'.repeat(64), '014842d480b571495a4a0363793f7367'],
])('of %j is %s', (text, digest) => expect(md5(text)).toBe(digest));
