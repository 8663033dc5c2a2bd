/**
 * What of JSON schema no structural schema may hold.
 * @upstream apiextensions-apiserver/pkg/apiserver/schema/convert.go validateUnsupportedFields
 */
import { isRecord } from '../../api/equality.js';
import { itemsOf, membersOf } from '../../api/json-schema.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';

/** By the name that upstream gives it. */
const unsupported: readonly (readonly [keyof JSONSchemaProps, string])[] = [
  ['id', 'id'],
  ['$schema', 'schema'],
  ['$ref', '$ref'],
  ['patternProperties', 'patternProperties'],
  ['dependencies', 'dependencies'],
  ['additionalItems', 'additionalItems'],
  ['definitions', 'definitions'],
];

/** The first of it that the schema holds; undefined when there is none. */
export function unsupportedText(schema: JSONSchemaProps): string | undefined {
  for (const part of schemasWithin(schema)) {
    const found = unsupported.find(([field]) => isUsed(part[field]));
    if (found !== undefined) return `OpenAPIV3Schema '${found[1]}' is not supported`;
  }
  return undefined;
}

function isUsed(value: unknown): boolean {
  if (isRecord(value)) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== '';
}

/** The schema and all that stand within it. */
export function* schemasWithin(schema: JSONSchemaProps): Generator<JSONSchemaProps> {
  yield schema;
  const { properties = {}, allOf = [], anyOf = [], oneOf = [], not } = schema;
  const further = [itemsOf(schema), membersOf(schema), not];
  const parts = [...further, ...allOf, ...anyOf, ...oneOf, ...Object.values(properties)];
  for (const part of parts) if (part !== undefined) yield* schemasWithin(part);
}
