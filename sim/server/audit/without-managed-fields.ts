/** Objects, lists and tables without their managed fields. */
import { isRecord } from '../../api/equality.js';

/** A copy of the object without managedFields; also of the items of a list and the rows of a table. */
export function withoutManagedFields(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { metadata, items, rows } = value;
  return {
    ...value,
    ...(isRecord(metadata) && { metadata: withoutOwn(metadata) }),
    ...(Array.isArray(items) && { items: items.map(withoutManagedFields) }),
    ...(Array.isArray(rows) && { rows: rows.map(ofRow) }),
  };
}

function ofRow(row: unknown): unknown {
  return isRecord(row) ? { ...row, object: withoutManagedFields(row['object']) } : row;
}

function withoutOwn({ managedFields: _, ...rest }: Readonly<Record<string, unknown>>): unknown {
  return rest;
}
