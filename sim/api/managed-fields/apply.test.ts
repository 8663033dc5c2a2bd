import { describe, expect, it } from 'vitest';
import { structOf } from '../facts.js';
import { zeroStruct } from '../go-struct.js';
import type { ManagedFieldsEntry } from '../kinds/meta.js';
import { applyPatch, type Applied } from './apply.js';
import { builtInSchema } from './built-in-schema.js';
import { customResourceSchema } from './structural-schema.js';
import { entriesAfterUpdate, entriesToUpdate } from './update.js';

type Json = Readonly<Record<string, unknown>>;

const configMap = structOf('core/v1.ConfigMap');
const service = structOf('core/v1.Service');
const empty: Json = { ...zeroStruct(configMap), kind: 'ConfigMap', apiVersion: 'v1' };

interface State {
  readonly object: Json | undefined;
  readonly entries: readonly ManagedFieldsEntry[];
}

const nothing: State = { object: undefined, entries: [] };
let clock = 0;

function apply(
  state: State,
  manager: string,
  fields: Json,
  options: { readonly isForced?: boolean; readonly shape?: typeof configMap } = {},
): Applied {
  const { isForced = false, shape = configMap } = options;
  return applyPatch({
    apiVersion: 'v1',
    schema: builtInSchema(shape),
    manager,
    subresource: '',
    nowMs: (clock += 1000),
    isForced,
    live: state.object ?? (shape === configMap ? empty : zeroStruct(shape)),
    empty,
    isCreate: state.object === undefined,
    entries: state.entries,
    patch: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, ...fields },
  });
}

function applied(...parameters: Parameters<typeof apply>): State {
  const result = apply(...parameters);
  if (result.kind !== 'applied') throw new Error(result.message);
  return { object: result.object, entries: result.entries };
}

function updated(state: State, manager: string, after: Json): State {
  const entries = entriesAfterUpdate(state.entries, {
    apiVersion: 'v1',
    schema: builtInSchema(configMap),
    manager,
    subresource: '',
    nowMs: (clock += 1000),
    before: state.object ?? empty,
    after,
    isCreate: state.object === undefined,
  });
  return { object: after, entries };
}

const owned = ({ entries }: State): unknown =>
  Object.fromEntries(
    entries.map(({ manager = '', operation, fieldsV1 }) => [`${manager} ${operation}`, fieldsV1]),
  );

describe('server-side apply', () => {
  it('owns what it names, and shares equal values', () => {
    const one = applied(nothing, 'm1', { data: { a: '1' } });
    const two = applied(one, 'm2', { data: { a: '1', b: '2' } });
    expect(owned(two)).toEqual({
      'm1 Apply': { 'f:data': { 'f:a': {} } },
      'm2 Apply': { 'f:data': { 'f:a': {}, 'f:b': {} } },
    });
  });

  it('conflicts with other values, unless forced', () => {
    const one = applied(nothing, 'm1', { data: { a: '1', b: '1' } });
    expect(apply(one, 'm2', { data: { a: '2' } })).toEqual({
      kind: 'conflicts',
      message: 'Apply failed with 1 conflict: conflict with "m1": .data.a',
      causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "m1"', field: '.data.a' }],
    });
    expect(apply(one, 'm2', { data: { a: '2', b: '2' } })).toMatchObject({
      message: 'Apply failed with 2 conflicts: conflicts with "m1":\n- .data.a\n- .data.b',
    });
    const forced = applied(one, 'm2', { data: { a: '2' } }, { isForced: true });
    expect(owned(forced)).toEqual({
      'm1 Apply': { 'f:data': { 'f:b': {} } },
      'm2 Apply': { 'f:data': { 'f:a': {} } },
    });
  });

  it('removes what it gives up and nobody else has', () => {
    const one = applied(nothing, 'm1', { data: { a: '1', b: '1' } });
    const shared = applied(one, 'm2', { data: { b: '1' } });
    const less = applied(shared, 'm1', { data: {} });
    expect(less.object).toMatchObject({ data: { b: '1' } });
    expect(owned(less)).toEqual({
      'm1 Apply': { 'f:data': {} },
      'm2 Apply': { 'f:data': { 'f:b': {} } },
    });
  });

  it('names list items with defaults of their keys', () => {
    const spec = { ports: [{ port: 80 }] };
    const one = applied(nothing, 'm1', { spec }, { shape: service });
    expect(owned(one)).toEqual({
      'm1 Apply': {
        'f:spec': {
          'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
        },
      },
    });
  });

  it('tells what does not fit the schema', () => {
    expect(apply(nothing, 'm1', { frob: 1 })).toEqual({
      kind: 'error',
      message:
        'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .frob: field not declared in schema',
    });
    expect(apply(nothing, 'm1', { data: { a: 1 } })).toMatchObject({
      message: expect.stringContaining(
        '.data.a: expected string, got &value.valueUnstructured{Value:1}',
      ) as string,
    });
  });

  it('credits what was there to before-first-apply', () => {
    const bare: State = { object: { ...empty, data: { a: '1' } }, entries: [] };
    const one = applied(bare, 'm1', { data: { b: '1' } });
    expect(Object.keys(owned(one) as object)).toEqual(['m1 Apply', 'before-first-apply Update']);
  });

  it('lets kubectl take over from its client side', () => {
    const name = 'kubectl.kubernetes.io/last-applied-configuration';
    const last = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } });
    const annotations = { [name]: last };
    const object = { ...empty, metadata: { name: 'a', annotations }, data: { a: '1' } };
    const live = updated(nothing, 'kubectl-client-side-apply', object);
    const one = applied(live, 'kubectl', { data: { a: '2' } });
    expect(one.object).toMatchObject({
      data: { a: '2' },
      metadata: {
        annotations: {
          [name]:
            '{"apiVersion":"v1","data":{"a":"2"},"kind":"ConfigMap","metadata":{"name":"a"}}\n',
        },
      },
    });
    expect(apply(live, 'other', { data: { a: '2' } }).kind).toBe('conflicts');
  });
});

