/** x-kubernetes-validations: rules in CEL. @upstream apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go */
import { callCostMax } from '../../api/cel/compile.js';
import { costExceeded } from '../../api/cel/interpret.js';
import { Optional, type CelValue } from '../../api/cel/values.js';
import { deepEqual, isRecord } from '../../api/equality.js';
import {
  forbidden,
  invalid,
  printedError,
  required,
  type FieldError,
} from '../../api/field-error.js';
import type { JSONSchemaProps, ValidationRule } from '../../api/kinds/apiextensions.js';
import { celValue } from './cel-values.js';
import { compiledRules, type CompiledRule } from './compiled-rules.js';
import { itemsOf, membersOf } from '../../api/json-schema.js';
import type { Old } from './validate-schema.js';

const messageBytesMax = 5 * 1024;
const known = new WeakMap<JSONSchemaProps, boolean>();

/** Whether the schema has rules anywhere. */
export function hasRules(schema: JSONSchemaProps): boolean {
  let has = known.get(schema);
  if (has === undefined) {
    has = schema['x-kubernetes-validations'] !== undefined || partsOf(schema).some(hasRules);
    known.set(schema, has);
  }
  return has;
}

/** The schemas within a schema. */
function partsOf(schema: JSONSchemaProps): readonly JSONSchemaProps[] {
  const { properties, items, additionalProperties, allOf, anyOf, oneOf, not } = schema;
  const parts: unknown[] = [items, additionalProperties, not];
  return [...parts, ...Object.values(properties ?? {}), ...lists(allOf, anyOf, oneOf)].filter(
    (part): part is JSONSchemaProps => isRecord(part),
  );
}

function lists(...all: readonly (readonly JSONSchemaProps[] | undefined)[]) {
  return all.flatMap(list => list ?? []);
}

/** What the rules find wrong. What was wrong before, on a value that stayed, is only warned of. */
export function ruleErrors(
  value: unknown,
  schema: JSONSchemaProps,
  options: { readonly old?: Old | undefined; readonly warn: (text: string) => void },
): readonly FieldError[] {
  const { old, warn } = options;
  const at = { path: '', isRoot: true, old, isUnchanged: isUnchanged(value, old) };
  return new Rules(warn).of(value, schema, at);
}

function isUnchanged(value: unknown, old: Old | undefined): boolean {
  return old !== undefined && deepEqual(value, old.value);
}

interface At {
  readonly path: string;
  readonly isRoot: boolean;
  readonly old: Old | undefined;
  /** Whether this value, or the nearest one around it that has a counterpart, stayed as it was. */
  readonly isUnchanged: boolean;
}

/** What all rules of one object may cost. @upstream apiserver/pkg/apis/cel/config.go RuntimeCELCostBudget */
const budget = 10_000_000;

class Rules {
  /** Negative once it is spent: then no rule runs any more. */
  private left = budget;

  constructor(private readonly warn: (text: string) => void) {}

  of(value: unknown, schema: JSONSchemaProps, at: At): readonly FieldError[] {
    if (value === undefined || value === null || !hasRules(schema) || this.left < 0) return [];
    const errors = [...this.own(value, schema, at)];
    for (const part of schema.allOf ?? []) {
      errors.push(
        ...this.of(value, { type: schema.type, ...part } as JSONSchemaProps, {
          ...at,
          old: undefined,
        }),
      );
    }
    if (Array.isArray(value)) errors.push(...this.ofItems(value, schema, at));
    else if (isRecord(value)) errors.push(...this.ofMembers(value, schema, at));
    return errors;
  }

  private ofItems(
    list: readonly unknown[],
    schema: JSONSchemaProps,
    at: At,
  ): readonly FieldError[] {
    const items = itemsOf(schema);
    if (items === undefined) return [];
    return list.flatMap((item, index) => {
      const old = oldItem(item, schema, at.old);
      return this.of(item, items, below(at, `${at.path}[${index}]`, item, old));
    });
  }

