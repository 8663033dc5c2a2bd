/** Checks that nearly all built-in kinds share, over those that the server makes of any object. */
import { apiServices } from '../../../api/kinds/apiregistration.js';
import { customResourceDefinitions } from '../../../api/kinds/apiextensions.js';
import { leases } from '../../../api/kinds/coordination.js';
import { events } from '../../../api/kinds/core.js';
import { runtimeClasses } from '../../../api/kinds/node.js';
import { podDisruptionBudgets } from '../../../api/kinds/policy.js';
import type { KubeObject } from '../../../api/object.js';
import type { FieldError } from '../field-error.js';
import type { Strategy, UpdateStrategy } from '../strategy.js';
import type { Errors } from './checks.js';
import { checkFinalizers } from './finalizers.js';

/** Kinds whose metadata only the machinery's own checks look at. */
const plainKinds: ReadonlySet<unknown> = new Set([
  apiServices,
  customResourceDefinitions,
  leases,
  events,
  runtimeClasses,
  podDisruptionBudgets,
]);
const plainGroups = new Set(['admissionregistration.k8s.io']);

/** The strategy that refuses unknown finalizers too. @upstream pkg/apis/core/validation ValidateObjectMeta */
export function withSharedChecks(strategy: Strategy): Strategy {
  const { kind, storedAs, status, subresources } = strategy;
  if (storedAs !== undefined || plainKinds.has(kind) || plainGroups.has(kind.group))
    return strategy;
  return {
    ...strategy,
    ...checkedUpdate(strategy),
    validate: (object, context) => preceded(object, strategy.validate?.(object, context)),
    ...(status !== undefined && { status: { ...status, ...checkedUpdate(status) } }),
    ...(subresources !== undefined && { subresources }),
  };
}

function checkedUpdate(strategy: UpdateStrategy): Pick<UpdateStrategy, 'validateUpdate'> {
  return {
    validateUpdate: (object, old, context) =>
      preceded(object, strategy.validateUpdate?.(object, old, context)),
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
