/** Parts that the schemas of Kueue's kinds share. @upstream kueue v0.19.2 config/components/crd/bases */
import { schemaOf, type Schema } from '../crd/schema-of.js';

/** Any text. */
export const text: Schema = { type: 'string' };
/** A small number. */
export const int32: Schema = { type: 'integer', format: 'int32' };
/** A count. */
export const count: Schema = { ...int32, minimum: 0 };
/** The name of a cluster's object. */
export const subdomain: Schema = {
  type: 'string',
  maxLength: 253,
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
};
/** The name of a set of pods. */
export const setName: Schema = {
  type: 'string',
  maxLength: 63,
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
};

/** A quantity. */
export function quantity(): Schema {
  return schemaOf('api/resource.Quantity');
}

/** An object with these fields. */
export function object(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema {
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

/** An object with any fields of a sort. */
export function mapOf(additionalProperties: Schema): Schema {
  return { type: 'object', additionalProperties };
}

/** A list that is replaced as a whole. */
export function atomicList(items: Schema, maxItems: number): Schema {
  return { type: 'array', items, maxItems, 'x-kubernetes-list-type': 'atomic' };
}

/** A list whose items are told apart by fields. */
export function keyedList(items: Schema, keys: readonly string[], maxItems: number): Schema {
  return {
    ...{ type: 'array', items, maxItems },
    'x-kubernetes-list-map-keys': keys,
    'x-kubernetes-list-type': 'map',
  };
}

/** A choice of texts. */
export function oneOf(...values: readonly string[]): Schema {
  return { type: 'string', enum: values };
}

/** Conditions as metav1 has them. */
export function conditions(): Schema {
  const condition = object(
    {
      lastTransitionTime: { type: 'string', format: 'date-time' },
      message: { type: 'string', maxLength: 32768 },
      observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
      reason: {
        ...{ type: 'string', maxLength: 1024, minLength: 1 },
        pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
      },
      status: oneOf('True', 'False', 'Unknown'),
      type: {
        ...{ type: 'string', maxLength: 316 },
        pattern:
          '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
      },
    },
    ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
  );
  return keyedList(condition, ['type'], 16);
}
