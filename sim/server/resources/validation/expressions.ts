/** What CEL makes of the expressions of policies and webhooks. @upstream apiserver/pkg/admission/plugin/cel/compile.go */
import { checkCel, type CelTypeName } from '../../cel/type-check.js';
import { invalid } from '../field-error.js';
import type { Errors } from './checks.js';

/** What an expression may name. */
export interface Names {
  readonly hasParams?: boolean;
  readonly hasAuthorizer?: boolean;
  /** The types of `variables`; absent where there are none. */
  readonly variables?: ReadonlyMap<string, CelTypeName>;
}

const noVariables: ReadonlyMap<string, CelTypeName> = new Map();

/** Checks the expression and returns its type; `returns`: the types that it may have, none for any. */
export function checkCompiled(
  expression: string,
  path: string,
  errors: Errors,
  { names, returns = [] }: { readonly names: Names; readonly returns?: readonly CelTypeName[] },
): CelTypeName {
  const checked = checkCel(expression, scopeOf(names), names.variables ?? noVariables);
  if ('error' in checked) {
    errors.push(invalid(path, expression, `compilation failed: ${checked.error}`));
    return 'unknown';
  }
  const { type } = checked;
  if (type === 'unknown' || returns.length === 0 || returns.includes(type)) return type;
  const wanted = returns.length === 1 ? (returns[0] ?? '') : `one of [${returns.join(' ')}]`;
  errors.push(invalid(path, expression, `must evaluate to ${wanted} but got ${type}`));
  return type;
}

function scopeOf({ hasParams, hasAuthorizer, variables }: Names): ReadonlyMap<string, CelTypeName> {
  const scope = new Map<string, CelTypeName>([
    ['object', 'dyn'],
    ['oldObject', 'dyn'],
    ['request', 'unknown'],
    ['namespaceObject', 'unknown'],
  ]);
  if (hasParams === true) scope.set('params', 'dyn');
  if (hasAuthorizer === true) scope.set('authorizer', 'unknown');
  if (variables !== undefined) scope.set('variables', 'unknown');
  return scope;
}
