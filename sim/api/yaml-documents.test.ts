// Each outcome is what YAMLOrJSONDecoder of Kubernetes 1.36, through which kubectl reads files, gave for the text.
import { expect, it } from 'vitest';
import { yamlDocuments } from './yaml-documents.js';
import { yamlValue } from './yaml-values.js';

/** The values of a text that are not null, or the first problem with its line. */
function read(text: string): unknown {
  const values: unknown[] = [];
  for (const { document, problems, lineAt } of yamlDocuments(text)) {
    const [broken] = problems;
    if (broken !== undefined) return `${broken.line}: ${broken.message}`;
    const { value, problem } = yamlValue(document);
    if (problem !== undefined) return `${lineAt(problem.offset)}: ${problem.message}`;
    if (value !== null) values.push(value);
  }
  return values.length === 1 ? values[0] : values;
}

const taken: readonly (readonly [what: string, text: string, value: unknown])[] = [
  [
    'a quoted text that is indented too little',
    'a:\n  b: "x\ny"\nc: 1\n',
    { a: { b: 'x y' }, c: 1 },
  ],
  ['the same in single quotes', "a:\n  - 'x\n y\n\nz'\n", { a: ['x y\nz'] }],
  ['a line that goes on after a backslash', 'a:\n  b: "x\\\ny"\n', { a: { b: 'xy' } }],
  ['a quoted text in braces', 'a:\n  - {b: "x\ny", c: 2}\n', { a: [{ b: 'x y', c: 2 }] }],
  ['a list at the margin', 'a:\n  b: [\n1,\n2\n]\nc: 3\n', { a: { b: [1, 2] }, c: 3 }],
  ['a map at the margin', 'a:\n  b: {\nx: 1\n}\n', { a: { b: { x: 1 } } }],
  ['tabs within brackets', 'a: [\n\t1,\n\t2\n]\n', { a: [1, 2] }],
  ['JSON that is indented with tabs', '{\n\t"a": {\n\t\t"b": 1\n\t}\n}\n', { a: { b: 1 } }],
  ['a tab after a colon and before a comment', 'a:\tb\t# c\n', { a: 'b' }],
  ['a tab in a block of text', 'a: |\n  x\n  \ty\n', { a: 'x\n\ty\n' }],
  ['a comment right after a bracket', 'a: [x]#c\n', { a: ['x'] }],
  ['words with colons in brackets', 'a: [001:db8::, x:]\n', { a: ['001:db8::', 'x:'] }],
  ['a dash alone in brackets', 'a: [-, {b: -}]\n', { a: ['-', { b: '-' }] }],
  ['keys that are no texts', '1: a\n1.50: b\ntrue: c\non: d\n', { 1: 'a', 1.5: 'b', true: 'd' }],
  ['a key of GitHub', 'on: push\n', { true: 'push' }],
  ['equal keys: the last wins', 'a: 1\na: 2\n', { a: 2 }],
  ['a key named __proto__', '{"x": {"__proto__": 1}}', JSON.parse('{"x":{"__proto__":1}}')],
  ['a merge, then a key', 'x: &x {a: 1}\nz:\n  <<: *x\n  a: 2\n', { x: { a: 1 }, z: { a: 2 } }],
  ['a key, then a merge', 'x: &x {a: 1}\nz:\n  a: 2\n  <<: *x\n', { x: { a: 1 }, z: { a: 1 } }],
  ['a list of merges', 'z:\n  <<: [{a: 1}, {a: 2, b: 3}]\n', { z: { a: 1, b: 3 } }],
  ['two merges', 'z:\n  <<: {a: 1}\n  <<: {a: 2}\n', { z: { a: 2 } }],
  ['a quoted <<', 'z:\n  "<<": {a: 1}\n', { z: { '<<': { a: 1 } } }],
  ['an anchor that is given anew', 'x: &a 1\nz: &a 2\nb: *a\n', { x: 1, z: 2, b: 2 }],
  ['aliases without number', `a: &a {x: 1}\nb: [${'*a, '.repeat(2_000)}]\n`, expect.anything()],
  ['octal', 'a: [0o17, 017, 08]\n', { a: [15, 15, 8] }],
  ['numbers with underscores', 'a: [1_000, 1_0.5, 0x_1F]\n', { a: [1000, 10.5, 31] }],
  [
    'words that look like numbers',
    'a: [e1, ., 1.2.3, 12:30]\n',
    { a: ['e1', '.', '1.2.3', '12:30'] },
  ],
  ['a number that is too large', 'a: [1e400, 1e3]\n', { a: ['1e400', 1000] }],
  ['bytes', 'a: !!binary aGk=\n', { a: 'hi' }],
  ['tags of YAML', 'a: [!!str 1, !!float 1, !x y]\n', { a: ['1', 1, 'y'] }],
  ['a set', 'a: !!set {b, c}\n', { a: { b: null, c: null } }],
  ['--- within a block of text', 'a: |\n  x\n  ---\n  y\n', { a: 'x\n---\ny\n' }],
  ['a comment after ---', '--- # first\na: 1\n---\t\nb: 2\n', [{ a: 1 }, { b: 2 }]],
  ['only comments', '# a\n---\n# b\n---\n', []],
  ['a block of text up to ---', 'a: |\n  x\n---\nb: 1\n', [{ a: 'x\n' }, { b: 1 }]],
  ['what follows ... it leaves', 'a: 1\n...\nb: 2\n', { a: 1 }],
  [
    'ends of lines of Windows',
    'a: |\r\n  x\r\n  y\r\n---\r\nb: 1\r\n',
    [{ a: 'x\ny\n' }, { b: 1 }],
  ],
  ['ends of lines of old Macs', 'a: 1\rb: 2\r', { a: 1, b: 2 }],
  ['a mark of bytes at the start', '\uFEFFa: 1\n', { a: 1 }],
  ['values of JSON in a row', '{"a": 1}{"b": "}"}\n{"c": 3}\n', [{ a: 1 }, { b: '}' }, { c: 3 }]],
  ["JSON's own escapes", '{"a": "\\/\\ud83d\\ude00"}', { a: '/😀' }],
];