  private ofMembers(
    value: Readonly<Record<string, unknown>>,
    schema: JSONSchemaProps,
    at: At,
  ): readonly FieldError[] {
    const errors: FieldError[] = [];
    const oldOf = (key: string): Old | undefined => {
      const before = at.old?.value;
      return isRecord(before) && key in before ? { value: before[key] } : undefined;
    };
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      const path = at.path === '' ? key : `${at.path}.${key}`;
      errors.push(...this.of(value[key], property, below(at, path, value[key], oldOf(key))));
    }
    const members = membersOf(schema);
    if (members === undefined) return errors;
    for (const [key, item] of Object.entries(value)) {
      if (schema.properties?.[key] !== undefined) continue;
      errors.push(...this.of(item, members, below(at, `${at.path}[${key}]`, item, oldOf(key))));
    }
    return errors;
  }

  private own(value: unknown, schema: JSONSchemaProps, at: At): readonly FieldError[] {
    const { 'x-kubernetes-validations': rules = [] } = schema as {
      readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
    };
    if (rules.length === 0) return [];
    const self = celValue(value, schema, at.isRoot);
    const before = at.old?.value ?? undefined;
    const oldSelf = before === undefined ? undefined : celValue(before, schema, at.isRoot);
    const errors: FieldError[] = [];
    if (this.left === 0) errors.push(this.outOfBudget(schema, at));
    for (const compiled of compiledRules(schema, at.isRoot)) {
      if (this.left < 0) break;
      const { usesOldSelf, rule } = compiled;
      if (usesOldSelf && oldSelf === undefined && rule.optionalOldSelf !== true) continue;
      const error = this.ruleError(compiled, { value, schema, self, oldSelf, at });
      if (error === undefined) continue;
      if (usesOldSelf || !at.isUnchanged || error.isRuntime) errors.push(error.error);
      else this.warn(printedError(error.error));
    }
    return errors;
  }

  private outOfBudget(schema: JSONSchemaProps, { path }: At): FieldError {
    this.left = -1;
    const text =
      'validation failed due to running out of cost budget, no further validation rules will be run';
    return invalid(placeOf(path), schema.type ?? '', text);
  }

  private ruleError(
    { rule, program, message }: CompiledRule,
    { value, schema, self, oldSelf, at }: Subject,
  ): { readonly error: FieldError; readonly isRuntime: boolean } | undefined {
    const tell = (text: string) => ({
      error: invalid(placeOf(at.path), schema.type ?? '', text),
      isRuntime: true,
    });
    if (program === undefined) return undefined;
    if ('error' in program) return tell(`rule compile error: ${program.error}`);
    const old = rule.optionalOldSelf === true ? new Optional(oldSelf) : oldSelf;
    const variables = { self, ...(old !== undefined && { oldSelf: old }) };
    const outcome = program.run(variables, callCostMax);
    if (outcome.cost > this.left) {
      return { error: this.outOfBudget(schema, at), isRuntime: true };
    }
    this.left -= outcome.cost;
    if ('error' in outcome) {
      if (outcome.error === costExceeded) this.left = -1;
      return tell(runtimeText(outcome.error, rule.rule.trim()));
    }
    if (outcome.value === true) return undefined;
    const detail = this.evaluated(message, variables) ?? messageOf(rule);
    const place = rule.fieldPath ? placeBelow(at.path, rule.fieldPath) : placeOf(at.path);
    const isWhole = schema.type === 'object' || schema.type === 'array';
    return { error: reasoned(rule, place, { value, isWhole, detail }), isRuntime: false };
  }

  /** The text of the message expression if it is one line. */
  private evaluated(
    message: CompiledRule['message'],
    variables: Readonly<Record<string, CelValue>>,
  ): string | undefined {
    if (message === undefined || 'error' in message) return undefined;
    const outcome = message.run(variables, callCostMax);
    this.left = Math.max(0, this.left - outcome.cost);
    if (!('value' in outcome) || typeof outcome.value !== 'string') return undefined;
    const text = outcome.value.trim();
    const isFine = text !== '' && !text.includes('\n') && text.length <= messageBytesMax;
    return isFine ? text : undefined;
  }
}

function below(at: At, path: string, value: unknown, old: Old | undefined): At {
  return {
    path,
    isRoot: false,
    old,
    isUnchanged: old === undefined ? at.isUnchanged : isUnchanged(value, old),
  };
}

/** Items of lists that are maps correspond by their keys. */
function oldItem(item: unknown, schema: JSONSchemaProps, old: Old | undefined): Old | undefined {
  const extended = schema as Readonly<Record<string, unknown>>;
  const keys = extended['x-kubernetes-list-map-keys'];
  if (extended['x-kubernetes-list-type'] !== 'map' || !Array.isArray(keys)) return undefined;
  if (!Array.isArray(old?.value) || !isRecord(item)) return undefined;
  const same = (old.value as readonly unknown[]).find(
    other => isRecord(other) && keys.every(key => deepEqual(other[String(key)], item[String(key)])),
  );
  return same === undefined ? undefined : { value: same };
}

interface Subject {
  readonly value: unknown;
  readonly schema: JSONSchemaProps;
  readonly self: CelValue;
  readonly oldSelf: CelValue | undefined;
  readonly at: At;
}

function placeOf(path: string): string {
  return path === '' ? '<nil>' : path;
}

function runtimeText(error: string, rule: string): string {
  if (error.startsWith('no such overload')) {
    return `'${error}': call arguments did not match a supported operator, function or macro signature for rule: ${rule}`;
  }
  if (error === costExceeded) {
    return `'${error}': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`;
  }
  return `${error} evaluating rule: ${rule}`;
}

function messageOf({ message = '', rule }: ValidationRule): string {
  return message === '' ? `failed rule: ${rule.trim()}` : message.trim();
}

/** `.a['x'].b` below the path: keys of maps stand in brackets. */
function placeBelow(path: string, fieldPath: string): string {
  const text = fieldPath.replace(/\['((?:[^'\\]|\\.)*)'\]/g, '[$1]');
  return path === '' ? text.replace(/^\./, '') : `${path}${text}`;
}

function reasoned(
  { reason }: ValidationRule,
  path: string,
  {
    value,
    isWhole,
    detail,
  }: { readonly value: unknown; readonly isWhole: boolean; readonly detail: string },
): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(path, detail);
    case 'FieldValueRequired':
      return required(path, detail);
    case 'FieldValueDuplicate': {
      const shown = isWhole ? '' : `: ${JSON.stringify(value)}`;
      return { type: 'Duplicate', path, text: `Duplicate value${shown}` };
    }
    default:
      if (isWhole) return { type: 'Invalid', path, text: `Invalid value: ${detail}` };
      return invalid(path, value, detail);
  }
}
