/**
 * What `seatrial time until` waits for: `KIND/NAME EXPRESSION` or `KIND EXPRESSION`.
 *
 * - `deployment/scorer .status.readyReplicas >= 3`: a field against a number, a text in quotes, true or
 *   false. A field that is missing counts as 0, as the empty text, or as false.
 * - `pod/train-0 exists`, `pod/train-0 gone`.
 * - Anything else is CEL: over `object` where one is named, `pod/train-0 object.status.phase ==
 *   "Running"`, and over `objects` where none is, `pods objects.exists(p, p.status.phase == "Failed")`.
 */
import { callCostMax, compileCel, dynamicScope } from '../../sim/api/cel/compile.js';
import { toCel } from '../../sim/api/cel/json.js';
import type { KubeObject } from '../../sim/api/object.js';
import { didYouMean, exitCodes, UserError } from '../input/errors.js';
import type { ServedKind } from './rest-mapper.js';

/** Something to wait for. */
export interface Watchpoint {
  readonly kind: ServedKind;
  readonly name?: string;
  /** Whether it holds of the objects of the kind, or of those of the name. */
  holds(objects: readonly KubeObject[]): boolean;
}

type Judge = (objects: readonly KubeObject[]) => boolean;

/**
 * Reads an expression.
 *
 * @throws UserError when it cannot be read or names a kind that is not served.
 */
export function watchpointOf(text: string, kinds: readonly ServedKind[]): Watchpoint {
  const parts = /^\s*([\w.-]+)(?:\/([\w.-]+))?\s+(.+?)\s*$/s.exec(text);
  const [, word = '', name, expression = ''] = parts ?? [];
  if (parts === null) {
    throw refused(
      `"${text}" is nothing to wait for`,
      "for example: deployment/scorer '.status.readyReplicas >= 3'",
    );
  }
  const kind = kindNamed(word, kinds);
  return { kind, ...(name !== undefined && { name }), holds: judgeOf(expression, name) };
}

function judgeOf(expression: string, name: string | undefined): Judge {
  if (expression === 'exists') return objects => objects.length > 0;
  if (expression === 'gone') return objects => objects.length === 0;
  const field = /^((?:\.[\w-]+|\[\d+\])+)\s*(==|!=|>=|<=|>|<)\s*(.+)$/.exec(expression);
  if (field !== null) {
    const [, path = '', operator = '', literal = ''] = field;
    const wanted = literalOf(literal);
    const steps = [...path.matchAll(/\.([\w-]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? index);
    return objects =>
      objects.some(object => compare(valueAt(object, steps as string[]), operator, wanted));
  }
  return celJudge(expression, name);
}

function celJudge(expression: string, name: string | undefined): Judge {
  const variable = name === undefined ? 'objects' : 'object';
  const program = compileCel(expression, dynamicScope(variable));
  if ('error' in program) {
    // The lines after the first only draw where in the expression it is.
    const [what = ''] = program.error.split('\n');
    throw refused(what, 'it is CEL over the variable ' + variable);
  }
  return objects => {
    const [object] = objects;
    if (name !== undefined && object === undefined) return false;
    const value = name === undefined ? [...objects] : object;
    const outcome = program.run({ [variable]: toCel(value) }, callCostMax);
    // A field that is not there yet is an error of CEL, and nothing that holds.
    return 'value' in outcome && outcome.value === true;
  };
}

type Literal = number | string | boolean;

function literalOf(text: string): Literal {
  if (text === 'true' || text === 'false') return text === 'true';
  const quoted = /^(["'])(.*)\1$/s.exec(text);
  if (quoted !== null) return quoted[2] ?? '';
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}

function valueAt(object: unknown, steps: readonly string[]): unknown {
  let value = object;
  for (const step of steps) {
    value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[step];
  }
  return value;
}

function compare(given: unknown, operator: string, wanted: Literal): boolean {
  const missing = typeof wanted === 'number' ? 0 : typeof wanted === 'string' ? '' : false;
  const plain = given ?? missing;
  const value = typeof wanted === 'number' ? Number(plain) : (plain as Literal);
  switch (operator) {
    case '==':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case '>=':
      return value >= wanted;
    case '<=':
      return value <= wanted;
    case '>':
      return value > wanted;
    default:
      return value < wanted;
  }
}

/** As kubectl finds kinds: by the plural, the singular, a short name, or with the group behind it. */
export function kindNamed(word: string, kinds: readonly ServedKind[]): ServedKind {
  const [plain = '', ...group] = word.toLowerCase().split('.');
  const wanted = group.join('.');
  const found = kinds.find(
    ({ kind, resource, shortNames, apiVersion }) =>
      (resource === plain || kind.toLowerCase() === plain || shortNames.includes(plain)) &&
      (wanted === '' || apiVersion.startsWith(`${wanted}/`)),
  );
  if (found !== undefined) return found;
  const near = didYouMean(
    plain,
    kinds.map(({ kind }) => kind.toLowerCase()),
  );
  throw refused(
    `the server doesn't have a resource type "${word}"`,
    near === undefined ? 'kubectl api-resources lists them' : `did you mean ${near}?`,
  );
}

function refused(message: string, next: string): UserError {
  return new UserError(message, { exitCode: exitCodes.usage, code: 'bad-expression', next });
}
