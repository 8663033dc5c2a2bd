/** Paths that rules name: `.spec.a['b']`. @upstream apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go ValidFieldPath */
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import { membersOf } from '../../api/json-schema.js';

/** The schema that the path leads to, or why it leads nowhere. */
export function schemaAtFieldPath(
  path: string,
  root: JSONSchemaProps,
  { allowsBrackets = true }: { readonly allowsBrackets?: boolean } = {},
): JSONSchemaProps | string {
  const tokens = path.match(/[.[\]]|'(?:[^'\\]|\\.)*'|[^.[\]]+/g)?.values();
  if (tokens === undefined) return 'unexpected end of JSON path';
  let schema: JSONSchemaProps | string = root;
  for (const token of tokens) {
    if (token !== '.' && token !== '[') return `expected [ or . but got: ${token}`;
    if (token === '[' && !allowsBrackets) return 'array notation is not allowed';
    const named = tokens.next();
    if (named.done === true) return 'unexpected end of JSON path';
    const name = token === '.' ? named.value : unquoted(named.value);
    if (name === undefined) return `expected single quoted string but got ${named.value}`;
    schema = schemaOf(name, schema);
    if (typeof schema === 'string') return schema;
    if (token === '.') continue;
    const closing = tokens.next();
    if (closing.done === true) return 'unexpected end of JSON path';
    if (closing.value !== ']') return `expected ] but got ${closing.value}`;
  }
  return schema;
}

function unquoted(token: string): string | undefined {
  if (token.length < 2 || !token.startsWith("'") || !token.endsWith("'")) return undefined;
  return token.slice(1, -1).replace(/\\(.)/g, '$1');
}

/** A map's members have any name, unless it has properties too. */
function schemaOf(name: string, schema: JSONSchemaProps): JSONSchemaProps | string {
  const { properties } = schema;
  const next = properties === undefined ? membersOf(schema) : properties[name];
  return next ?? 'does not refer to a valid field';
}
