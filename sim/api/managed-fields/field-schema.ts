/**
 * What managed fields need to know of a type, be it built in or of a custom resource.
 * @upstream sigs.k8s.io/structured-merge-diff schema/elements.go
 */
import { fieldName, type PathElement } from './path-element.js';

/** A type: usually one of the three, all of them where any value may stand. */
export interface FieldSchema {
  readonly scalar?: 'string' | 'numeric' | 'boolean' | 'untyped';
  readonly list?: ListSchema;
  readonly map?: MapSchema;
}

/** A list type. */
export interface ListSchema {
  readonly type: 'atomic' | 'set' | 'map';
  readonly keys: readonly string[];
  readonly item: FieldSchema;
}

/** A struct or a map. */
export interface MapSchema {
  readonly isAtomic: boolean;
  /** A declared field. */
  field(name: string): DeclaredField | undefined;
  /** The type of what is not declared; undefined when nothing else may stand there. */
  readonly rest: FieldSchema | undefined;
}

/** A field that the type declares. */
export interface DeclaredField {
  readonly schema: FieldSchema;
  readonly default?: unknown;
}

/** Any value, all of it owned as one. */
export const untyped: FieldSchema = {
  scalar: 'untyped',
  get list(): ListSchema {
    return { type: 'atomic', keys: [], item: untyped };
  },
  get map(): MapSchema {
    return { isAtomic: true, field: () => undefined, rest: untyped };
  },
};

/** Any value, whose objects are owned field by field. */
export const deduced: FieldSchema = {
  scalar: 'untyped',
  get list(): ListSchema {
    return { type: 'atomic', keys: [], item: untyped };
  },
  get map(): MapSchema {
    return { isAtomic: false, field: () => undefined, rest: deduced };
  },
};

/** The type of what a step leads to. */
export function memberSchema(schema: FieldSchema, element: PathElement): FieldSchema | undefined {
  const name = fieldName(element);
  if (name === undefined) return schema.list?.item;
  return schema.map === undefined ? undefined : fieldSchema(schema.map, name);
}

/** The type of a map's member. */
export function fieldSchema(map: MapSchema, name: string): FieldSchema | undefined {
  return map.field(name)?.schema ?? map.rest;
}

/** The type as far as the value allows: a value without a type leaves it open. */
export function schemaFor(schema: FieldSchema, value: unknown): FieldSchema {
  const { scalar, list, map } = schema;
  if (value === undefined || value === null) return schema;
  if (Array.isArray(value)) return list === undefined ? schema : { list };
  if (typeof value === 'object') return map === undefined ? schema : { map };
  return scalar === undefined ? schema : { scalar };
}
