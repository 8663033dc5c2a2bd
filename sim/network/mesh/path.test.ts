import { describe, expect, it } from 'vitest';
import { normalizePath } from './path.js';
import { pathTemplate } from './path-template.js';

describe('paths', () => {
  it('are walked, unescaped where they need not be escaped, and keep their queries', () => {
    const base = (path: string) => normalizePath('BASE', path);
    expect(base('/a/./b/../c?x=/../y#part')).toBe('/a/c?x=/../y');
    expect(base('/a/%2E%2e/b')).toBe('/b');
    expect(base('/../../a/..')).toBe('/');
    expect(base('/a\\b//%41%2F')).toBe('/a/b//A%2F');
    expect(base('/a b"^|ü%')).toBe('/a%20b%22%5E%7C%C3%BC%');
    expect(normalizePath('NONE', '/a/../b#c')).toBe('/a/../b');
    expect(base('/a%00?b')).toBeUndefined();
    expect(base('/a?b=%00')).toBe('/a?b=%00');
  });

  it('lose empty segments, and escaped slashes, only where the mesh says so', () => {
    expect(normalizePath('MERGE_SLASHES', '/a///b/%2f/')).toBe('/a/b/%2f/');
    expect(normalizePath('DECODE_AND_MERGE_SLASHES', '/a%2F%5c..%2fb')).toBe('/a/b');
  });
});

describe('path templates', () => {
  it('match whole segments', () => {
    const one = pathTemplate('/v1/{*}/score');
    expect(['/v1/m/score', '/v1/a/b/score', '/v1//score'].map(one)).toEqual([true, false, false]);
    const rest = pathTemplate('/v1.0/{**}');
    expect(['/v1.0/', '/v1.0/a/b', '/v1.0', '/v1x0/a'].map(rest)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
