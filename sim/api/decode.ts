/**
 * Decodes JSON values into objects of built-in types as Go's json and Kubernetes' strict decoding do:
 * fields in Go's order, omitempty applied, unknown and repeated fields listed, type errors in Go's words.
 * @upstream sigs.k8s.io/json, apimachinery/pkg/runtime/serializer/json
 */
import { DecodeFault, decodeScalar, told, type ScalarContext } from './decode-scalar.js';
import { isRecord } from './equality.js';
import type { ListShape, MapShape, Shape, StructShape } from './facts.js';
import { compareText } from './go-text.js';
import { encodedStruct, filled, markEmpty, zeroOf } from './go-struct.js';
import { noRepeatedKeys, type RepeatedKeys } from './json-parse.js';
import { putField } from './own-fields.js';
import { tidied } from './tidy.js';

/**
 * What came of decoding. `strict` holds `unknown field "spec.x"` and `duplicate field "data.k"`.
 * `asSent` differs from `object` in that an empty list that Go always writes is `[]`, as managed fields
 * see it, and not `null`, as storing makes it.
 */
export type Decoded =
  | {
      readonly isOk: true;
      readonly object: Readonly<Record<string, unknown>>;
      readonly asSent: Readonly<Record<string, unknown>>;
      readonly strict: readonly string[];
    }
  | { readonly isOk: false; readonly error: string };

/** Upstream stops to collect strict errors at 100. */
const strictErrorsMax = 100;

/** Decodes a JSON value as an object of the type. `repeated` comes from `parseJson`. */
export function decodeObject(
  value: unknown,
  shape: StructShape,
  repeated: RepeatedKeys = noRepeatedKeys,
): Decoded {
  const decoder = new Decoder(repeated);
  let object: unknown;
  try {
    object = decoder.decode(value, shape);
  } catch (error) {
    if (error instanceof DecodeFault) return { isOk: false, error: error.message };
    throw error;
  }
  if (decoder.saved !== undefined) return { isOk: false, error: decoder.saved };
  const asSent = isRecord(object) ? object : {};
  const stored = decoder.hasEmptyLists ? tidied(asSent, shape) : asSent;
  return { isOk: true, object: stored, asSent, strict: decoder.strict };
}

/** Why a value that stands alone is none of the shape; undefined when it is one. */
export function valueError(value: unknown, shape: Shape): string | undefined {
  const decoder = new Decoder(noRepeatedKeys);
  try {
    decoder.decode(value, shape);
  } catch (error) {
    if (error instanceof DecodeFault) return error.message;
    throw error;
  }
  return decoder.saved;
}

/** Walks a value along its shape, knowing where it is for the messages. */
class Decoder implements ScalarContext {
  /** The first error that let decoding go on. */
  saved: string | undefined;
  readonly strict: string[] = [];
  /** The fields from the root, as Go's errors show them: without indexes and map keys. */
  private readonly stack: string[] = [];
  /** The innermost struct's Go type. */
  private struct = '';
  /** The fields, keys and indexes from the root, as strict errors show them. */
  private readonly places: (string | number)[] = [];
  private isStrict = true;
  /** Whether a list was empty: then storing changes the object. */
  hasEmptyLists = false;

  constructor(private readonly repeated: RepeatedKeys) {}

  decode(value: unknown, shape: Shape): unknown {
    if (value === null || value === undefined) return zeroOf(shape);
    switch (shape.kind) {
      case 'struct':
        return isRecord(value) ? this.structOf(value, shape) : this.mismatch(value, shape);
      case 'list':
        return Array.isArray(value) ? this.listOf(value, shape) : this.mismatch(value, shape);
      case 'map':
        return isRecord(value) ? this.mapOf(value, shape) : this.mismatch(value, shape);
      case 'scalar':
        return decodeScalar(value, shape, this);
    }
  }

  /** Decodes what its type decodes by itself, out of the strict decoder's sight. */
  unseen(value: unknown, shape: Shape): unknown {
    const wasStrict = this.isStrict;
    this.isStrict = false;
    const result = this.decode(value, shape);
    this.isStrict = wasStrict;
    return result;
  }

  /** Remembers a type error and gives the zero value. */
  mismatch(value: unknown, shape: Shape): unknown {
    this.saved ??= this.typeError(told(value), shape.goType);
    return zeroOf(shape);
  }

