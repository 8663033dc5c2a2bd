/** Decodes what is neither struct, list nor map; many of these types decode themselves in Go. */
import { base64OfBytes, canonicalBase64 } from './base64.js';
import { parseDuration, printDuration } from './duration.js';
import { isRecord } from './equality.js';
import { shapeOf, type ScalarShape, type Shape } from './facts.js';
import { goNumber } from './go-text.js';
import { canonicalQuantity } from './quantity.js';
import { parseTime, rfc3339 } from './time.js';

/** An error that ends decoding at once, as those of types that decode themselves do. */
export class DecodeFault extends Error {}

/** What decoding a scalar needs of the decoder. */
export interface ScalarContext {
  /** The first error that let decoding go on. */
  saved: string | undefined;
  /** The text of a type error at the present place. */
  typeError(what: string, goType: string): string;
  /** Remembers a type error and gives the zero value. */
  mismatch(value: unknown, shape: Shape): unknown;
  /** Decodes what its type decodes by itself, out of the strict decoder's sight. */
  unseen(value: unknown, shape: Shape): unknown;
}

/** What Go's errors call a JSON value. */
export function told(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

/** What stays of a scalar that is absent or null; undefined where JSON shows nothing or null. */
export function zeroScalar({ scalar }: ScalarShape): unknown {
  switch (scalar) {
    case 'string':
      return '';
    case 'bool':
    case 'schemaOrBool':
      return false;
    case 'int32':
    case 'int64':
    case 'float64':
    case 'intOrString':
      return 0;
    case 'quantity':
      return '0';
    case 'duration':
      return '0s';
    default:
      return undefined;
  }
}

/** The value as JSON shows it afterwards. */
export function decodeScalar(value: unknown, shape: ScalarShape, decoder: ScalarContext): unknown {
  switch (shape.scalar) {
    case 'string':
      return typeof value === 'string' ? value : decoder.mismatch(value, shape);
    case 'bool':
      return typeof value === 'boolean' ? value : decoder.mismatch(value, shape);
    case 'int32':
      return integer(value, shape, decoder, { min: -(2 ** 31), max: 2 ** 31 - 1 });
    case 'int64':
      return integer(value, shape, decoder, { min: -(2 ** 63), max: 2 ** 63 });
    case 'float64':
      return typeof value === 'number' ? value : decoder.mismatch(value, shape);
    case 'bytes':
      return bytes(value, shape, decoder);
    case 'quantity':
      return orFault(canonicalQuantity(isText(value) ? value : JSON.stringify(value)));
    case 'time':
    case 'microTime':
      return time(value, shape.scalar === 'time' ? 'seconds' : 'micro', decoder);
    case 'duration':
      return printDuration(orFault(parseDuration(text(value, decoder))));
    case 'intOrString':
      return intOrString(value, decoder);
    case 'schemaOrBool':
    case 'schemaOrArray':
    case 'schemaOrStringArray':
      return schemaOr(value, shape, decoder);
    case 'any':
    case 'raw':
    case 'json':
    case 'fieldsV1':
      return value;
  }
}

function isText(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function integer(
  value: unknown,
  shape: ScalarShape,
  decoder: ScalarContext,
  { min, max }: { readonly min: number; readonly max: number },
): unknown {
  if (typeof value !== 'number') return decoder.mismatch(value, shape);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  decoder.saved ??= decoder.typeError(`number ${value}`, shape.goType);
  return 0;
}

function bytes(value: unknown, shape: ScalarShape, decoder: ScalarContext): unknown {
  if (Array.isArray(value)) return bytesOf(value, decoder);
  if (typeof value !== 'string') return decoder.mismatch(value, shape);
  const parsed = canonicalBase64(value);
  if (parsed.isOk) return parsed.value;
  decoder.saved ??= parsed.error;
  return '';
}

/** Go takes a list of numbers for bytes, too. */
function bytesOf(list: readonly unknown[], decoder: ScalarContext): string {
  const read = list.map(item => {
    if (item === null) return 0;
    if (typeof item === 'number' && Number.isInteger(item) && item >= 0 && item < 256) return item;
    const what = typeof item === 'number' ? `number ${goNumber(item)}` : told(item);
    decoder.saved ??= decoder.typeError(what, 'uint8');
    return 0;
  });
  return base64OfBytes(new Uint8Array(read));
}

/** A string that the type itself unmarshals: what is none ends decoding. */
function text(value: unknown, decoder: ScalarContext): string {
  if (typeof value === 'string') return value;
  throw new DecodeFault(decoder.typeError(told(value), 'string'));
}

function orFault<T>(
  parsed:
    { readonly isOk: true; readonly value: T } | { readonly isOk: false; readonly error: string },
): T {
  if (parsed.isOk) return parsed.value;
  throw new DecodeFault(parsed.error);
}

function time(value: unknown, layout: 'seconds' | 'micro', decoder: ScalarContext): string {
  const given = text(value, decoder);
  const ms = orFault(parseTime(given, layout));
  if (layout === 'seconds') return rfc3339(ms);
  // A number of milliseconds would round the micros.
  const micros = /[.,](\d{6})/.exec(given)?.[1] ?? '000000';
  return `${rfc3339(ms).slice(0, -1)}.${micros}Z`;
}

function intOrString(value: unknown, decoder: ScalarContext): number | string {
  if (typeof value === 'string') return value;
  const isInt32 = typeof value === 'number' && Number.isInteger(value) && value === (value | 0);
  if (isInt32) return value;
  const what = typeof value === 'number' ? `number ${value}` : told(value);
  throw new DecodeFault(decoder.typeError(what, 'int32'));
}

const propsType = 'apiextensions/v1.JSONSchemaProps';

/** A schema, or a boolean, or a list. @upstream apiextensions-apiserver/pkg/apis/apiextensions/v1/marshal.go */
function schemaOr(value: unknown, shape: ScalarShape, decoder: ScalarContext): unknown {
  const props: Shape = shapeOf(propsType);
  if (isRecord(value)) return decoder.unseen(value, props);
  if (shape.scalar === 'schemaOrBool') {
    if (typeof value === 'boolean') return value;
    throw new DecodeFault('boolean or JSON schema expected');
  }
  if (!Array.isArray(value)) return zeroScalar(shape);
  const item = shape.scalar === 'schemaOrArray' ? props : shapeOf('string');
  return value.map((one: unknown) => decoder.unseen(one, item));
}
