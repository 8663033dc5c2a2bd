/** The conditions of CustomResourceDefinitions. @upstream apiextensions-apiserver/pkg/apihelpers */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
} from '../../api/kinds/apiextensions.js';
import { findCondition } from '../../api/meta.js';

/** The definition with the condition. @upstream apihelpers.SetCRDCondition */
export function withDefinitionCondition(
  definition: CustomResourceDefinition,
  { type, status, reason, message }: Omit<CustomResourceDefinitionCondition, 'lastTransitionTime'>,
  now: string,
): CustomResourceDefinition {
  const conditions = definition.status?.conditions ?? [];
  const known = findCondition(conditions, type);
  const lastTransitionTime =
    known !== undefined && known.status === status ? known.lastTransitionTime : now;
  const condition = {
    type,
    status,
    lastTransitionTime,
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  } as CustomResourceDefinitionCondition;
  const next =
    known === undefined
      ? [...conditions, condition]
      : conditions.map(one => (one === known ? condition : one));
  return {
    ...definition,
    status: { ...definition.status, conditions: next },
  } as CustomResourceDefinition;
}