it.each(taken)('takes %s', (_, text, value) => {
  expect(read(text)).toEqual(value);
});

const refused: readonly (readonly [what: string, text: string, problem: string])[] = [
  ['a tab that indents', 'a:\n\tb: 1\n', '2: a tab stands where spaces must indent'],
  ['a line of a tab', 'a:\n  b: 1\n\t\nc: 2\n', '3: a tab stands where spaces must indent'],
  ['a tab before a comment', 'a: "b"\n\t# c\n', '2: a tab stands where spaces must indent'],
  ['a tab after a dash', 'a:\n  -\tc\n', '2: a tab stands after -'],
  ['a tab that begins a block', 'a: |\n  \tx\n', '2: a tab stands where spaces must indent'],
  ['a line of a tab in a block', 'a: |\n  x\n\t\n', '3: a tab stands where spaces must indent'],
  ['control characters', 'a: 1\nb: \u0007\n', '2: the control character U+0007 stands in it'],
  [
    'more than --- on its line',
    'a: 1\n--- {b: 1}\n',
    '2: {b: 1} stands on the line of ---, where only a comment may',
  ],
  [
    'a line of ---- in a text',
    'a: |\n  x\n----\n',
    '3: - stands on the line of ---, where only a comment may',
  ],
  [
    'directives',
    '%YAML 1.1\n---\na: 1\n',
    '1: it begins with a directive (%), which kubectl does not take',
  ],
  [
    'an alias of another document',
    'x: &a 1\n---\nb: *a\n',
    '3: *a is no anchor above it in this document',
  ],
  ['an alias within itself', 'a: &x [*x]\n', '1: *x stands within what it names'],
  [
    'an anchor with a dot',
    'a: &b.c 1\n',
    '1: the anchor &b.c has more than letters, digits, - and _',
  ],
  ['a merge of no map', 'a: 1\nb:\n  <<: 1\n', '3: << takes a map, or a list of maps'],
  ['a key that is a list', '[a]: b\n', '1: a list is the key of a map'],
  ['a key that is nothing', 'a: 1\n~: b\n', '2: nothing is the key of a map'],
  ['what no JSON can hold', 'a: .inf\n', '1: .inf is no number that JSON can hold'],
  ['a tag that does not fit', 'a: !!int x\n', '1: x is no !!int'],
  ['escapes of JSON in YAML', 'a: "b\\/c"\n', '1: \\/ is no escape of YAML 1.1'],
  ['a quote that does not end', 'a: "b\nc: d\n', '1: nothing closes the " here'],
  ['what lets copies grow', copies(), '2: nearly all of the document is copies by aliases'],
];

function copies(): string {
  const row = (name: string): string => Array(9).fill(name).join(', ');
  const lines = ['a: &a [x]', ...['b', 'c', 'd', 'e', 'f', 'g'].map(rowOf)];
  function rowOf(name: string): string {
    return `${name}: &${name} [${row(`*${String.fromCharCode(name.charCodeAt(0) - 1)}`)}]`;
  }
  return `${lines.join('\n')}\n`;
}

it.each(refused)('refuses %s', (_, text, problem) => {
  expect(read(text)).toBe(problem);
});
