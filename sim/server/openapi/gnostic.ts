/**
 * The document of /openapi/v2 as protocol buffers, which is how kubectl reads it.
 * @upstream github.com/google/gnostic-models/openapiv2/OpenAPIv2.proto
 */
import { wire, WireWriter } from '../../api/protobuf/wire.js';
import type { Json } from './documents.js';

/** How the value of a JSON key is laid out. */
type Layout = 'text' | 'texts' | 'flag' | 'integer' | 'double' | 'any' | 'anys' | Message;
type Field = readonly [number: number, layout: Layout];

/** Turns a JSON value into the bytes of a message. */
type Message = (value: unknown) => Uint8Array;

/** The fields of a message by their JSON keys; keys that begin with `x-` go to the extensions. */
interface MessageFields {
  readonly fields: Readonly<Record<string, Field>>;
  readonly extensions?: number;
}

const schemaOf: Message = value => write(schema, value);
const operationOf: Message = value => write(operation, value);

const schema: MessageFields = {
  fields: {
    $ref: [1, 'text'],
    format: [2, 'text'],
    title: [3, 'text'],
    description: [4, 'text'],
    default: [5, 'any'],
    multipleOf: [6, 'double'],
    maximum: [7, 'double'],
    exclusiveMaximum: [8, 'flag'],
    minimum: [9, 'double'],
    exclusiveMinimum: [10, 'flag'],
    maxLength: [11, 'integer'],
    minLength: [12, 'integer'],
    pattern: [13, 'text'],
    maxItems: [14, 'integer'],
    minItems: [15, 'integer'],
    uniqueItems: [16, 'flag'],
    maxProperties: [17, 'integer'],
    minProperties: [18, 'integer'],
    required: [19, 'texts'],
    enum: [20, 'anys'],
    additionalProperties: [
      21,
      value =>
        typeof value === 'boolean'
          ? write({ fields: { boolean: [2, 'flag'] } }, { boolean: value })
          : wrapped(1, schemaOf(value)),
    ],
    type: [22, value => write({ fields: { value: [1, 'texts'] } }, { value: [value] })],
    items: [23, value => wrapped(1, schemaOf(value))],
    properties: [25, value => named(1, value, schemaOf)],
  },
  extensions: 31,
};

/** What parameters of the query say; those of the path say the same one number earlier from `type` on. */
const query: MessageFields = {
  fields: {
    required: [1, 'flag'],
    in: [2, 'text'],
    description: [3, 'text'],
    name: [4, 'text'],
    type: [6, 'text'],
    uniqueItems: [20, 'flag'],
  },
};

const path: MessageFields = {
  fields: { ...query.fields, type: [5, 'text'], uniqueItems: [19, 'flag'] },
};

const body: MessageFields = {
  fields: {
    description: [1, 'text'],
    name: [2, 'text'],
    in: [3, 'text'],
    required: [4, 'flag'],
    schema: [5, schemaOf],
  },
};

const reference: MessageFields = { fields: { $ref: [1, 'text'] } };

/** A parameter, or where it is described: one choice within another. */
const parameterOf: Message = value =>
  (value as Json)['$ref'] === undefined
    ? wrapped(1, describedParameter(value))
    : wrapped(2, write(reference, value));

const describedParameter: Message = value => {
  switch ((value as Json)['in']) {
    case 'body':
      return wrapped(1, write(body, value));
    case 'path':
      return wrapped(2, wrapped(4, write(path, value)));
    default:
      return wrapped(2, wrapped(3, write(query, value)));
  }
};

const response: MessageFields = {
  fields: { description: [1, 'text'], schema: [2, value => wrapped(1, schemaOf(value))] },
};

const operation: MessageFields = {
  fields: {
    tags: [1, 'texts'],
    description: [3, 'text'],
    operationId: [5, 'text'],
    produces: [6, 'texts'],
    consumes: [7, 'texts'],
    parameters: [8, parameterOf],
    responses: [9, value => named(1, value, one => wrapped(1, write(response, one)))],
    schemes: [10, 'texts'],
  },
  extensions: 13,
};

