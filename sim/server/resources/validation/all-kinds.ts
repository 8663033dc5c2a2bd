/** Checks that nearly all built-in kinds share, over those that the server makes of any object. */
import type { KubeObject } from '../../../api/object.js';
import type { FieldError } from '../field-error.js';
import { isPlain } from '../meta-checks.js';
import type { Strategy } from '../strategy.js';
import type { Errors } from './checks.js';
import { checkFinalizers } from './finalizers.js';

/** The strategy that refuses unknown finalizers of new objects. @upstream pkg/apis/core/validation ValidateObjectMeta */
export function withSharedChecks(strategy: Strategy): Strategy {
  const { kind, storedAs } = strategy;
  if (storedAs !== undefined || isPlain(kind)) return strategy;
  return {
    ...strategy,
    validate: (object, context) => preceded(object, strategy.validate?.(object, context)),
  };
}

const none: readonly FieldError[] = [];

function preceded(
  { metadata }: KubeObject,
  found: readonly FieldError[] = none,
): readonly FieldError[] {
  if (metadata.finalizers === undefined) return found;
  const errors: Errors = [];
  checkFinalizers(metadata, errors);
  return errors.length === 0 ? found : [...errors, ...found];
}
