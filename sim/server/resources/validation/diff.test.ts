/** Which lines a refusal's diff takes for the same: as Go's difflib does, not as Unix's diff does. */
import { describe, expect, it } from 'vitest';
import { diffOf } from './diff.js';

describe('the diff of two values', () => {
  it('is empty when nothing changed', () => {
    expect(diffOf({ a: 1 }, { a: 1 })).toBe('');
  });

  it('takes the longest run for the same, though a shorter one begins alike', () => {
    // kube-apiserver 1.36.0 on a volume put before another: the first brace is new.
    const volume = (Name: string) => ({ Name, HostPath: null, EmptyDir: null });
    const diff = diffOf({ Volumes: [volume('v')] }, { Volumes: [volume('vx'), volume('v')] });
    expect(diff).toBe(
      [
        '@@ -1,5 +1,10 @@',
        ' {',
        '  "Volumes": [',
        '+  {',
        '+   "Name": "vx",',
        '+   "HostPath": null,',
        '+   "EmptyDir": null',
        '+  },',
        '   {',
        '    "Name": "v",',
        '    "HostPath": null,',
        '',
      ].join('\n'),
    );
  });

  it('begins no match with a line that is common in a long text', () => {
    const items = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));
    const [before, after] = [items(80), [...items(40), { n: 'new' }, ...items(80).slice(40)]];
    expect(diffOf(before, after)).toBe(
      [
        '@@ -118,6 +118,9 @@',
        '  },',
        '  {',
        '   "n": 39',
        '+ },',
        '+ {',
        '+  "n": "new"',
        '  },',
        '  {',
        '   "n": 40',
        '',
      ].join('\n'),
    );
  });

  it('cuts long equal stretches into hunks of their own', () => {
    const list = Array.from({ length: 20 }, (_, n) => n);
    const diff = diffOf(list, ['x', ...list.slice(1, 19), 'y']);
    expect(diff.match(/^@@.*$/gm)).toEqual(['@@ -1,5 +1,5 @@', '@@ -18,5 +18,5 @@']);
  });
});
