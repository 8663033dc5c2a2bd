/**
 * Label selectors: from LabelSelector objects and from text, matched and printed as Kubernetes does.
 * @upstream staging/src/k8s.io/apimachinery/pkg/labels/selector.go, apis/meta/v1/helpers.go
 */
import { compareText, goQuote } from './go-text.js';
import { invalid, notSupported, printedError, type FieldError } from './field-error.js';
import type { LabelSelector } from './kinds/meta.js';
import { labelValueErrors, qualifiedNameErrors } from './labels.js';
import { parseRequirements } from './selector-parse.js';
import { aggregated } from './status.js';
import type { Parsed } from './time.js';

/** Labels, or a node's fields: what selectors look at. */
export type Labels = Readonly<Record<string, string>>;

/** How a requirement compares. */
export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** One requirement of a selector. */
export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** A selector ready to match: all its requirements must hold. */
export class Selector {
  private constructor(
    readonly requirements: readonly Requirement[],
    readonly matchesNothing: boolean,
  ) {}

  /** A selector of these requirements, which are sorted by key. */
  static of(requirements: readonly Requirement[]): Selector {
    if (requirements.length === 0) return Selector.everything;
    const sorted = requirements.toSorted((left, right) => compareText(left.key, right.key));
    return new Selector(sorted, false);
  }

  static readonly everything = new Selector([], false);
  static readonly nothing = new Selector([], true);

  /** Whether the selector restricts nothing. */
  get isEmpty(): boolean {
    return !this.matchesNothing && this.requirements.length === 0;
  }

  matches(labels: Labels | undefined): boolean {
    if (this.matchesNothing) return false;
    for (const requirement of this.requirements) {
      if (!isMet(requirement, labels)) return false;
    }
    return true;
  }

  /** The only value that the key may have, if the selector says so. */
  exactValue(key: string): string | undefined {
    const requirement = this.requirements.find(one => one.key === key);
    if (requirement === undefined || requirement.values.length !== 1) return undefined;
    return ['=', '==', 'in'].includes(requirement.operator) ? requirement.values[0] : undefined;
  }

  toString(): string {
    return this.requirements.map(printedRequirement).join(',');
  }
}

function isMet({ key, operator, values }: Requirement, labels: Labels | undefined): boolean {
  const value = labels === undefined ? undefined : own(labels, key);
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt':
      return value !== undefined && isOrdered(value, operator, values);
  }
}

