/** Checks of LimitRanges. @upstream pkg/apis/core/validation/validation.go ValidateLimitRange */
import type { LimitRange, LimitRangeItem } from '../../../api/kinds/core.js';
import { compareText } from '../../../api/go-text.js';
import { qualifiedNameErrors } from '../../../api/labels.js';
import { type Quantity } from '../../../api/quantity.js';
import { duplicate, forbidden, invalid, required, type FieldError } from '../field-error.js';
import { amount, tell, type Errors } from './checks.js';
import {
  allowsOvercommit,
  checkContainerResourceName,
  checkResourceName,
} from './resource-names.js';

const types = new Set(['Pod', 'Container', 'PersistentVolumeClaim']);

/** What is wrong with a LimitRange. */
export function validateLimitRange({ spec }: LimitRange): readonly FieldError[] {
  const errors: Errors = [];
  const known = new Set<string>();
  for (const [index, limit] of (spec?.limits ?? []).entries()) {
    const path = `spec.limits[${index}]`;
    checkType(limit.type ?? '', `${path}.type`, errors);
    if (known.has(limit.type)) errors.push(duplicate(`${path}.type`, limit.type));
    known.add(limit.type);
    checkNames(limit, path, errors);
    checkAmounts(limit, path, errors);
  }
  return errors;
}

function checkType(type: string, path: string, errors: Errors): void {
  const texts = qualifiedNameErrors(type);
  tell(texts, type, path, errors);
  if (texts.length > 0 || type.includes('/') || types.has(type)) return;
  errors.push(invalid(path, type, 'must be a standard limit type or fully qualified'));
}

type Field = 'max' | 'min' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio';

function checkNames(limit: LimitRangeItem, path: string, errors: Errors): void {
  const isPod = limit.type === 'Pod';
  const checkName =
    isPod || limit.type === 'Container' ? checkContainerResourceName : checkResourceName;
  const checkField = (field: Field) => {
    for (const name in limit[field]) checkName(name, `${path}.${field}[${name}]`, errors);
  };
  checkField('max');
  checkField('min');
  for (const field of ['default', 'defaultRequest'] as const) {
    if (!isPod) checkField(field);
    else if (Object.keys(limit[field] ?? {}).length > 0) {
      errors.push(forbidden(`${path}.${field}`, "may not be specified when `type` is 'Pod'"));
    }
  }
  const hasStorage = limit.min?.['storage'] ?? limit.max?.['storage'];
  if (limit.type === 'PersistentVolumeClaim' && hasStorage === undefined) {
    const text = 'either minimum or maximum storage value is required, but neither was provided';
    errors.push(required(`${path}.limits`, text));
  }
  checkField('maxLimitRequestRatio');
}

function checkAmounts(limit: LimitRangeItem, path: string, errors: Errors): void {
  const isPod = limit.type === 'Pod';
  const lists = [
    limit.max,
    limit.min,
    ...(isPod ? [] : [limit.default, limit.defaultRequest]),
    limit.maxLimitRequestRatio,
  ];
  const names = new Set(lists.flatMap(list => Object.keys(list ?? {})));
  for (const name of [...names].sort(compareText)) {
    const of = (list: Readonly<Record<string, string>> | undefined) => {
      const text = list?.[name];
      return text === undefined ? undefined : amount(text);
    };
    const bounds: Bounds = {
      name,
      min: of(limit.min),
      max: of(limit.max),
      limit: isPod ? undefined : of(limit.default),
      request: isPod ? undefined : of(limit.defaultRequest),
      ratio: of(limit.maxLimitRequestRatio),
    };
    checkBounds(bounds, path, errors);
    checkRatio(bounds, `${path}.maxLimitRequestRatio[${name}]`, errors);
    checkSame(bounds, path, errors);
  }
}

interface Bounds {
  readonly name: string;
  readonly min: Quantity | undefined;
  readonly max: Quantity | undefined;
  readonly limit: Quantity | undefined;
  readonly request: Quantity | undefined;
  readonly ratio: Quantity | undefined;
}

function checkBounds(
  { name, min, max, limit, request }: Bounds,
  path: string,
  errors: Errors,
): void {
  const above = (one: Quantity | undefined, other: Quantity | undefined): boolean =>
    one !== undefined && other !== undefined && one.compare(other) > 0;
  const say = (field: Field, value: Quantity | undefined, text: string) => {
    errors.push(invalid(`${path}.${field}[${name}]`, String(value), text));
  };
  if (above(min, max)) say('min', min, `min value ${min} is greater than max value ${max}`);
  if (above(min, request)) {
    const text = `min value ${min} is greater than default request value ${request}`;
    say('defaultRequest', request, text);
  }
  if (above(request, max)) {
    const text = `default request value ${request} is greater than max value ${max}`;
    say('defaultRequest', request, text);
  }
  if (above(request, limit)) {
    const text = `default request value ${request} is greater than default limit value ${limit}`;
    say('defaultRequest', request, text);
  }
  if (above(min, limit)) {
    say('default', min, `min value ${min} is greater than default value ${limit}`);
  }
  if (above(limit, max)) {
    say('default', max, `default value ${limit} is greater than max value ${max}`);
  }
}

const one = amount('1');
const millisMax = 9_223_372_036_854_000;

function checkRatio({ min, max, ratio }: Bounds, path: string, errors: Errors): void {
  if (ratio === undefined) return;
  if (ratio.compare(one) < 0) {
    errors.push(invalid(path, String(ratio), `ratio ${ratio} is less than 1`));
  }
  if (min === undefined || max === undefined) return;
  const quantities = [ratio, max, min];
  const isSmall = quantities.every(quantity => Number(quantity.value()) < millisMax);
  const [ratioNumber = 0, maxNumber = 0, minNumber = 0] = quantities.map(quantity =>
    isSmall ? Number(quantity.milliValue()) / 1000 : Number(quantity.value()),
  );
  const bound = maxNumber / minNumber;
  if (ratioNumber <= bound) return;
  const text = `ratio ${ratio} is greater than max/min = ${bound.toFixed(6)}`;
  errors.push(invalid(path, String(ratio), text));
}

function checkSame({ name, limit, request }: Bounds, path: string, errors: Errors): void {
  if (allowsOvercommit(name) || limit === undefined || request === undefined) return;
  if (limit.compare(request) === 0) return;
  const text = `default value ${limit} must equal to defaultRequest value ${request} in ${name}`;
  errors.push(invalid(`${path}.defaultRequest[${name}]`, String(request), text));
}
