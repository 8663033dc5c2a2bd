/**
 * What the types say about merging.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/meta.go
 */
import type { FieldFact, Shape } from '../facts.js';
import { PatchFault } from './patch-lists.js';

/** The type of a value that is merged. */
export type PatchSchema = Shape;

function fieldOf(schema: PatchSchema, name: string): FieldFact {
  if (schema.kind === 'scalar' && structs.has(schema.scalar))
    throw unknownField(schema.goType, name);
  if (schema.kind !== 'struct') {
    const kind = schema.kind === 'list' ? 'slice' : schema.kind;
    const actual = schema.kind === 'scalar' ? schema.scalar : kind;
    throw new PatchFault(
      `merging an object in json but data type is not struct, instead is: ${actual}`,
    );
  }
  const exact = schema.byName.get(name);
  if (exact !== undefined) return exact;
  const folded = name.toLowerCase();
  const similar = schema.jsonFields.find(field => field.name.toLowerCase() === folded);
  if (similar !== undefined) return similar;
  throw unknownField(schema.type, name);
}

/** Scalars that are structs in Go, without a field that JSON knows. */
const structs = new Set(['raw', 'json', 'time', 'microTime', 'quantity', 'duration', 'fieldsV1']);

function unknownField(type: string, name: string): PatchFault {
  const struct = type.slice(type.lastIndexOf('.') + 1);
  return new PatchFault(
    `unable to find api field in struct ${struct} for the json field ${JSON.stringify(name)}`,
  );
}

/** The strategy besides retainKeys. */
function strategyOf(field: FieldFact): string {
  return field.patchStrategies.find(strategy => strategy !== 'retainKeys') ?? '';
}

/** How a field that holds an object is merged. */
export function mapSchema(
  schema: PatchSchema,
  name: string,
): { readonly strategy: string; readonly inner: PatchSchema } {
  const field = fieldOf(schema, name);
  return { strategy: strategyOf(field), inner: field.shape };
}

/** How a field that holds a list is merged. */
export function listSchema(
  schema: PatchSchema,
  name: string,
): { readonly strategy: string; readonly mergeKey: string; readonly item: PatchSchema } {
  const field = fieldOf(schema, name);
  const { shape } = field;
  if (shape.kind !== 'list') {
    const actual = schema.kind === 'scalar' ? schema.scalar : schema.kind;
    throw new PatchFault(`expected slice or array type, but got: ${actual}`);
  }
  return { strategy: strategyOf(field), mergeKey: field.patchMergeKey ?? '', item: shape.item };
}
