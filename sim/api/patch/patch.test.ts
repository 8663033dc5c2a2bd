import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { structOf } from '../facts.js';
import { noRepeatedKeys } from '../json-parse.js';
import { applyJsonPatch, readJsonPatch } from './json-patch.js';
import { applyMergePatch } from './merge-patch.js';
import { applyStrategicMergePatch } from './strategic-merge-patch.js';

interface SuiteCase {
  readonly comment?: string;
  readonly doc: unknown;
  readonly patch: unknown;
  readonly expected?: unknown;
  readonly error?: string;
  readonly disabled?: boolean;
}

const suite = dirname(createRequire(import.meta.url).resolve('json-patch-test-suite/package.json'));
const cases = ['tests.json', 'spec_tests.json'].flatMap(
  file => JSON.parse(readFileSync(join(suite, file), 'utf8')) as SuiteCase[],
);

/** Where the API server's library goes another way than the RFC: by the number in tests.json. */
const differing = new Map([
  [16, 'negative indexes count from the end'],
  [40, 'the root cannot be replaced'],
  [59, 'the root cannot be replaced'],
  [70, 'a missing value is null'],
  [71, 'a missing value is null'],
  [72, 'a missing value is null'],
]);

it('keeps and sets keys that objects inherit, as users may choose them', () => {
  // As text: in a literal the key would be the prototype.
  const document = JSON.parse('{"data": {"__proto__": "a", "constructor": "b", "c": "d"}}');
  const patch = JSON.parse('{"data": {"__proto__": "x", "toString": "y"}}');
  const merged = JSON.parse(
    '{"data": {"__proto__": "x", "constructor": "b", "c": "d", "toString": "y"}}',
  );
  const fields = (object: unknown) =>
    Object.entries((object as { readonly data: object }).data).sort(([a], [b]) => (a < b ? -1 : 1));
  const other = { data: { c: 'e' } };
  const shape = structOf('core/v1.ConfigMap');
  const strategic = (changes: object) => {
    const applied = applyStrategicMergePatch(document, changes as never, shape);
    return applied.isOk ? applied.value : applied.error;
  };
  for (const apply of [
    (changes: object) => applyMergePatch(document, changes as never),
    strategic,
  ]) {
    expect(fields(apply(patch))).toEqual(fields(merged));
    expect(fields(apply(other))).toEqual([
      ['__proto__', 'a'],
      ['c', 'e'],
      ['constructor', 'b'],
    ]);
  }
});

describe('the JSON patch test suite', () => {
  for (const [index, { comment = `case ${index}`, ...one }] of cases.entries()) {
    const reason = differing.get(index);
    const title = reason === undefined ? comment : `${comment} (differs: ${reason})`;
    it.skipIf(one.disabled === true || reason !== undefined)(`${title}`, () => {
      const read = readJsonPatch(one.patch, noRepeatedKeys);
      const result = read.isOk ? applyJsonPatch(one.doc, read.value.operations) : read;
      const value = one.error === undefined ? (one.expected ?? one.doc) : undefined;
      expect(result.isOk ? result.value : undefined).toEqual(value);
    });
  }
});

