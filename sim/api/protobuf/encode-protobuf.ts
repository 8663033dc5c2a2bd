/**
 * Writes objects of built-in kinds as application/vnd.kubernetes.protobuf.
 * @upstream staging/src/k8s.io/apimachinery/pkg/runtime/serializer/protobuf/protobuf.go
 */
import { shapeOfKind, structOf, type FieldFact, type Shape, type StructShape } from '../facts.js';
import { compareText, textOr } from '../go-text.js';
import { magic } from './decode-protobuf.js';
import { wireTypeOf, writeScalar } from './scalars.js';
import { wire, WireWriter } from './wire.js';

type Json = Readonly<Record<string, unknown>>;

/** The body of an object; undefined when its kind is not built in. */
export function encodeProtobuf(object: Json): Uint8Array | undefined {
  const apiVersion = textOr(object['apiVersion'], '');
  const kind = textOr(object['kind'], '');
  const slash = apiVersion.indexOf('/');
  const shape = shapeOfKind({
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    kind,
  });
  const message =
    shape === undefined ? metadataMessage(apiVersion, object) : messageOf(object, shape);
  if (message === undefined) return undefined;
  const typeMeta = new WireWriter();
  writeTagged(typeMeta, 1, writer => writer.text(apiVersion));
  writeTagged(typeMeta, 2, writer => writer.text(kind));
  const unknown = new WireWriter();
  writeTagged(unknown, 1, writer => writer.delimited(typeMeta.finish()));
  writeTagged(unknown, 2, writer => writer.delimited(message));
  writeTagged(unknown, 3, writer => writer.text(''));
  writeTagged(unknown, 4, writer => writer.text(''));
  return Uint8Array.from([...magic, ...unknown.finish()]);
}

/** What clients get that ask for metadata alone: PartialObjectMetadata of meta.k8s.io, or a list of them. */
function metadataMessage(apiVersion: string, object: Json): Uint8Array | undefined {
  if (!apiVersion.startsWith('meta.k8s.io/')) return undefined;
  const part = (value: unknown, type: string): Uint8Array =>
    messageOf((value ?? {}) as Json, structOf(type));
  const writer = new WireWriter();
  if (object['kind'] === 'PartialObjectMetadata') {
    const metadata = part(object['metadata'], 'meta/v1.ObjectMeta');
    writeTagged(writer, 1, inner => inner.delimited(metadata));
    return writer.finish();
  }
  if (object['kind'] !== 'PartialObjectMetadataList') return undefined;
  const metadata = part(object['metadata'], 'meta/v1.ListMeta');
  writeTagged(writer, 1, inner => inner.delimited(metadata));
  for (const item of object['items'] as readonly Json[]) {
    const message = new WireWriter();
    const own = part(item['metadata'], 'meta/v1.ObjectMeta');
    writeTagged(message, 1, inner => inner.delimited(own));
    writeTagged(writer, 2, inner => inner.delimited(message.finish()));
  }
  return writer.finish();
}

function writeTagged(writer: WireWriter, field: number, write: (writer: WireWriter) => void): void {
  writer.tag(field, wire.bytes);
  write(writer);
}

/** The message of a struct, in the order of the field numbers. */
export function messageOf(value: Json, shape: StructShape): Uint8Array {
  const writer = new WireWriter();
  const fields = shape.fields.filter(field => field.proto > 0);
  for (const field of fields.toSorted((left, right) => left.proto - right.proto)) {
    writeField(writer, field.isInline ? value : value[field.name], field);
  }
  return writer.finish();
}

function writeField(writer: WireWriter, value: unknown, field: FieldFact): void {
  const { shape, proto, isPointer } = field;
  const isAbsent = value === undefined || value === null;
  if (shape.kind === 'list') {
    for (const item of isAbsent ? [] : (value as readonly unknown[])) {
      writeValue(writer, proto, item, shape.item);
    }
  } else if (shape.kind === 'map') {
    writeMap(writer, proto, (value ?? {}) as Json, shape.value);
  } else if (!isAbsent || !(isPointer || isNilable(shape))) {
    writeValue(writer, proto, value, shape);
  }
}

/** Bytes are left out when there are none. */
function isNilable(shape: Shape): boolean {
  return shape.kind === 'scalar' && (shape.scalar === 'bytes' || shape.scalar === 'any');
}

function writeMap(writer: WireWriter, field: number, map: Json, shape: Shape): void {
  for (const key of Object.keys(map).toSorted(compareText)) {
    const entry = new WireWriter();
    writeTagged(entry, 1, inner => inner.text(key));
    const value = map[key];
    if (shape.kind === 'list') {
      const items = new WireWriter();
      for (const item of (value ?? []) as readonly unknown[])
        writeValue(items, 1, item, shape.item);
      writeTagged(entry, 2, inner => inner.delimited(items.finish()));
    } else {
      writeValue(entry, 2, value, shape);
    }
    writeTagged(writer, field, inner => inner.delimited(entry.finish()));
  }
}

function writeValue(writer: WireWriter, field: number, value: unknown, shape: Shape): void {
  if (shape.kind === 'struct') {
    // Decoding has checked the types.
    const bytes = messageOf((value ?? {}) as Json, shape);
    writeTagged(writer, field, inner => inner.delimited(bytes));
  } else if (shape.kind === 'scalar') {
    writer.tag(field, wireTypeOf(shape.scalar));
    writeScalar(writer, value, shape.scalar, schema =>
      messageOf((schema ?? {}) as Json, structOf('apiextensions/v1.JSONSchemaProps')),
    );
  }
}
