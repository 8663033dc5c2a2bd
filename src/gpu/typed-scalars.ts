/**
 * The scalars of a kind configuration by what its fields are: kind decodes with yaml.v3 into Go's types, so
 * that `64` and `true` are texts where a text is wanted, and `yes` is a truth where one is.
 *
 * @upstream sigs.k8s.io/kind pkg/internal/apis/config/encoding/load.go, gopkg.in/yaml.v3 decode.go
 */
import type { FieldPath, Located } from '../input/located.js';
import type { JsonSchema } from '../input/schema.js';

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'Y', 'yes', 'on'].map(word => [word, true] as const),
  ...['n', 'N', 'no', 'off'].map(word => [word, false] as const),
]);

/** The value of the document, its scalars of the types that the schema names. */
export function typedScalars(document: Located, schema: JsonSchema): unknown {
  const typed = (value: unknown, wanted: JsonSchema | undefined, path: FieldPath): unknown => {
    if (wanted === undefined) return value;
    if (Array.isArray(value)) {
      return value.map((item, index) => typed(item, wanted.items, [...path, index]));
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          typed(item, fieldOf(wanted, key), [...path, key]),
        ]),
      );
    }
    return typedScalar(value, wanted.type, document.writtenAt?.(path));
  };
  return typed(document.value, schema, []);
}

function fieldOf({ properties, additionalProperties }: JsonSchema, key: string) {
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function typedScalar(
  value: unknown,
  type: JsonSchema['type'],
  written: string | undefined,
): unknown {
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return written ?? String(value);
  }
  if (type === 'string' && value === null) return '';
  return type === 'boolean' && typeof value === 'string' ? (truths.get(value) ?? value) : value;
}
