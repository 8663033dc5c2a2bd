/** The words in which the columns of tables are written down. */
import type { Column } from '../strategy.js';

/** A column of text. */
export function text(name: string, description: string): Column {
  return { name, type: 'string', description };
}

/** A column of whole numbers. */
export function integer(name: string, description: string): Column {
  return { name, type: 'integer', description };
}

/** A column of true and false. */
export function flag(name: string, description: string): Column {
  return { name, type: 'boolean', description };
}

/** A column that only `-o wide` shows. */
export function wide(column: Column): Column {
  return { ...column, priority: 1 };
}

/** A column that holds a name. */
export function naming(column: Column): Column {
  return { ...column, format: 'name' };
}

/** The first column of nearly every kind. */
export const nameColumn: Column = naming(
  text(
    'Name',
    'Name must be unique within a namespace. Is required when creating resources, ' +
      'although some resources may allow a client to request the generation of an ' +
      'appropriate name automatically. Name is primarily intended for creation ' +
      'idempotence and configuration definition. Cannot be updated. More info: ' +
      'https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  ),
);

/** How long ago the object was created. */
export const ageColumn: Column = text(
  'Age',
  'CreationTimestamp is a timestamp representing the server time when this object ' +
    'was created. It is not guaranteed to be set in happens-before order across ' +
    'separate operations. Clients may not set this value. It is represented in ' +
    'RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for ' +
    'lists. More info: ' +
    'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
);

/** What the containers of a pod template are, for `-o wide`. */
export const templateColumns: readonly Column[] = [
  wide(text('Containers', 'Names of each container in the template.')),
  wide(text('Images', 'Images referenced by each container in the template.')),
];
