/** The rules of a schema as programs. @upstream apiextensions-apiserver/pkg/apiserver/schema/cel/compilation.go */
import { compileCel, type Compiled } from '../../api/cel/compile.js';
import { typeText } from '../../api/cel/types.js';
import type { JSONSchemaProps, ValidationRule } from '../../api/kinds/apiextensions.js';
import {
  declaredType,
  ruleScope,
  sizesOf,
  type DeclaredType,
} from '../../api/cel/declared-type.js';

/** A rule and its programs. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  /** Absent when the rule is empty. */
  readonly program: Compiled | undefined;
  readonly usesOldSelf: boolean;
  readonly message: Compiled | undefined;
  /** What running it may cost at most, once. */
  readonly costMax: number;
  readonly messageCostMax: number;
}

const compiled = new WeakMap<JSONSchemaProps, readonly CompiledRule[]>();

/** The rules of the schema itself; the same schema gives the same programs. */
export function compiledRules(schema: JSONSchemaProps, isRoot: boolean): readonly CompiledRule[] {
  let rules = compiled.get(schema);
  if (rules === undefined) {
    const declared = declaredType(schema, 'selfType', isRoot);
    rules = declared === undefined ? [] : rulesOf(schema, declared);
    compiled.set(schema, rules);
  }
  return rules;
}

/** The rules of the schema for a `self` of the type. */
export function rulesOf(schema: JSONSchemaProps, declared: DeclaredType): readonly CompiledRule[] {
  const sizes = sizesOf(declared);
  return (schema['x-kubernetes-validations'] ?? []).map(rule => {
    const { rule: text = '', messageExpression = '' } = rule;
    const scope = ruleScope(declared, rule.optionalOldSelf === true);
    const isEmpty = text.trim() === '';
    const program = isEmpty
      ? undefined
      : ofType(compileCel(text, scope), 'bool', 'cel expression must evaluate to a bool');
    const isRunning = program !== undefined && !('error' in program);
    const message =
      messageExpression === '' || !isRunning
        ? undefined
        : ofType(
            compileCel(messageExpression, scope),
            'string',
            'messageExpression must evaluate to a string',
          );
    const costOf = (one: Compiled | undefined) =>
      one === undefined || 'error' in one ? 0 : one.estimate(sizes).max;
    return {
      rule,
      program,
      usesOldSelf: isRunning && program.references.has('oldSelf'),
      message,
      costMax: costOf(program),
      messageCostMax: costOf(message),
    };
  });
}

/** The program if it gives the type; `failure` tells that it does not. */
function ofType(program: Compiled, type: string, failure: string): Compiled {
  if ('error' in program) {
    const { error, isLate } = program;
    return { error: isLate === true ? error : `compilation failed: ${error}` };
  }
  return typeText(program.type) === type ? program : { error: failure };
}