const pathItem: MessageFields = {
  fields: {
    get: [2, operationOf],
    put: [3, operationOf],
    post: [4, operationOf],
    delete: [5, operationOf],
    options: [6, operationOf],
    head: [7, operationOf],
    patch: [8, operationOf],
    parameters: [9, parameterOf],
  },
};

const texts: MessageFields = { fields: { value: [1, 'texts'] } };

const apiKey: MessageFields = {
  fields: { type: [1, 'text'], name: [2, 'text'], in: [3, 'text'], description: [4, 'text'] },
};

const document: MessageFields = {
  fields: {
    swagger: [1, 'text'],
    info: [2, value => write({ fields: { title: [1, 'text'], version: [2, 'text'] } }, value)],
    paths: [8, value => named(2, value, item => write(pathItem, item))],
    definitions: [9, value => named(1, value, schemaOf)],
    parameters: [10, value => named(1, value, describedParameter)],
    security: [12, value => named(1, value, scopes => write(texts, { value: scopes }))],
    securityDefinitions: [13, value => named(1, value, one => wrapped(2, write(apiKey, one)))],
  },
};

/** The bytes of the document. */
export function encodeSwagger(swagger: Json): Uint8Array {
  return write(document, swagger);
}

function write({ fields, extensions }: MessageFields, value: unknown): Uint8Array {
  const writer = new WireWriter();
  for (const [key, item] of Object.entries(value as Json)) {
    const field = fields[key];
    if (field !== undefined) writeField(writer, field, item);
    else if (extensions !== undefined && key.startsWith('x-')) {
      delimited(writer, extensions, entry(key, any(item)));
    }
  }
  return writer.finish();
}

function writeField(writer: WireWriter, [number, layout]: Field, value: unknown): void {
  if (value === undefined) return;
  if (typeof layout === 'function') {
    for (const item of Array.isArray(value) ? value : [value]) {
      delimited(writer, number, layout(item));
    }
    return;
  }
  switch (layout) {
    case 'text':
      return text(writer, number, String(value));
    case 'texts':
      for (const item of value as readonly unknown[]) text(writer, number, String(item));
      return;
    case 'any':
      return delimited(writer, number, any(value));
    case 'anys':
      for (const item of value as readonly unknown[]) delimited(writer, number, any(item));
      return;
    case 'flag':
    case 'integer':
      writer.tag(number, wire.varint);
      return writer.varint(Number(value));
    case 'double':
      writer.tag(number, wire.fixed64);
      return writer.double(Number(value));
  }
}

/** Any value stands as YAML, which JSON is. */
function any(value: unknown): Uint8Array {
  const writer = new WireWriter();
  text(writer, 2, `${JSON.stringify(value)}\n`);
  return writer.finish();
}

/** A message that holds a list of (name, value). */
function named(number: number, values: unknown, valueOf: Message): Uint8Array {
  const writer = new WireWriter();
  for (const [name, value] of Object.entries(values as Json)) {
    delimited(writer, number, entry(name, valueOf(value)));
  }
  return writer.finish();
}

function entry(name: string, value: Uint8Array): Uint8Array {
  const writer = new WireWriter();
  text(writer, 1, name);
  delimited(writer, 2, value);
  return writer.finish();
}

function wrapped(number: number, bytes: Uint8Array): Uint8Array {
  const writer = new WireWriter();
  delimited(writer, number, bytes);
  return writer.finish();
}

function text(writer: WireWriter, number: number, value: string): void {
  writer.tag(number, wire.bytes);
  writer.text(value);
}

function delimited(writer: WireWriter, number: number, bytes: Uint8Array): void {
  writer.tag(number, wire.bytes);
  writer.delimited(bytes);
}
