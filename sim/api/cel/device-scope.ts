/**
 * What selectors of devices may name, and how they are compiled.
 * @upstream dynamic-resource-allocation/cel/compile.go newCompiler, CompileCELExpression
 */
import type { CelScope, ObjectFields } from './check.js';
import { compileCel, type Compiled } from './compile.js';
import { typeFrom, typeText, type CelType } from './types.js';

const deviceType = 'kubernetes.DRADevice';
const deviceFields: ObjectFields = new Map<string, CelType>([
  ['driver', typeFrom('string')],
  ['attributes', typeFrom('map(string, map(string, dyn))')],
  ['capacity', typeFrom('map(string, map(string, kubernetes.Quantity))')],
  ['allowMultipleAllocations', typeFrom('bool')],
]);

const scope: CelScope = {
  variables: new Map([['device', typeFrom(deviceType)]]),
  fields: name => (name === deviceType ? deviceFields : undefined),
  hasBindings: true,
};

const programsMax = 4096;
const programs = new Map<string, Compiled>();

/** The program of a selector, or why there is none. The same text gives the same program. */
export function deviceProgram(expression: string): Compiled {
  const known = programs.get(expression);
  if (known !== undefined) return known;
  const compiled = compileCel(expression, scope);
  const program = 'error' in compiled ? failed(compiled) : checked(compiled);
  if (programs.size >= programsMax) programs.clear();
  programs.set(expression, program);
  return program;
}

function failed(compiled: Extract<Compiled, { readonly error: string }>): Compiled {
  return compiled.isLate === true ? compiled : { error: `compilation failed: ${compiled.error}` };
}

function checked(compiled: Exclude<Compiled, { readonly error: string }>): Compiled {
  const type = typeText(compiled.type);
  // What an attribute holds is only known when it is looked at.
  if (type === 'bool' || type === 'dyn') return compiled;
  return { error: `must evaluate to bool or the unknown type, not ${type}` };
}
