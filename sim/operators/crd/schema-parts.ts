/** Parts that the schemas of custom resources are made of, as controller-gen writes them. */
import type { Schema } from './schema-of.js';

/** Any text. */
export const text: Schema = { type: 'string' };
/** A small number. */
export const int32: Schema = { type: 'integer', format: 'int32' };

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

/** A condition as those have it that take theirs from knative.dev/pkg. */
export const knativeCondition: Schema = object(
  {
    lastTransitionTime: text,
    message: text,
    reason: text,
    severity: text,
    status: text,
    type: text,
  },
  ['status', 'type'],
);

/** The schema of metav1.Condition, as controller-gen writes it. */
export const conditionSchema: Schema = object(
  {
    lastTransitionTime: { ...text, format: 'date-time' },
    message: { ...text, maxLength: 32_768 },
    observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
    reason: {
      ...text,
      maxLength: 1024,
      minLength: 1,
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
    },
    status: oneOf('True', 'False', 'Unknown'),
    type: {
      ...text,
      maxLength: 316,
      pattern:
        '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
    },
  },
  ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
);

/** Conditions by their type. */
export const conditionsSchema: Schema = {
  ...{ type: 'array', items: conditionSchema },
  'x-kubernetes-list-map-keys': ['type'],
  'x-kubernetes-list-type': 'map',
};
