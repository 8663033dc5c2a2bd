/** Schemas as projects have them that were built with an older Kubernetes. */
import { isRecord } from '../../api/equality.js';
import type { Schema } from './schema-of.js';

/** What a schema of that time has not. */
export interface Age {
  /** Properties that came later. */
  readonly lacks: ReadonlySet<string>;
  /** The only lists that say of what sort they are. */
  readonly sortedLists: ReadonlySet<string>;
}

const sorts = ['x-kubernetes-list-type', 'x-kubernetes-list-map-keys'];

/** The schema without what came later; `name` is the property that it belongs to. */
export function asOf(age: Age, schema: Schema, name = ''): Schema {
  const keepsSort = age.sortedLists.has(name);
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => (keepsSort || !sorts.includes(key)) && !isEmptyDefault(key, value))
      .map(([key, value]): [string, unknown] => {
        if (key === 'properties' && isRecord(value)) return [key, propertiesOf(age, value)];
        return [key, isSchema(key, value) ? asOf(age, value) : value];
      }),
  );
}

function propertiesOf(age: Age, properties: Readonly<Record<string, unknown>>): Schema {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => !age.lacks.has(name))
      .map(([name, value]) => [name, isRecord(value) ? asOf(age, value, name) : value]),
  );
}

/** Names of references had no default yet. */
function isEmptyDefault(key: string, value: unknown): boolean {
  return key === 'default' && value === '';
}

function isSchema(key: string, value: unknown): value is Schema {
  return (key === 'items' || key === 'additionalProperties') && isRecord(value);
}
