/** Fills in `{{names}}` and `{{=expressions}}`. @upstream util/template */
import { isRecord } from '../../api/equality.js';
import { evaluate, namesIn, type Evaluated } from '../../expr/evaluate.js';
import { plain } from '../../expr/functions.js';
import { isFields, type Fields, type Value } from '../../expr/value.js';
import { expressionFunctions } from './expressions/functions.js';
import { WorkflowFault } from './fault.js';

/** Values by name. undefined: an output that is absent, since what would have given it was skipped. */
export type Names = ReadonlyMap<string, string | undefined>;

/** What must be known: nothing, outputs of steps and tasks, or everything. */
export type Strictness = 'none' | 'outputs' | 'all';

/** The value with everything filled in that is known, in its texts and in the names of its fields. */
export function substituted<T>(value: T, names: Names, strictness: Strictness = 'none'): T {
  return walk(value, text => fillIn(text, names, strictness)) as T;
}

function walk(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return value.includes('{{') ? change(value) : value;
  if (Array.isArray(value)) return value.map(item => walk(item, change));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name.includes('{{') ? change(name) : name,
      walk(item, change),
    ]),
  );
}

/** What stands between the braces, with what it is. */
export function tagsIn(value: unknown): readonly string[] {
  const tags: string[] = [];
  walk(value, text => {
    for (const [, tag = ''] of text.matchAll(/\{\{(.*?)\}\}/gs)) tags.push(tag);
    return text;
  });
  return tags;
}

function fillIn(text: string, names: Names, strictness: Strictness): string {
  return text.replaceAll(/\{\{(.*?)\}\}/gs, (whole: string, tag: string) =>
    tag.trimStart().startsWith('=')
      ? evaluated(whole, tag.trimStart().slice(1), names, strictness)
      : named(whole, tag, names, strictness),
  );
}

function named(whole: string, tag: string, names: Names, strictness: Strictness): string {
  const name = tag.trim();
  if (names.has(name)) return present(tag, names.get(name));
  const nested = tag.lastIndexOf('{{');
  if (nested > 0) {
    const inner = tag.slice(nested + 2);
    if (names.has(inner)) return `{{${tag.slice(0, nested)}${present(tag, names.get(inner))}`;
  }
  if (mustKnow(name, strictness)) {
    throw new WorkflowFault(`failed to resolve {{${tag}}}`, unresolvedKind(strictness));
  }
  return whole;
}

/** Outputs may come yet; what else is missing stays so. */
function unresolvedKind(strictness: Strictness): 'unresolved' | 'error' {
  return strictness === 'outputs' ? 'unresolved' : 'error';
}

function present(tag: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new WorkflowFault(
    `unable to substitute {{${tag}}}: output is an absent optional (skipped/omitted node with no default)`,
  );
}

function mustKnow(name: string, strictness: Strictness): boolean {
  if (strictness === 'none') return false;
  if (strictness === 'all') return true;
  return /^(?:steps|tasks)\./.test(name) && !name.includes('.outputs.artifacts.');
}

/** @upstream util/template/expression_template.go expressionReplaceStrict */
function evaluated(
  whole: string,
  expression: string,
  names: Names,
  strictness: Strictness,
): string {
  const fields = fieldsOf(names);
  const missing = (namesIn(expression) ?? []).filter(name => !isKnown(fields, name));
  const wanted = missing.find(name => mustKnow(name, strictness));
  if (wanted !== undefined) {
    const text = `failed to evaluate expression: ${wanted} is missing`;
    throw new WorkflowFault(text, unresolvedKind(strictness));
  }
  const isLenient = missing.length > 0 || strictness === 'none';
  if (isLenient && missing.some(name => lateNames.has(name))) return whole;
  const result = evaluateAmong(expression, fields);
  if ('value' in result && result.value !== undefined) return printed(result.value);
  if (isLenient) return whole;
  throw new WorkflowFault(
    'error' in result
      ? `failed to evaluate expression: ${result.error}`
      : `failed to evaluate expression ${JSON.stringify(expression)}`,
  );
}

/** What comes to be known late keeps an expression from being evaluated before. */
const lateNames: ReadonlySet<string> = new Set([
  ...['item', 'retries', 'lastRetry.exitCode', 'lastRetry.status', 'lastRetry.duration'],
  ...['lastRetry.message', 'workflow.status', 'workflow.failures'],
]);

function isKnown(fields: Fields, name: string): boolean {
  if (Object.hasOwn(expressionFunctions, name.split('.')[0] ?? '')) return true;
  let at: Value = fields;
  for (const part of name.split('.')) {
    if (typeof at !== 'object' || !isFields(at) || !Object.hasOwn(at, part)) return false;
    at = at[part];
  }
  return true;
}

/** As Go's encoding has it, without the quotes of a text. */
export function printed(value: Value): string {
  return typeof value === 'object' ? JSON.stringify(plain(value)) : String(value);
}

/** The value of an expression among these names and the functions that Workflows have. */
export function evaluateAmong(expression: string, fields: Fields): Evaluated {
  return evaluate(expression, { ...fields, ...expressionFunctions });
}

/** Names with dots as values within values: what expressions see. @upstream util/expr/env GetFuncMap */
export function fieldsOf(names: Names): Fields {
  const root: Record<string, Value> = {};
  for (const [name, value] of names) {
    const parts = name.split('.');
    const last = parts.pop() ?? '';
    let at = root;
    for (const part of parts) {
      const inner = at[part];
      if (typeof inner === 'object' && !Array.isArray(inner)) at = inner as Record<string, Value>;
      else at = (at[part] = {}) as Record<string, Value>;
    }
    if (typeof at[last] !== 'object') at[last] = value;
  }
  return root;
}

/** Whether a condition in the language of expressions holds. @upstream util/expr/argoexpr EvalBool */
export function holds(expression: string, fields: Fields): boolean {
  const result = evaluateAmong(expression, fields);
  if ('error' in result) throw new WorkflowFault(result.error);
  if (typeof result.value === 'boolean') return result.value;
  throw new WorkflowFault(`unable to cast expression result '${printed(result.value)}' to bool`);
}
