import { describe, expect, it } from 'vitest';
import { printYaml } from './yaml-print.js';
import { parseManifests, parseYamlBody } from './yaml.js';

function read(text: string): unknown {
  const parsed = parseYamlBody(text);
  return parsed.isOk ? parsed.value.value : parsed.error;
}

describe('reading YAML', () => {
  it('follows YAML 1.1', () => {
    expect(
      read('a: yes\nw: .\nb: 0755\nc: 0o755\nd: 12:30:45\ne: 2020-01-01\nn: 1\n5: x\n'),
    ).toEqual({
      a: true,
      w: '.',
      b: 493,
      c: 493,
      d: '12:30:45',
      e: '2020-01-01',
      false: 1,
      5: 'x',
    });
  });

  it('merges and tells duplicates', () => {
    const parsed = parseYamlBody('b: &b {x: 1}\na:\n  <<: *b\n  z: 2\n  z: 3\nb: 2\n');
    expect(parsed).toEqual({
      isOk: true,
      value: {
        value: { a: { x: 1, z: 3 }, b: 2 },
        duplicates: ['line 5: key "z" already set in map', 'line 6: key "b" already set in map'],
      },
    });
  });

  it('tells errors as Go does', () => {
    expect(read('metadata: [\n')).toBe('yaml: line 1: did not find expected node content');
    expect(read('a: b: c')).toBe('yaml: mapping values are not allowed in this context');
  });

  it('keeps the lines of manifests', () => {
    const text =
      '# x\nkind: A\nspec:\n  list:\n    - a: 1\n    - a: 2\n---\nkind: List\nitems:\n- kind: B\n';
    const { manifests, errors } = parseManifests(text, 'f.yaml');
    expect(errors).toEqual([]);
    expect(manifests.map(({ object, line }) => [object['kind'], line])).toEqual([
      ['A', 2],
      ['B', 10],
    ]);
    expect(manifests[0]?.lineOf('spec.list[1].a')).toBe(6);
    expect(manifests[0]?.lineOf('spec.list[1].zzz')).toBe(6);
    expect(parseManifests('a: [\n', 'g.yaml').errors[0]).toMatch(/^g.yaml:\d+: /);
  });
});

describe('printing YAML', () => {
  it('looks like kubectl', () => {
    const value = {
      b: ['x', { a: 1, c: [] }, [1, 2]],
      a: {
        t: 'true',
        n: '5',
        e: '',
        s: 'a: b',
        y: 'y',
        m: 'one\ntwo\n',
        k: '2020-01-01T00:00:00Z',
      },
      a10: null,
      a2: 'plain text',
      q: "it's",
      tab: 'a\tb',
    };
    expect(printYaml(value)).toBe(`a:
  e: ""
  k: "2020-01-01T00:00:00Z"
  m: |
    one
    two
  "n": "5"
  s: 'a: b'
  t: "true"
  "y": "y"
a2: plain text
a10: null
b:
- x
- a: 1
  c: []
- - 1
  - 2
q: it's
tab: "a\\tb"
`);
  });
});

it('breaks long lines at a space, as goyaml does', () => {
  const word = 'word '.repeat(20).trimEnd();
  const first = 'word '.repeat(16).trimEnd();
  expect(printYaml({ a: word, b: [`${word}: x`] })).toBe(
    `a: ${first}\n  word word word word\nb:\n- '${first}\n  word word word word: x'\n`,
  );
});
