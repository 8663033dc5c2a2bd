/** Parts that the schemas of Kueue's kinds share. @upstream kueue v0.19.2 config/components/crd/bases */
import { int32, keyedList, object, oneOf } from '../crd/schema-parts.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';

/** A count. */
export const count: Schema = { ...int32, minimum: 0 };
/** The name of a cluster's object. */
export const subdomain: Schema = {
  type: 'string',
  maxLength: 253,
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
};
/** The name of a label, or of a condition. */
export const labelName: Schema = {
  ...{ type: 'string', maxLength: 316, minLength: 1 },
  pattern:
    '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
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

const { minLength: _, ...typeName } = labelName;

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
      type: typeName,
    },
    ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
  );
  return keyedList(condition, ['type'], 16);
}
