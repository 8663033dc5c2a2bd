/**
 * Reads bodies of application/vnd.kubernetes.protobuf.
 * @upstream staging/src/k8s.io/apimachinery/pkg/runtime/serializer/protobuf/protobuf.go
 */
import {
  isGroupVersion,
  shapeOfKind,
  structOf,
  type FieldFact,
  type Shape,
  type StructShape,
} from '../facts.js';
import { parseJson } from '../json-parse.js';
import type { Parsed } from '../time.js';
import { readScalar } from './scalars.js';
import { wire, WireFault, WireReader } from './wire.js';

/** The body as JSON has it; what is empty may still stand in it, so it is to be decoded as JSON is. */
export interface ProtobufBody {
  readonly apiVersion: string;
  readonly kind: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The first bytes of each body. */
export const magic = [0x6b, 0x38, 0x73, 0x00];

/** Reads a body; `expected` names the kind when the body names none. */
export function decodeProtobuf(
  body: Uint8Array,
  expected?: { readonly apiVersion: string; readonly kind: string },
): Parsed<ProtobufBody> {
  if (magic.some((byte, index) => body[index] !== byte)) {
    return {
      isOk: false,
      error:
        'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    };
  }
  if (body.length === magic.length) return { isOk: false, error: 'empty body' };
  try {
    return readUnknown(body.subarray(magic.length), expected);
  } catch (error) {
    if (error instanceof WireFault) return { isOk: false, error: error.message };
    throw error;
  }
}

function readUnknown(
  bytes: Uint8Array,
  expected: { readonly apiVersion: string; readonly kind: string } | undefined,
): Parsed<ProtobufBody> {
  const reader = new WireReader(bytes);
  let apiVersion = '';
  let kind = '';
  let raw = new Uint8Array();
  let contentType = '';
  while (!reader.isAtEnd) {
    const { field, type } = reader.tag();
    if (field === 1) ({ apiVersion, kind } = readTypeMeta(reader.delimited()));
    else if (field === 2) raw = new Uint8Array(reader.delimited());
    else if (field === 4) contentType = reader.text();
    else reader.skip(type);
  }
  apiVersion ||= expected?.apiVersion ?? '';
  kind ||= expected?.kind ?? '';
  if (contentType === 'application/json') return readJson(raw, apiVersion, kind);
  const shape = shapeNamed(apiVersion, kind);
  if (shape === undefined) {
    const error = `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"`;
    return { isOk: false, error };
  }
  const value = { kind, apiVersion, ...readMessage(raw, shape) };
  return { isOk: true, value: { apiVersion, kind, value } };
}

function shapeNamed(apiVersion: string, kind: string): StructShape | undefined {
  // The options of deletions are known in each version of each group.
  if (kind === 'DeleteOptions' && isGroupVersion(apiVersion)) {
    return shapeOfKind({ group: '', version: 'v1', kind });
  }
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  return shapeOfKind({ group, version: apiVersion.slice(slash + 1), kind });
}

function readJson(raw: Uint8Array, apiVersion: string, kind: string): Parsed<ProtobufBody> {
  const parsed = parseJson(new TextDecoder().decode(raw));
  if (!parsed.isOk) return parsed;
  const value = (parsed.value.value ?? {}) as Readonly<Record<string, unknown>>;
  return { isOk: true, value: { apiVersion, kind, value } };
}

function readTypeMeta(bytes: Uint8Array): { apiVersion: string; kind: string } {
  const reader = new WireReader(bytes);
  const found = { apiVersion: '', kind: '' };
  while (!reader.isAtEnd) {
    const { field, type } = reader.tag();
    if (field === 1) found.apiVersion = reader.text();
    else if (field === 2) found.kind = reader.text();
    else reader.skip(type);
  }
  return found;
}

const fieldsByNumber = new WeakMap<StructShape, ReadonlyMap<number, FieldFact>>();

function numbered(shape: StructShape): ReadonlyMap<number, FieldFact> {
  let fields = fieldsByNumber.get(shape);
  if (fields === undefined) {
    const own = shape.fields.filter(field => field.proto > 0);
    fields = new Map(own.map(field => [field.proto, field]));
    fieldsByNumber.set(shape, fields);
  }
  return fields;
}

/** Reads a message of a struct type. */
export function readMessage(
  bytes: Uint8Array,
  shape: StructShape,
): Readonly<Record<string, unknown>> {
  const reader = new WireReader(bytes);
  const fields = numbered(shape);
  const result: Record<string, unknown> = {};
  while (!reader.isAtEnd) {
    const { field: number, type } = reader.tag();
    const field = fields.get(number);
    if (field === undefined) reader.skip(type);
    else readField(reader, type, field, result);
  }
  return result;
}

function readField(
  reader: WireReader,
  type: number,
  field: FieldFact,
  result: Record<string, unknown>,
): void {
  const { shape, name } = field;
  if (field.isInline && shape.kind === 'struct') {
    Object.assign(result, readMessage(reader.delimited(), shape));
  } else if (shape.kind === 'list') {
    const list = (result[name] ??= []) as unknown[];
    readItems(reader, type, shape.item, list);
  } else if (shape.kind === 'map') {
    const map = (result[name] ??= {}) as Record<string, unknown>;
    readEntry(reader.delimited(), shape.value, map);
  } else {
    result[name] = readValue(reader, shape);
  }
}

/** One item, or many numbers packed into one value. */
function readItems(reader: WireReader, type: number, item: Shape, list: unknown[]): void {
  const isNumber = item.kind === 'scalar' && /^(?:bool|int32|int64|float64)$/.test(item.scalar);
  if (!isNumber || type !== wire.bytes) {
    list.push(readValue(reader, item));
    return;
  }
  const packed = new WireReader(reader.delimited());
  while (!packed.isAtEnd) list.push(readValue(packed, item));
}

function readEntry(bytes: Uint8Array, shape: Shape, map: Record<string, unknown>): void {
  const reader = new WireReader(bytes);
  let key = '';
  let value: unknown;
  while (!reader.isAtEnd) {
    const { field, type } = reader.tag();
    if (field === 1) key = reader.text();
    else if (field === 2) value = readMapValue(reader, shape);
    else reader.skip(type);
  }
  map[key] = value ?? (shape.kind === 'struct' ? {} : null);
}

/** A list is a map's value only as a message that holds its items. */
function readMapValue(reader: WireReader, shape: Shape): unknown {
  if (shape.kind !== 'list') return readValue(reader, shape);
  const items = new WireReader(reader.delimited());
  const list: unknown[] = [];
  while (!items.isAtEnd) {
    const { field, type } = items.tag();
    if (field === 1) readItems(items, type, shape.item, list);
    else items.skip(type);
  }
  return list;
}

function readValue(reader: WireReader, shape: Shape): unknown {
  if (shape.kind === 'struct') return readMessage(reader.delimited(), shape);
  if (shape.kind === 'scalar') {
    return readScalar(reader, shape.scalar, bytes =>
      readMessage(bytes, structOf('apiextensions/v1.JSONSchemaProps')),
    );
  }
  throw new WireFault('proto: lists of lists do not occur');
}
