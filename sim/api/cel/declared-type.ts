/**
 * The types that rules see behind a schema, with how large their values may be.
 * @upstream apiserver/pkg/cel/common/schemas.go SchemaDeclType, apiserver/pkg/cel/types.go
 */
import type { CelScope, ObjectFields } from './check.js';
import type { SizeAt } from './estimate.js';
import {
  boolType,
  dynType,
  listType,
  mapType,
  objectType,
  optionalType,
  simpleType,
  type CelType,
} from './types.js';
import type { JSONSchemaProps } from '../kinds/apiextensions.js';
import { isEmbedded, isNamed, itemsOf, membersOf } from '../json-schema.js';
import { namesInRules } from './escape.js';

/** A type with its sizes. */
export interface DeclaredType {
  readonly type: CelType;
  /** The most characters, bytes, items or entries. */
  readonly sizeMax: number;
  /** The fewest bytes of its JSON. */
  readonly jsonMin: number;
  readonly item?: DeclaredType;
  /** By the names that rules use. */
  readonly fields?: ReadonlyMap<string, DeclaredType>;
}

/** The largest request. @upstream apiserver/pkg/apis/cel/config.go MaxRequestSizeBytes */
const requestBytesMax = 3 * 1024 * 1024;

const emptyObject: JSONSchemaProps = { type: 'object' };
const text: JSONSchemaProps = { type: 'string' };
const meta: JSONSchemaProps = {
  ...emptyObject,
  properties: { name: text, generateName: text },
};

/** The type of values of the schema; undefined for what rules cannot see. `name`: of its object type. */
export function declaredType(
  schema: JSONSchemaProps,
  name: string,
  isRoot = false,
): DeclaredType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    const sizeMax = schema.maxLength === undefined ? requestBytesMax - 2 : schema.maxLength * 4;
    return { type: dynType, sizeMax, jsonMin: 1 };
  }
  const type = isRoot ? 'object' : schema.type;
  switch (type) {
    case 'array':
      return declaredList(schema, name);
    case 'object':
      return membersOf(schema) === undefined || isRoot
        ? declaredObject(schema, name, isRoot)
        : declaredMap(schema, name);
    case 'string':
      return declaredText(schema);
    case 'boolean':
      return { type: boolType, sizeMax: 0, jsonMin: 4 };
    case 'number':
      return { type: simpleType('double'), sizeMax: 0, jsonMin: 1 };
    case 'integer':
      return { type: simpleType('int'), sizeMax: 0, jsonMin: 1 };
    default:
      return undefined;
  }
}

function declaredList(schema: JSONSchemaProps, name: string): DeclaredType | undefined {
  const items = itemsOf(schema);
  const item = items && declaredType(items, `${name}.@idx`, isEmbedded(items));
  if (item === undefined) return undefined;
  const fitting = Math.floor((requestBytesMax - 2) / (item.jsonMin + 1));
  const sizeMax = Math.max(0, schema.maxItems ?? fitting);
  return { type: listType(item.type), sizeMax, jsonMin: 2, item };
}

function declaredMap(schema: JSONSchemaProps, name: string): DeclaredType | undefined {
  const members = membersOf(schema);
  const item = members && declaredType(members, `${name}.@prop`, isEmbedded(members));
  if (item === undefined) return undefined;
  const fitting = Math.floor((requestBytesMax - 2) / (item.jsonMin + 6));
  const sizeMax = Math.max(0, schema.maxProperties ?? fitting);
  return { type: mapType(simpleType('string'), item.type), sizeMax, jsonMin: 2, item };
}

function declaredObject(schema: JSONSchemaProps, name: string, isRoot: boolean): DeclaredType {
  const own = schema.properties ?? {};
  const isTyped =
    own['kind']?.type === 'string' &&
    own['apiVersion']?.type === 'string' &&
    isNamed(own['metadata']);
  const properties =
    isRoot && !isTyped ? { ...own, kind: text, apiVersion: text, metadata: meta } : own;
  const fields = new Map<string, DeclaredType>();
  let jsonMin = 2;
  for (const [key, property] of Object.entries(properties)) {
    const field = declaredType(property, `${name}.${key}`, isEmbedded(property));
    if (field === undefined) continue;
    for (const shown of namesInRules(key)) fields.set(shown, field);
    const isAlways = schema.required?.includes(key) === true && property.default === undefined;
    if (isAlways) jsonMin += key.length + field.jsonMin + 4;
  }
  return { type: objectType(name), sizeMax: 0, jsonMin, fields };
}

function declaredText(schema: JSONSchemaProps): DeclaredType {
  const { maxLength } = schema;
  switch (schema.format) {
    case 'byte':
      return {
        type: simpleType('bytes'),
        sizeMax: Math.max(0, maxLength ?? requestBytesMax - 2),
        jsonMin: 2,
      };
    case 'duration':
      return { type: simpleType('duration'), sizeMax: 32, jsonMin: 3 };
    case 'date':
      return { type: simpleType('timestamp'), sizeMax: 12, jsonMin: 12 };
    case 'date-time':
      return { type: simpleType('timestamp'), sizeMax: 32, jsonMin: 21 };
    default: {
      const longest = (schema.enum as readonly unknown[] | undefined)?.map(value =>
        typeof value === 'string' ? value.length : 0,
      );
      const known = maxLength === undefined ? undefined : Math.max(0, maxLength) * 4;
      const sizeMax = known ?? (longest === undefined ? requestBytesMax - 2 : Math.max(...longest));
      return { type: simpleType('string'), sizeMax, jsonMin: 2 };
    }
  }
}

/** How often a value that is at least so large can stand in one object. */
export function cardinalityMax({ jsonMin }: DeclaredType): number {
  return Math.floor(requestBytesMax / (jsonMin + 1));
}

/** The fields of the object types within a type, by their names. */
export function fieldsWithin(declared: DeclaredType): ReadonlyMap<string, ObjectFields> {
  const objects = new Map<string, ObjectFields>();
  collectObjects(declared, objects);
  return objects;
}

/** What the rules of a schema may name: `self`, and `oldSelf`, which may be optional. */
export function ruleScope(self: DeclaredType, hasOptionalOldSelf: boolean): CelScope {
  const objects = fieldsWithin(self);
  const variables = new Map([
    ['self', self.type],
    ['oldSelf', hasOptionalOldSelf ? optionalType(self.type) : self.type],
  ]);
  return { variables, fields: name => objects.get(name) };
}

function collectObjects(declared: DeclaredType, objects: Map<string, ObjectFields>): void {
  const { type, item, fields } = declared;
  if (item !== undefined) collectObjects(item, objects);
  if (fields === undefined || type.kind !== 'object') return;
  objects.set(type.name, new Map([...fields].map(([key, field]) => [key, field.type])));
  for (const field of fields.values()) collectObjects(field, objects);
}

/** The sizes of the data behind `self` and `oldSelf`. */
export function sizesOf(self: DeclaredType): SizeAt {
  return ([, ...path]) => {
    let at: DeclaredType | undefined = self;
    for (const step of path) {
      if (step === '@keys') {
        if (at.item === undefined) return undefined;
        at = mapKey;
        continue;
      }
      at = step === '@items' || step === '@values' ? at.item : at.fields?.get(step);
      if (at === undefined) return undefined;
    }
    return { min: 0, max: at.sizeMax };
  };
}

/** Upstream counts keys of maps as if they had no length. @upstream apiserver/pkg/cel/types.go StringType */
const mapKey: DeclaredType = { type: simpleType('string'), sizeMax: 0, jsonMin: 2 };