function own(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function isOrdered(value: string, operator: 'gt' | 'lt', values: readonly string[]): boolean {
  const [bound, ...others] = values;
  if (bound === undefined || others.length > 0 || !isInt64(value) || !isInt64(bound)) return false;
  return operator === 'gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
}

/** Whether Go's ParseInt takes the text as a 64-bit integer. */
export function isInt64(text: string): boolean {
  if (!/^[+-]?\d+$/.test(text)) return false;
  const value = BigInt(text.replace(/^\+/, ''));
  return value >= -(2n ** 63n) && value < 2n ** 63n;
}

const symbols: Readonly<Record<Operator, string>> = {
  '=': '=',
  '==': '==',
  '!=': '!=',
  in: ' in ',
  notin: ' notin ',
  exists: '',
  '!': '',
  gt: '>',
  lt: '<',
};

function printedRequirement({ key, operator, values }: Requirement): string {
  if (operator === 'exists') return key;
  if (operator === '!') return `!${key}`;
  const listed = values.toSorted(compareText).join(',');
  const isSet = operator === 'in' || operator === 'notin';
  return `${key}${symbols[operator]}${isSet ? `(${listed})` : listed}`;
}

/** What is wrong with a requirement. `path` is the field's, such as `spec.selector.matchExpressions[0]`. */
export function requirementErrors(requirement: Requirement, path = ''): readonly FieldError[] {
  const { key, operator, values } = requirement;
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const keyTexts = qualifiedNameErrors(key);
  return [
    ...(keyTexts.length === 0 ? [] : [invalid(at('key'), key, keyTexts.join('; '))]),
    ...operatorErrors(operator, values, at),
    ...values.flatMap((value, index) => {
      const texts = labelValueErrors(value);
      if (texts.length === 0) return [];
      return [invalid(`${at('values')}[${index}][${key}]`, value, texts.join('; '))];
    }),
  ];
}

function operatorErrors(
  operator: Operator,
  values: readonly string[],
  at: (name: string) => string,
): readonly FieldError[] {
  const path = at('values');
  switch (operator) {
    case 'in':
    case 'notin':
      return values.length > 0
        ? []
        : [invalid(path, values, "for 'in', 'notin' operators, values set can't be empty")];
    case '=':
    case '==':
    case '!=':
      return values.length === 1
        ? []
        : [invalid(path, values, 'exact-match compatibility requires one single value')];
    case 'exists':
    case '!':
      return values.length === 0
        ? []
        : [invalid(path, values, 'values set must be empty for exists and does not exist')];
    case 'gt':
    case 'lt':
      return orderErrors(values, path);
    default:
      return [notSupported(at('operator'), operator, operators)];
  }
}

const operators = ['in', 'notin', '=', '==', '!=', 'gt', 'lt', 'exists', '!'];

function orderErrors(values: readonly string[], path: string): readonly FieldError[] {
  const one = "for 'Gt', 'Lt' operators, exactly one value is required";
  const integer = "for 'Gt', 'Lt' operators, the value must be an integer";
  return [
    ...(values.length === 1 ? [] : [invalid(path, values, one)]),
    ...values.flatMap((value, index) =>
      isInt64(value) ? [] : [invalid(`${path}[${index}]`, value, integer)],
    ),
  ];
}

/** Selectors that were read, by their text: lists and autoscalers ask with the same ones again and again. */
const selectorsRead = new Map<string, Parsed<Selector>>();
const selectorsReadMax = 1024;

/** Reads `app=a,tier in (x,y),!old`. */
export function parseSelector(text: string): Parsed<Selector> {
  let selector = selectorsRead.get(text);
  if (selector === undefined) {
    selector = readSelector(text);
    if (selectorsRead.size >= selectorsReadMax) selectorsRead.clear();
    selectorsRead.set(text, selector);
  }
  return selector;
}

function readSelector(text: string): Parsed<Selector> {
  const parsed = parseRequirements(text, requirement => {
    const errors = requirementErrors(requirement);
    return errors.length === 0 ? undefined : aggregated(errors.map(printedError));
  });
  return parsed.isOk ? { isOk: true, value: Selector.of(parsed.value) } : parsed;
}

const objectOperators: Readonly<Record<string, Operator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

/** A LabelSelector as a selector: absent selects nothing, empty selects everything. */
export function selectorFromObject(selector: LabelSelector | undefined): Parsed<Selector> {
  if (selector === undefined) return { isOk: true, value: Selector.nothing };
  const requirements: Requirement[] = setRequirements(selector.matchLabels ?? {});
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const known = objectOperators[operator];
    if (known === undefined) {
      const error = `${goQuote(operator)} is not a valid label selector operator`;
      return { isOk: false, error };
    }
    requirements.push({ key, operator: known, values });
  }
  for (const requirement of requirements) {
    const errors = requirementErrors(requirement);
    if (errors.length > 0) return { isOk: false, error: aggregated(errors.map(printedError)) };
  }
  return { isOk: true, value: Selector.of(requirements) };
}

const compiled = new WeakMap<LabelSelector, Selector>();

/** The selector of a stored object, compiled once; one that cannot be read selects nothing. */
export function selectorOf(selector: LabelSelector | undefined): Selector {
  if (selector === undefined) return Selector.nothing;
  const known = compiled.get(selector);
  if (known !== undefined) return known;
  const parsed = selectorFromObject(selector);
  const made = parsed.isOk ? parsed.value : Selector.nothing;
  compiled.set(selector, made);
  return made;
}

/** A selector of exactly these labels, as Services and replication controllers have; empty selects everything. */
export function selectorFromSet(labels: Labels | undefined): Selector {
  return Selector.of(setRequirements(labels ?? {}));
}

function setRequirements(labels: Labels): Requirement[] {
  return Object.entries(labels).map(([key, value]) => ({ key, operator: '=', values: [value] }));
}

/** Whether the labels have all of these: the fast way for plain sets. */
export function hasLabels(labels: Labels | undefined, wanted: Labels): boolean {
  for (const key in wanted) {
    if (labels === undefined || labels[key] !== wanted[key]) return false;
  }
  return true;
}