describe('JSON patches of the API server', () => {
  const apply = (doc: unknown, ...operations: Parameters<typeof applyJsonPatch>[1]) =>
    applyJsonPatch(doc, operations);

  it('is laxer than the RFC', () => {
    expect(apply({}, { op: 'replace', path: '/a', value: 1 })).toEqual({
      isOk: true,
      value: { a: 1 },
    });
    expect(apply({}, { op: 'test', path: '/a', value: null }).isOk).toBe(true);
    expect(apply({}, { op: 'add', path: '/a' })).toEqual({ isOk: true, value: { a: null } });
    expect(apply({}, { op: 'add', path: 'x/a', value: 1 })).toEqual({
      isOk: true,
      value: { a: 1 },
    });
    expect(apply([1, 2], { op: 'remove', path: '/-1' })).toEqual({ isOk: true, value: [1] });
    expect(apply([1, 2], { op: 'add', path: '/-1', value: 3 })).toEqual({
      isOk: true,
      value: [1, 2, 3],
    });
    expect(apply({}, { op: 'remove', path: '/a' }).isOk).toBe(false);
  });

  it('refuses what is no list of operations', () => {
    expect(readJsonPatch({}, noRepeatedKeys)).toEqual({
      isOk: false,
      error: 'json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    });
  });
});

describe('merge patches', () => {
  it('drops nulls', () => {
    expect(
      applyMergePatch({ a: { b: 1, c: 2 }, d: 1 }, { a: { b: null }, e: { f: null } }),
    ).toEqual({
      a: { c: 2 },
      d: 1,
      e: {},
    });
    expect(applyMergePatch({ a: 1 }, { a: [null, { x: null }] })).toEqual({ a: [null, {}] });
  });
});

describe('strategic merge patches', () => {
  const podSpec = structOf('core/v1.PodSpec');
  const merge = (original: object, patch: object, type = podSpec) =>
    applyStrategicMergePatch(
      original as Readonly<Record<string, unknown>>,
      patch as Readonly<Record<string, unknown>>,
      type,
    );
  const names = (...list: string[]) => list.map(name => ({ name }));

  it('orders merged lists by the patch and the live list', () => {
    expect(merge({ containers: names('a', 'b') }, { containers: names('b', 'c') })).toEqual({
      isOk: true,
      value: { containers: names('a', 'b', 'c') },
    });
    const ports = structOf('core/v1.Container');
    const portsOf = (...list: number[]) => ({
      ports: list.map(containerPort => ({ containerPort })),
    });
    expect(merge(portsOf(80, 81), portsOf(80, 90), ports)).toEqual({
      isOk: true,
      value: portsOf(80, 90, 81),
    });
    const meta = structOf('meta/v1.ObjectMeta');
    expect(merge({ finalizers: ['a', 'b'] }, { finalizers: ['c', 'a'] }, meta)).toEqual({
      isOk: true,
      value: { finalizers: ['c', 'a', 'b'] },
    });
  });

  it('follows the directives', () => {
    const live = { containers: [{ name: 'a', image: 'x' }, { name: 'b' }] };
    expect(merge(live, { containers: [{ $patch: 'delete', name: 'a' }] })).toEqual({
      isOk: true,
      value: { containers: names('b') },
    });
    expect(merge(live, { containers: [{ $patch: 'replace' }, { name: 'z' }] })).toEqual({
      isOk: true,
      value: { containers: names('z') },
    });
    expect(merge(live, { '$setElementOrder/containers': names('b', 'a') })).toEqual({
      isOk: true,
      value: { containers: [{ name: 'b' }, { name: 'a', image: 'x' }] },
    });
    const volume = { volumes: [{ name: 'v', emptyDir: {} }] };
    const patch = { volumes: [{ name: 'v', $retainKeys: ['name', 'secret'], secret: {} }] };
    expect(merge(volume, patch)).toEqual({
      isOk: true,
      value: { volumes: [{ name: 'v', secret: {} }] },
    });
    const meta = structOf('meta/v1.ObjectMeta');
    expect(
      merge({ finalizers: ['a', 'b'] }, { '$deleteFromPrimitiveList/finalizers': ['a'] }, meta),
    ).toEqual({ isOk: true, value: { finalizers: ['b'] } });
  });

  it('tells errors as upstream does', () => {
    expect(merge({ containers: names('a') }, { containers: [{ image: 'x' }] })).toEqual({
      isOk: false,
      error: 'map: map[image:x] does not contain declared merge key: name',
    });
    expect(merge({ securityContext: {} }, { securityContext: { $patch: 'merge', a: 1 } })).toEqual({
      isOk: false,
      error: 'unknown patch type: merge in map: map[$patch:merge a:1]',
    });
  });
});
