/**
 * Whether the rules of a schema compile, and whether they may cost too much.
 * @upstream apiextensions-apiserver/pkg/apis/apiextensions/validation/cel_validation.go
 */
import { forbidden, invalid, type FieldError } from '../../api/field-error.js';
import type { JSONSchemaProps, ValidationRule } from '../../api/kinds/apiextensions.js';
import { goValue } from '../resources/validation/go-value.js';
import { escapedName } from '../../api/cel/escape.js';
import { rulesOf } from './compiled-rules.js';
import { cardinalityMax, declaredType, type DeclaredType } from '../../api/cel/declared-type.js';
import { isEmbedded, itemsOf, membersOf } from '../../api/json-schema.js';

type Errors = FieldError[];

/** How rules at a place of the schema are seen. */
export interface RulePlace {
  readonly self: DeclaredType | undefined;
  /** How often the place can be there in one object; undefined without a bound. */
  readonly cardinality: number | undefined;
}

const rulesWithin = new WeakMap<JSONSchemaProps, boolean>();

/** Whether there are rules at the schema or below: most have none, and need no types for them. */
function holdsRules(schema: JSONSchemaProps): boolean {
  const known = rulesWithin.get(schema);
  if (known !== undefined) return known;
  const below = [...Object.values(schema.properties ?? {}), itemsOf(schema), membersOf(schema)];
  const isHeld =
    (schema['x-kubernetes-validations'] ?? []).length > 0 ||
    below.some(child => child !== undefined && holdsRules(child));
  rulesWithin.set(schema, isHeld);
  return isHeld;
}

/** The place of the whole object; undefined when there are no rules to see. */
export function rootRules(schema: JSONSchemaProps): RulePlace | undefined {
  if (!holdsRules(schema)) return undefined;
  return { self: declaredType(schema, 'selfType', true), cardinality: 1 };
}

function below(
  place: RulePlace | undefined,
  self: DeclaredType | undefined,
  child: JSONSchemaProps,
  elementsMax: number | undefined,
): RulePlace | undefined {
  if (place === undefined || !holdsRules(child)) return undefined;
  const { cardinality } = place;
  return {
    self: self ?? declaredType(child, 'selfType', isEmbedded(child)),
    cardinality:
      cardinality === undefined || elementsMax === undefined
        ? undefined
        : cardinality * elementsMax,
  };
}

/** The place of the items of a list. */
export function itemRules(
  place: RulePlace | undefined,
  schema: JSONSchemaProps,
  items: JSONSchemaProps,
): RulePlace | undefined {
  return below(place, place?.self?.item, items, elementsOf(schema));
}

/** The place of the members of a map. */
export function memberRules(
  place: RulePlace | undefined,
  schema: JSONSchemaProps,
  members: JSONSchemaProps,
): RulePlace | undefined {
  return below(place, place?.self?.item, members, elementsOf(schema));
}

/** The place of a property. */
export function propertyRules(
  place: RulePlace | undefined,
  schema: JSONSchemaProps,
  name: string,
): RulePlace | undefined {
  const property = schema.properties?.[name];
  if (property === undefined) return undefined;
  const escaped = escapedName(name);
  const self = escaped === undefined ? undefined : place?.self?.fields?.get(escaped);
  return below(place, self, property, elementsOf(schema));
}

function elementsOf(schema: JSONSchemaProps): number | undefined {
  if (schema.type === 'array') return schema.maxItems;
  if (schema.type === 'object' && schema.additionalProperties !== undefined) {
    return schema.maxProperties;
  }
  return 1;
}

const costMax = 10_000_000;
const totalMax = 100_000_000;
const shownMax = 4;

/** The costs of all rules of a schema. */
export class RuleCosts {
  private total = 0;
  private expensive: { readonly path: string; readonly cost: number }[] = [];

  observe(path: string, cost: number): void {
    this.total += cost;
    if (cost < totalMax / 100) return;
    this.expensive.push({ path, cost });
    this.expensive.sort((left, right) => right.cost - left.cost);
    this.expensive.length = Math.min(this.expensive.length, shownMax);
  }

  /** What is wrong with their sum, at the schema. */
  errors(path: string): readonly FieldError[] {
    if (this.total <= totalMax) return [];
    const text =
      'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
    const name = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    return [
      ...this.expensive.map(rule => forbidden(rule.path, text)),
      forbidden(path, costText(name, this.total, totalMax)),
    ];
  }
}

function costText(name: string, cost: number, limit: number): string {
  const times = cost / limit;
  const shown =
    times > 100 ? 'more than 100x' : times < 1.5 ? `${times.toFixed(6)}x` : `${times.toFixed(1)}x`;
  return (
    `${name} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, ` +
    'maxProperties, and maxLength where arrays, maps, and strings are declared)'
  );
}

/** Checks the rules of the schema at the place. */
export function checkRules(
  schema: JSONSchemaProps,
  place: {
    readonly path: string;
    readonly uncorrelated?: string;
    readonly rules: RulePlace;
  },
  { errors, costs }: { readonly errors: Errors; readonly costs: RuleCosts },
): void {
  const { self, cardinality } = place.rules;
  if (self === undefined) return;
  const often = cardinality ?? cardinalityMax(self);
  for (const [index, compiled] of rulesOf(schema, self).entries()) {
    const { rule, program, message, messageCostMax } = compiled;
    const at = `${place.path}.x-kubernetes-validations[${index}]`;
    const cost = Math.min(compiled.costMax * often, 2 ** 64);
    if (cost > costMax) {
      errors.push(forbidden(`${at}.rule`, costText('estimated rule cost', cost, costMax)));
    }
    costs.observe(`${at}.rule`, cost);
    if (program !== undefined && 'error' in program) {
      errors.push(invalid(`${at}.rule`, shown(rule), program.error));
    }
    if (message !== undefined && 'error' in message) {
      errors.push(invalid(`${at}.messageExpression`, shown(rule), messageError(message.error)));
    } else if (message !== undefined) {
      if (messageCostMax > costMax) {
        const text = costText('estimated messageExpression cost', messageCostMax, costMax);
        errors.push(forbidden(`${at}.messageExpression`, text));
      }
      costs.observe(`${at}.messageExpression`, messageCostMax);
    }
    checkOldSelf(rule, compiled.usesOldSelf, { at, uncorrelated: place.uncorrelated, errors });
  }
}

function messageError(error: string): string {
  return error.startsWith('compilation failed') ? `messageExpression ${error}` : error;
}

function shown(rule: ValidationRule): unknown {
  return goValue('apiextensions/v1.ValidationRule', rule);
}

function checkOldSelf(
  { rule, optionalOldSelf }: ValidationRule,
  isUsed: boolean,
  place: {
    readonly at: string;
    readonly uncorrelated: string | undefined;
    readonly errors: Errors;
  },
): void {
  const { at, uncorrelated, errors } = place;
  if (isUsed && uncorrelated !== undefined) {
    const text = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
    errors.push(invalid(`${at}.rule`, rule, text));
  } else if (!isUsed && optionalOldSelf !== undefined) {
    const text = 'may not be set if oldSelf is not used in rule';
    errors.push(invalid(`${at}.optionalOldSelf`, optionalOldSelf, text));
  }
}