  /** The text of a type error at the present place. */
  typeError(what: string, goType: string): string {
    if (this.stack.length === 0) {
      return `json: cannot unmarshal ${what} into Go value of type ${goType}`;
    }
    const struct = this.struct.slice(this.struct.lastIndexOf('.') + 1);
    const field = `${struct}.${this.stack.join('.')}`;
    return `json: cannot unmarshal ${what} into Go struct field ${field} of type ${goType}`;
  }

  private structOf(value: Readonly<Record<string, unknown>>, shape: StructShape): unknown {
    const { struct } = this;
    const decoded: Record<string, unknown> = {};
    const empty: string[] = [];
    this.eachKey(value, (key, present) => {
      const field = shape.byName.get(key);
      if (field === undefined) {
        this.report('unknown', key);
        return;
      }
      this.struct = shape.type;
      const depth = this.stack.length;
      // Go's errors name the structs that stand inline in others; their fields stand in the parent.
      const embedding = shape.embedding.get(key);
      if (embedding !== undefined) this.stack.push(...embedding);
      this.stack.push(key);
      this.places.push(key);
      const isNull = present === null || present === undefined;
      decoded[key] = isNull ? undefined : this.decode(present, field.shape);
      if (!isNull && isEmptyContainer(present, field.shape)) empty.push(key);
      this.stack.length = depth;
      this.places.pop();
    });
    this.struct = struct;
    const object = encodedStruct(decoded, shape.jsonFields);
    if (this.places.length > 1) forgetClearing(object);
    if (empty.length > 0) markEmpty(object, empty);
    return object;
  }

  private listOf(list: readonly unknown[], shape: ListShape): unknown {
    if (list.length === 0) {
      this.hasEmptyLists = true;
      return [];
    }
    return list.map((item, index) => {
      this.places.push(index);
      const decoded = filled(this.decode(item, shape.item), shape.item);
      this.places.pop();
      return decoded;
    });
  }

  private mapOf(map: Readonly<Record<string, unknown>>, shape: MapShape): unknown {
    const decoded: Record<string, unknown> = {};
    let count = 0;
    this.eachKey(map, (key, item) => {
      this.places.push(key);
      putField(decoded, key, filled(this.decode(item, shape.value), shape.value));
      this.places.pop();
      count++;
    });
    return count === 0 ? undefined : sortedKeys(decoded);
  }

  /** Visits the keys in the order of the document; those given twice are reported, and the last counts. */
  private eachKey(
    object: Readonly<Record<string, unknown>>,
    visit: (key: string, value: unknown) => void,
  ): void {
    const repeating = this.repeated.size === 0 ? undefined : this.repeated.get(object);
    if (repeating === undefined) {
      for (const key of Object.keys(object)) visit(key, object[key]);
      return;
    }
    const seen = new Set<string>();
    for (const [index, key] of repeating.keys.entries()) {
      if (seen.has(key)) this.report('duplicate', key);
      seen.add(key);
      visit(key, repeating.values[index]);
    }
  }

  private report(what: 'unknown' | 'duplicate', key: string): void {
    if (!this.isStrict || this.strict.length >= strictErrorsMax) return;
    const text = `${what} field "${pathOf([...this.places, key])}"`;
    if (!this.strict.includes(text)) this.strict.push(text);
  }
}

/** `spec.containers[0].image`. */
function pathOf(places: readonly (string | number)[]): string {
  let path = '';
  for (const place of places) {
    if (typeof place === 'number') path += `[${place}]`;
    else path += path === '' ? place : `.${place}`;
  }
  return path;
}

/** An empty list of managed fields clears those of the object alone: a template's is left out. */
function forgetClearing(object: Record<string, unknown>): void {
  const { managedFields } = object;
  if (Array.isArray(managedFields) && managedFields.length === 0) delete object['managedFields'];
}

function isEmptyContainer(value: unknown, { kind }: Shape): boolean {
  if (kind === 'list') return Array.isArray(value) && value.length === 0;
  return kind === 'map' && isRecord(value) && Object.keys(value).length === 0;
}

function sortedKeys(map: Record<string, unknown>): unknown {
  const keys = Object.keys(map);
  let isSorted = true;
  for (let index = 1; index < keys.length && isSorted; index++) {
    isSorted = compareText(keys[index - 1] ?? '', keys[index] ?? '') <= 0;
  }
  if (isSorted) return map;
  const sorted: Record<string, unknown> = {};
  for (const key of keys.toSorted(compareText)) putField(sorted, key, map[key]);
  return sorted;
}