describe('updates', () => {
  it('take changed values and lose removed ones', () => {
    const one = updated(nothing, 'u1', { ...empty, data: { a: '1', b: '1' } });
    const two = updated(one, 'u2', { ...empty, data: { a: '2' } });
    expect(owned(two)).toEqual({
      'u1 Update': { 'f:data': {} },
      'u2 Update': { 'f:data': { 'f:a': {} } },
    });
    expect(updated(two, 'u3', { ...empty, data: { a: '2' } }).entries).toBe(two.entries);
  });

  it('fold the oldest of more than ten into one', () => {
    let state = updated(nothing, 'u0', { ...empty, data: { k0: '1' } });
    for (let index = 1; index < 12; index++) {
      const data = { ...(state.object?.['data'] as Json), [`k${index}`]: '1' };
      state = updated(state, `u${index}`, { ...empty, data });
    }
    expect(state.entries.length).toBe(10);
    expect(state.entries[0]?.manager).toBe('ancient-changes');
  });

  it('are not tracked once cleared', () => {
    const one = updated(nothing, 'u1', { ...empty, data: { a: '1' } });
    const live = { metadata: { managedFields: one.entries } };
    const options = { isSubresource: false };
    expect(entriesToUpdate(live, { metadata: { managedFields: [] } }, options)).toEqual([]);
    expect(entriesToUpdate(live, { metadata: { managedFields: [{}] } }, options)).toEqual([]);
    expect(entriesToUpdate(live, { metadata: {} }, options)).toBe(one.entries);
    const cleared = updated({ ...one, entries: [] }, 'u2', { ...empty, data: { a: '2' } });
    expect(cleared.entries).toEqual([]);
  });
});

describe('the schema of a custom resource', () => {
  it('knows sets, maps, defaults and free parts', () => {
    const schema = customResourceSchema({
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
            free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            ios: { 'x-kubernetes-int-or-string': true },
          },
        },
      },
    });
    const patch = {
      apiVersion: 'x.io/v1',
      kind: 'W',
      metadata: { name: 'w' },
      spec: { set: ['a'], free: { any: { thing: 1 } }, ios: '5%' },
    };
    const bare = { apiVersion: 'x.io/v1', kind: 'W' };
    const result = applyPatch({
      apiVersion: 'x.io/v1',
      schema,
      manager: 'm',
      subresource: '',
      nowMs: 0,
      isForced: false,
      live: bare,
      empty: bare,
      isCreate: true,
      entries: [],
      patch,
    });
    expect(result).toMatchObject({
      entries: [
        {
          fieldsV1: {
            'f:spec': {
              'f:free': { 'f:any': { '.': {}, 'f:thing': {} } },
              'f:ios': {},
              'f:set': { 'v:"a"': {} },
            },
          },
        },
      ],
    });
  });
});
