/**
 * The schemas of built-in types, from the facts.
 * @upstream k8s.io/kube-openapi pkg/schemaconv
 */
import type { FieldFact, ListType, ScalarShape, Shape, StructShape } from '../facts.js';
import { deduced, untyped, type DeclaredField, type FieldSchema } from './field-schema.js';

const schemas = new WeakMap<Shape, FieldSchema>();

/** The schema of a built-in type. */
export function builtInSchema(shape: Shape): FieldSchema {
  const known = schemas.get(shape);
  if (known !== undefined) return known;
  const made = schemaOf(shape, undefined);
  schemas.set(shape, made);
  return made;
}

/** With what the field says about its list or map, if the shape is a field's. */
function schemaOf(shape: Shape, field: FieldFact | undefined): FieldSchema {
  switch (shape.kind) {
    case 'scalar':
      return scalarSchema(shape);
    case 'list': {
      const { type, keys } = listTypeOf(field);
      const item = lazily(() => builtInSchema(shape.item));
      return {
        list: {
          type,
          keys,
          get item() {
            return item();
          },
        },
      };
    }
    case 'map': {
      const rest = lazily(() => builtInSchema(shape.value));
      const isAtomic = field?.mapType === 'atomic';
      return {
        map: {
          isAtomic,
          field: () => undefined,
          get rest() {
            return rest();
          },
        },
      };
    }
    case 'struct':
      return structSchema(shape, field);
  }
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function structSchema(shape: StructShape, field: FieldFact | undefined): FieldSchema {
  const fields = new Map<string, DeclaredField>();
  const declared = (name: string): DeclaredField | undefined => {
    const known = fields.get(name);
    if (known !== undefined) return known;
    const fact = shape.byName.get(name);
    if (fact === undefined) return undefined;
    const made = declaredField(fact, emptyKeys.has(`${shape.type}.${name}`));
    fields.set(name, made);
    return made;
  };
  const isAtomic = field?.mapType === undefined ? shape.isAtomic : field.mapType === 'atomic';
  const rest = shape.jsonFields.length === 0 ? deduced : undefined;
  return { map: { isAtomic, field: declared, rest } };
}

/** Fields that are left out when they are empty and yet have the empty text as their default. */
const emptyKeys = new Set(['core/v1.LocalObjectReference.name']);

function declaredField(fact: FieldFact, isEmptyByDefault: boolean): DeclaredField {
  const { shape } = fact;
  const hasOwnRules =
    shape.kind === 'list' || (shape.kind !== 'scalar' && fact.mapType !== undefined);
  const schema = hasOwnRules ? schemaOf(shape, fact) : builtInSchema(shape);
  const byDefault = isEmptyByDefault ? '' : (fact.default ?? zeroDefault(fact));
  return byDefault === undefined ? { schema } : { schema, default: byDefault };
}

/** The OpenAPI document gives a default to what Go always writes. */
function zeroDefault({ shape, isPointer, omitsEmpty }: FieldFact): unknown {
  if (isPointer || omitsEmpty || shape.kind !== 'scalar') return undefined;
  switch (shape.scalar) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'float64':
      return 0;
    default:
      return undefined;
  }
}

function listTypeOf(field: FieldFact | undefined): {
  readonly type: ListType;
  readonly keys: readonly string[];
} {
  if (field?.listType !== undefined) return { type: field.listType, keys: field.listMapKeys };
  if (field === undefined || !field.patchStrategies.includes('merge')) {
    return { type: 'atomic', keys: [] };
  }
  const { patchMergeKey } = field;
  return patchMergeKey === undefined
    ? { type: 'set', keys: [] }
    : { type: 'map', keys: [patchMergeKey] };
}

function scalarSchema({ scalar }: ScalarShape): FieldSchema {
  switch (scalar) {
    case 'string':
    case 'bytes':
    case 'duration':
      return { scalar: 'string' };
    case 'bool':
      return { scalar: 'boolean' };
    case 'int32':
    case 'int64':
    case 'float64':
      return { scalar: 'numeric' };
    case 'quantity':
    case 'time':
    case 'microTime':
      return { scalar: 'untyped' };
    case 'raw':
      return untyped;
    case 'fieldsV1':
      return { map: { isAtomic: false, field: () => undefined, rest: deduced } };
    default:
      return deduced;
  }
}
