/** The types with a message of their own: quantities, times, raw JSON and the like, read and written. */
import { base64OfBytes, bytesOfBase64 } from '../base64.js';
import { parseDuration, printDuration } from '../duration.js';
import { goJson, textOr } from '../go-text.js';
import type { Scalar } from '../facts.js';
import { parseJson } from '../json-parse.js';
import { rfc3339, timeMs } from '../time.js';
import { wire, WireFault, WireReader, WireWriter } from './wire.js';

type Fields = ReadonlyMap<number, readonly unknown[]>;

/** All fields of a small message: numbers and bytes by field number. */
function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new WireReader(bytes);
  const fields = new Map<number, unknown[]>();
  while (!reader.isAtEnd) {
    const { field, type } = reader.tag();
    const value = type === wire.varint ? reader.varint() : reader.delimited();
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

function numberAt(fields: Fields, field: number): number {
  const value = fields.get(field)?.at(-1);
  return typeof value === 'number' ? value : 0;
}

function bytesAt(fields: Fields, field: number): Uint8Array | undefined {
  const value = fields.get(field)?.at(-1);
  return value instanceof Uint8Array ? value : undefined;
}

function textAt(fields: Fields, field: number): string {
  return text(bytesAt(fields, field) ?? new Uint8Array());
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

type ReadSchema = (bytes: Uint8Array) => unknown;

/** Reads a scalar; `readSchema` reads the schemas that some of them hold. */
export function readScalar(reader: WireReader, scalar: Scalar, readSchema: ReadSchema): unknown {
  switch (scalar) {
    case 'string':
      return reader.text();
    case 'bytes':
      return base64OfBytes(reader.delimited());
    case 'bool':
      return reader.varint() !== 0;
    case 'int32':
      return reader.varint() | 0;
    case 'int64':
      return reader.varint();
    case 'float64':
      return reader.double();
    default:
      return readOwn(fieldsOf(reader.delimited()), scalar, readSchema);
  }
}

function readOwn(fields: Fields, scalar: Scalar, readSchema: ReadSchema): unknown {
  switch (scalar) {
    case 'quantity':
      return textAt(fields, 1);
    case 'time':
    case 'microTime':
      return readTime(fields, scalar);
    case 'duration':
      return printDuration(numberAt(fields, 1));
    case 'intOrString':
      return numberAt(fields, 1) === 1 ? textAt(fields, 3) : numberAt(fields, 2);
    case 'schemaOrBool': {
      const schema = bytesAt(fields, 2);
      return schema === undefined ? numberAt(fields, 1) !== 0 : readSchema(schema);
    }
    case 'schemaOrArray':
    case 'schemaOrStringArray':
      return readSchemaOr(fields, scalar, readSchema);
    default:
      return readRaw(bytesAt(fields, 1));
  }
}

function readSchemaOr(fields: Fields, scalar: Scalar, readSchema: ReadSchema): unknown {
  const schema = bytesAt(fields, 1);
  if (schema !== undefined) return readSchema(schema);
  const items = (fields.get(2) ?? []).filter(item => item instanceof Uint8Array);
  return scalar === 'schemaOrArray' ? items.map(readSchema) : items.map(text);
}

function readRaw(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined || bytes.length === 0) return null;
  const parsed = parseJson(text(bytes));
  if (!parsed.isOk) throw new WireFault(parsed.error);
  return parsed.value.value;
}

/** The zero time is an empty message. */
function readTime(fields: Fields, scalar: 'time' | 'microTime'): string | null {
  if (fields.size === 0) return null;
  const whole = rfc3339(numberAt(fields, 1) * 1000);
  if (scalar === 'time') return whole;
  const micros = String(Math.floor(numberAt(fields, 2) / 1000)).padStart(6, '0');
  return `${whole.slice(0, -1)}.${micros}Z`;
}

/** Which wire type a scalar has. */
export function wireTypeOf(scalar: Scalar): number {
  if (scalar === 'bool' || scalar === 'int32' || scalar === 'int64') return wire.varint;
  return scalar === 'float64' ? wire.fixed64 : wire.bytes;
}

type WriteSchema = (schema: unknown) => Uint8Array;

/** Writes a scalar's value, without its tag. */
export function writeScalar(
  writer: WireWriter,
  value: unknown,
  scalar: Scalar,
  writeSchema: WriteSchema,
): void {
  switch (scalar) {
    case 'string':
      writer.text(textOr(value, ''));
      return;
    case 'bytes':
      writer.delimited(bytesOfBase64(textOr(value, '')));
      return;
    case 'bool':
      writer.varint(value === true ? 1 : 0);
      return;
    case 'int32':
    case 'int64':
      writer.varint(Number(value ?? 0));
      return;
    case 'float64':
      writer.double(Number(value ?? 0));
      return;
    default: {
      const inner = new WireWriter();
      writeOwn(inner, value, scalar, writeSchema);
      writer.delimited(inner.finish());
    }
  }
}

function writeOwn(
  writer: WireWriter,
  value: unknown,
  scalar: Scalar,
  writeSchema: WriteSchema,
): void {
  switch (scalar) {
    case 'quantity':
      writeText(writer, 1, textOr(value, '0'));
      return;
    case 'time':
    case 'microTime':
      writeTime(writer, value, scalar);
      return;
    case 'duration': {
      const parsed = parseDuration(textOr(value, '0s'));
      writeNumber(writer, 1, parsed.isOk ? parsed.value : 0);
      return;
    }
    case 'intOrString':
      writeNumber(writer, 1, typeof value === 'string' ? 1 : 0);
      writeNumber(writer, 2, typeof value === 'number' ? value : 0);
      writeText(writer, 3, typeof value === 'string' ? value : '');
      return;
    case 'schemaOrBool':
      writeNumber(writer, 1, value === false ? 0 : 1);
      if (typeof value === 'object') writeBytes(writer, 2, writeSchema(value));
      return;
    case 'schemaOrArray':
    case 'schemaOrStringArray':
      writeSchemaOr(writer, value, scalar, writeSchema);
      return;
    default:
      if (value !== undefined && value !== null) writeText(writer, 1, goJson(value));
  }
}

function writeSchemaOr(
  writer: WireWriter,
  value: unknown,
  scalar: Scalar,
  writeSchema: WriteSchema,
): void {
  if (!Array.isArray(value)) {
    writeBytes(writer, 1, writeSchema(value));
    return;
  }
  for (const item of value as readonly unknown[]) {
    if (scalar === 'schemaOrArray') writeBytes(writer, 2, writeSchema(item));
    else writeText(writer, 2, String(item));
  }
}

function writeTime(writer: WireWriter, value: unknown, scalar: 'time' | 'microTime'): void {
  const ms = typeof value === 'string' ? timeMs(value) : undefined;
  if (ms === undefined) return;
  writeNumber(writer, 1, Math.floor(ms / 1000));
  const micros = /\.(\d{6})/.exec(textOr(value, ''))?.[1] ?? '0';
  writeNumber(writer, 2, scalar === 'time' ? 0 : Number(micros) * 1000);
}

function writeNumber(writer: WireWriter, field: number, value: number): void {
  writer.tag(field, wire.varint);
  writer.varint(value);
}

function writeText(writer: WireWriter, field: number, value: string): void {
  writer.tag(field, wire.bytes);
  writer.text(value);
}

function writeBytes(writer: WireWriter, field: number, value: Uint8Array): void {
  writer.tag(field, wire.bytes);
  writer.delimited(value);
}
