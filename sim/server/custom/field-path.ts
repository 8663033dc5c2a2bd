/** Paths that rules name: `.spec.a['b']`. @upstream apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go ValidFieldPath */
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import { membersOf } from '../../api/json-schema.js';

/** The schema that the path leads to, or why it leads nowhere. */
export function schemaAtFieldPath(path: string, root: JSONSchemaProps): JSONSchemaProps | string {
  let schema = root;
  let rest = path;
  if (rest === '') return 'unexpected end of JSON path';
  while (rest !== '') {
    const step = /^\.([^.[\]]+)|^\['((?:[^'\\]|\\.)*)'\]/.exec(rest);
    if (step === null) return `expected [ or . but got: ${rest}`;
    rest = rest.slice(step[0].length);
    const [, plain, quoted = ''] = step;
    const name = plain ?? quoted.replace(/\\(.)/g, '$1');
    const members = plain === undefined ? membersOf(schema) : undefined;
    const next = members ?? schema.properties?.[name];
    if (next === undefined) return 'does not refer to a valid field';
    schema = next;
  }
  return schema;
}
