/**
 * What is left of a custom resource's schema in OpenAPI v2: what kubectl's validation can bear.
 * @upstream staging/src/k8s.io/apiextensions-apiserver/pkg/controller/openapi/v2/conversion.go
 */
import type { Json } from './documents.js';

/** Whether v2 tells nothing of the kind but that it is an object: it would refuse unknown fields. */
export const isUntold = (schema: Json): boolean =>
  schema['x-kubernetes-preserve-unknown-fields'] === true;

/** The schema without what OpenAPI v2 does not know, all the way down. */
export function swaggerSchema(schema: Json): Json {
  const { allOf: _all, oneOf: _one, anyOf: _any, not: _not, nullable, ...rest } = schema;
  // Nor does it tell of defaults.
  const { default: _default, ...kept } = rest;
  let out: Json = kept;
  const keepsUnknown = isUntold(schema);
  if (nullable === true) out = without(out, 'type', 'items', 'properties');
  if (keepsUnknown) out = without(out, 'items', 'properties');
  if (out['type'] === 'array' && out['items'] === undefined) out = without(out, 'type');
  if (keepsUnknown && out['type'] === 'object') out = without(out, 'type');
  return withChildren(withRequired(out));
}

function without(schema: Json, ...names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)));
}

const isNullable = (schema: unknown): boolean =>
  (schema as Json | undefined)?.['nullable'] === true;

/** What may be null cannot be required, as far as kubectl understands it. */
function withRequired(schema: Json): Json {
  const { required, properties, additionalProperties } = schema;
  if (!Array.isArray(required)) return schema;
  const children = (properties ?? {}) as Json;
  const left = (required as readonly string[]).filter(name => !isNullable(children[name]));
  const isEmpty = left.length === 0 || isNullable(additionalProperties);
  return isEmpty ? without(schema, 'required') : { ...schema, required: left };
}

function withChildren(schema: Json): Json {
  const { properties, items, additionalProperties } = schema;
  return {
    ...schema,
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties as Json).map(([name, child]) => [
          name,
          swaggerSchema(child as Json),
        ]),
      ),
    }),
    ...(isObject(items) && { items: swaggerSchema(items) }),
    ...(isObject(additionalProperties) && {
      additionalProperties: swaggerSchema(additionalProperties),
    }),
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
