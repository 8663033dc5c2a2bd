/** What CEL makes of the expressions of policies and webhooks. @upstream apiserver/pkg/admission/plugin/cel/compile.go */
import { compileCel } from '../../../api/cel/compile.js';
import { errorType, goTypeText, type CelType } from '../../../api/cel/types.js';
import { admissionScope, type AdmissionNames } from '../../../api/cel/admission-scope.js';
import { invalid } from '../field-error.js';
import type { Errors } from './checks.js';

/** What an expression may name. */
export type Names = AdmissionNames;

/** Checks the expression and returns its type; `returns`: the types that it may have, none for any. */
export function checkCompiled(
  expression: string,
  path: string,
  errors: Errors,
  { names, returns = [] }: { readonly names: Names; readonly returns?: readonly string[] },
): CelType {
  const compiled = compileCel(expression, admissionScope(names));
  if ('error' in compiled) {
    const text =
      compiled.isLate === true ? compiled.error : `compilation failed: ${compiled.error}`;
    errors.push(invalid(path, expression, text));
    return errorType;
  }
  const { type } = compiled;
  const text = goTypeText(type);
  if (returns.length === 0 || returns.includes(text)) return type;
  const wanted = returns.length === 1 ? (returns[0] ?? '') : `one of [${returns.join(' ')}]`;
  errors.push(invalid(path, expression, `must evaluate to ${wanted} but got ${text}`));
  return type;
}
