/**
 * The hashes in the names of replica sets and controller revisions. They are taken over a dump of Go's
 * structs, so the dump is rebuilt from the facts: type names, field order, pointers followed.
 * @upstream pkg/controller/controller_utils.go (ComputeHash), pkg/util/hash/hash.go, k8s.io/utils/dump,
 *   pkg/controller/history/controller_history.go (HashControllerRevision)
 */
import { fnv32aBytes } from '../engine/hash.js';
import { sortedJson } from './encode.js';
import {
  structOf,
  type FieldFact,
  type ScalarShape,
  type Shape,
  type StructShape,
} from './facts.js';
import { compareText, textOr } from './go-text.js';
import type { PodTemplateSpec } from './kinds/core.js';
import { quantity } from './quantity.js';

/** The `pod-template-hash` of a defaulted template, mixed with the collision count if there is one. */
export function podTemplateHash(template: PodTemplateSpec, collisionCount?: number): string {
  const dump = new TextEncoder().encode(dumpOf(template));
  if (collisionCount === undefined) return safeEncoded(fnv32aBytes(dump));
  const bytes = new Uint8Array(dump.length + 8);
  bytes.set(dump);
  new DataView(bytes.buffer).setUint32(dump.length, collisionCount, true);
  return safeEncoded(fnv32aBytes(bytes));
}

const dumps = new WeakMap<object, string>();

function dumpOf(template: PodTemplateSpec): string {
  const known = dumps.get(template);
  if (known !== undefined) return known;
  const dump = goDump(template, structOf('core/v1.PodTemplateSpec'));
  dumps.set(template, dump);
  return dump;
}

const revisionTexts = new WeakMap<object, Uint8Array>();

/** The hash of a controller revision's data, mixed with the collision count if there is one. */
export function controllerRevisionHash(data: object, collisionCount?: number): string {
  let text = revisionTexts.get(data);
  if (text === undefined) {
    text = new TextEncoder().encode(sortedJson(data));
    revisionTexts.set(data, text);
  }
  let hash = fnv32(0x811c9dc5, text);
  if (collisionCount !== undefined) {
    hash = fnv32(hash, new TextEncoder().encode(String(collisionCount)));
  }
  return safeEncoded(hash >>> 0);
}

/** FNV-1, which multiplies before it mixes in a byte. */
function fnv32(begun: number, bytes: Uint8Array): number {
  let hash = begun;
  for (const byte of bytes) hash = Math.imul(hash, 0x01000193) ^ byte;
  return hash;
}

const safeCharacters = 'bcdfghjklmnpqrstvwxz2456789';

/** A number's decimal digits in letters that make no words. @upstream apimachinery/pkg/util/rand (SafeEncodeString) */
export function safeEncoded(hash: number): string {
  let encoded = '';
  for (const digit of String(hash)) {
    encoded += safeCharacters.charAt(digit.charCodeAt(0) % safeCharacters.length);
  }
  return encoded;
}

/** What spew's `%#v` prints of a Go struct that holds this JSON value. */
export function goDump(value: unknown, shape: StructShape): string {
  return `(${shape.goType})${bare(value, shape)}`;
}

/** With the type in front, as struct fields are printed. */
function typed(value: unknown, field: FieldFact): string {
  const { shape, isPointer } = field;
  if (!isPointer) return `(${shape.goType})${bare(value, shape)}`;
  return value === undefined || value === null
    ? `(*${shape.goType})<nil>`
    : `(*${shape.goType})${bare(value, shape)}`;
}

function bare(value: unknown, shape: Shape): string {
  switch (shape.kind) {
    case 'struct':
      return structDump(record(value), shape);
    case 'list':
      if (!Array.isArray(value) || value.length === 0) return '<nil>';
      return `[${value.map((item: unknown) => bare(item, shape.item)).join(' ')}]`;
    case 'map': {
      const entries = Object.entries(record(value));
      if (entries.length === 0) return '<nil>';
      const sorted = entries.toSorted(([left], [right]) => compareText(left, right));
      return `map[${sorted.map(([key, item]) => `${key}:${bare(item, shape.value)}`).join(' ')}]`;
    }
    case 'scalar':
      return scalarDump(value, shape);
  }
}

// The values are the API server's, which has checked their types.
function record(value: unknown): Readonly<Record<string, unknown>> {
  return (value ?? {}) as Readonly<Record<string, unknown>>;
}

function structDump(value: Readonly<Record<string, unknown>>, shape: StructShape): string {
  const fields = shape.fields.map(
    field => `${field.goName}:${typed(field.isInline ? value : value[field.name], field)}`,
  );
  return `{${fields.join(' ')}}`;
}

const zeroTime = '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}';

function scalarDump(value: unknown, { scalar }: ScalarShape): string {
  switch (scalar) {
    case 'bool':
      return value === true ? 'true' : 'false';
    case 'int32':
    case 'int64':
    case 'float64':
      return String(numberOr0(value));
    case 'quantity':
      return quantityDump(value);
    case 'intOrString':
      return typeof value === 'string'
        ? `{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)${value}}`
        : `{Type:(intstr.Type)0 IntVal:(int32)${numberOr0(value)} StrVal:(string)}`;
    case 'time':
    case 'microTime':
      return textOr(value, zeroTime);
    default:
      return typeof value === 'string' ? value : '';
  }
}

function numberOr0(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function quantityDump(value: unknown): string {
  const text = typeof value === 'string' ? value : '0';
  const { mantissa, scale, format, isTextKept } = quantity(text);
  const amount = `{value:(int64)${mantissa} scale:(resource.Scale)${scale}}`;
  const kept = isTextKept ? text : '';
  return `{i:(resource.int64Amount)${amount} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)${kept} Format:(resource.Format)${format}}`;
}
