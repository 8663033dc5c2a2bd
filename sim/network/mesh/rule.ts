/**
 * Rules, made ready to be asked.
 * @upstream pilot/pkg/security/authz/model/model.go
 */
import {
  attributeOf,
  fieldAttributes,
  type Attribute,
  type RuleContext,
  type Test,
} from './attributes.js';
import type { Action, AuthorizationRule, Condition } from './kinds.js';

/** A rule that is ready, or why it has no effect. */
export type CompiledRule =
  | { readonly kind: 'ready'; readonly matches: Test }
  | { readonly kind: 'unknown-attribute' | 'without-effect' };

interface Asked extends Omit<Condition, 'key'> {
  readonly attribute: Attribute;
}

/** An ALLOW rule with a value that cannot be matched has no effect at all. */
const withoutEffect = { kind: 'without-effect' } as const;

/** Makes a rule ready: one of its sources, one of its operations, all of its conditions. */
export function compileRule(
  { from = [], to = [], when = [] }: AuthorizationRule,
  action: Action,
  context: RuleContext,
): CompiledRule {
  const conditions: Asked[] = [];
  for (const { key = '', ...rest } of when) {
    const attribute = attributeOf(key);
    if (attribute === undefined) return { kind: 'unknown-attribute' };
    conditions.push({ ...rest, attribute });
  }
  const every = (asked: readonly Asked[]) => allOf(asked, action, context);
  const base = every(conditions);
  const sources = from.map(({ source }) => every(fieldsOf(source)));
  const operations = to.map(({ operation }) => every(fieldsOf(operation)));
  const [readySources, readyOperations] = [sources.filter(isTest), operations.filter(isTest)];
  if (
    base === undefined ||
    readySources.length < sources.length ||
    readyOperations.length < operations.length
  ) {
    return withoutEffect;
  }
  const isSource = anyOf(readySources);
  const isOperation = anyOf(readyOperations);
  return {
    kind: 'ready',
    matches: facts => base(facts) && isSource(facts) && isOperation(facts),
  };
}

const isTest = (test: Test | undefined): test is Test => test !== undefined;

/** Without any, all match. */
function anyOf(tests: readonly Test[]): Test {
  return facts => tests.length === 0 || tests.some(test => test(facts));
}

/** The fields of a source or an operation, each with what must not be. */
function fieldsOf(given: object | undefined): readonly Asked[] {
  const values = (given ?? {}) as Readonly<Record<string, readonly string[]>>;
  return Object.entries(fieldAttributes).map(([name, attribute]) => ({
    attribute,
    values: values[name] ?? [],
    notValues: values[`not${name.slice(0, 1).toUpperCase()}${name.slice(1)}`] ?? [],
  }));
}

/** Undefined: an ALLOW rule would let in more than it says, so it lets in nobody. */
function allOf(asked: readonly Asked[], action: Action, context: RuleContext): Test | undefined {
  const tests: Test[] = [];
  for (const { attribute, values = [], notValues = [] } of asked) {
    const wanted = values.map(value => attribute(value, context));
    const unwanted = notValues.map(value => attribute(value, context));
    const isWhole = [...wanted, ...unwanted].every(isTest);
    if (!isWhole && action === 'ALLOW') return undefined;
    // What refuses leaves out what it cannot match, and so refuses more.
    const [is, isNot] = [wanted.filter(isTest), unwanted.filter(isTest)];
    if (is.length > 0) tests.push(anyOf(is));
    if (isNot.length > 0) tests.push(facts => !isNot.some(test => test(facts)));
  }
  return facts => tests.every(test => test(facts));
}
