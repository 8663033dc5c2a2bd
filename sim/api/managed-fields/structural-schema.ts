/**
 * The schemas of custom resources, from the structural schemas of their definitions.
 * @upstream k8s.io/kube-openapi pkg/schemaconv/openapi.go, apiextensions-apiserver pkg/controller/openapi/builder
 */
import { isRecord } from '../equality.js';
import { structOf } from '../facts.js';
import { builtInSchema } from './built-in-schema.js';
import { deduced, untyped, type DeclaredField, type FieldSchema } from './field-schema.js';

type Json = Readonly<Record<string, unknown>>;

/** The schema of a custom resource; without a structural schema anything goes. */
export function customResourceSchema(openAPIV3Schema: unknown): FieldSchema {
  const root = isRecord(openAPIV3Schema) ? openAPIV3Schema : {};
  const preserves = openAPIV3Schema === undefined || preservesUnknown(root);
  return objectSchema(root, preserves, true);
}

function preservesUnknown(schema: Json): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

function schemaOf(schema: Json, inherited: boolean): FieldSchema {
  if (schema['x-kubernetes-int-or-string'] === true) return { scalar: 'untyped' };
  const preserves = inherited || preservesUnknown(schema);
  switch (schema['type']) {
    case 'object':
      return objectSchema(schema, preserves, schema['x-kubernetes-embedded-resource'] === true);
    case 'array':
      return { list: listOf(schema, preserves) };
    case 'integer':
    case 'number':
      return { scalar: 'numeric' };
    case 'boolean':
      return { scalar: 'boolean' };
    case 'string':
      return { scalar: isPlainString(schema['format']) ? 'string' : 'untyped' };
    default: {
      const { map } = objectSchema(schema, preserves, false);
      return { scalar: 'untyped', list: listOf(schema, preserves), ...(map ? { map } : {}) };
    }
  }
}

function isPlainString(format: unknown): boolean {
  return format === undefined || format === '' || format === 'byte';
}

function listOf(schema: Json, preserves: boolean): NonNullable<FieldSchema['list']> {
  const { items } = schema;
  const declared = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  return {
    type: declared === 'set' || declared === 'map' ? declared : 'atomic',
    keys: Array.isArray(keys) ? keys.filter(key => typeof key === 'string') : [],
    item: isRecord(items) ? schemaOf(items, preserves) : untyped,
  };
}

function objectSchema(schema: Json, preserves: boolean, isResource: boolean): FieldSchema {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const fields = new Map<string, DeclaredField>();
  for (const [name, property] of Object.entries(properties)) {
    if (isRecord(property)) fields.set(name, declaredField(property, preserves));
  }
  if (isResource) addTypeMeta(fields);
  return {
    map: {
      isAtomic: schema['x-kubernetes-map-type'] === 'atomic',
      field: name => fields.get(name),
      rest: restOf(schema['additionalProperties'], preserves || fields.size === 0, preserves),
    },
  };
}

function declaredField(property: Json, preserves: boolean): DeclaredField {
  const schema = schemaOf(property, preserves);
  return property['default'] === undefined ? { schema } : { schema, default: property['default'] };
}

function addTypeMeta(fields: Map<string, DeclaredField>): void {
  fields.set('apiVersion', { schema: { scalar: 'string' } });
  fields.set('kind', { schema: { scalar: 'string' } });
  fields.set('metadata', { schema: builtInSchema(structOf('meta/v1.ObjectMeta')) });
}

function restOf(additional: unknown, isOpen: boolean, preserves: boolean): FieldSchema | undefined {
  if (additional === undefined) return isOpen ? deduced : undefined;
  if (isRecord(additional)) return schemaOf(additional, preserves);
  return additional === true ? deduced : undefined;
}
