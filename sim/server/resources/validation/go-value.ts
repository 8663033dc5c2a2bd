/**
 * Values as Go prints them in errors: internal structs have no JSON names, and leave nothing out.
 */
import { shapeOf, type FieldFact, type Shape } from '../../../api/facts.js';
import { isRecord } from '../../../api/equality.js';

/** The value of the named type as its internal struct marshals to JSON. */
export function goValue(type: string, value: unknown): unknown {
  return inGo(shapeOf(type), value);
}

function inGo(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'struct':
      // Selectors, references and metadata are the API's own types: they keep their JSON names.
      if (shape.type.startsWith('meta/v1.')) return value;
      return structInGo(shape.fields, isRecord(value) ? value : {});
    case 'list':
      return Array.isArray(value) ? value.map(item => inGo(shape.item, item)) : null;
    case 'map':
      if (!isRecord(value)) return null;
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, inGo(shape.value, item)]),
      );
    case 'scalar':
      return value ?? zeroOf(shape.scalar);
  }
}

function structInGo(
  fields: readonly FieldFact[],
  value: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const field of fields) {
    if (field.isInline && field.shape.kind === 'struct') {
      Object.assign(out, structInGo(field.shape.fields, value));
      continue;
    }
    const item = value[field.name];
    const isAbsent = item === undefined || item === null;
    out[field.goName] = isAbsent && field.isPointer ? null : inGo(field.shape, item);
  }
  return out;
}

function zeroOf(scalar: string): unknown {
  switch (scalar) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'float64':
      return 0;
    case 'quantity':
      return '0';
    case 'intOrString':
      return 0;
    default:
      return null;
  }
}
