/** Parts that the schemas of Volcano's kinds share. @upstream volcano v1.15.1 config/crd/volcano/bases */
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { int32, mapOf, object, oneOf } from '../crd/schema-parts.js';

/** A count. */
export const count: Schema = { ...int32, minimum: 0 };

/** A list. */
export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

/** A text of so many characters at most. */
export function withMost(maxLength: number): Schema {
  return { type: 'string', maxLength };
}

/** The name of a queue or a priority class. */
export const subdomain: Schema = {
  ...withMost(253),
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
};

/** Which switches pods may be spread over. */
export const networkTopology: Schema = object({
  highestTierAllowed: { type: 'integer', minimum: 0 },
  highestTierName: withMost(253),
  mode: { ...oneOf('hard', 'soft'), default: 'hard' },
});

/** Amounts by the names of resources. */
export function resources(): Schema {
  return mapOf(schemaOf('api/resource.Quantity'));
}
