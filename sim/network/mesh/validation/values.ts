/**
 * What is said of the values of rules.
 * @upstream pkg/config/security/security.go
 */
import { goQuote } from '../../../api/go-text.js';
import { isPathTemplate } from '../path-template.js';
import { addressError, prefixError } from './addresses.js';

type Values = readonly string[];

/** The errors of a list of values, in order. */
export type Check = (values: Values) => readonly string[];

/** Values must not be empty. */
export function emptyErrors(name: string): Check {
  return values => (values.includes('') ? [`empty value not allowed, found in ${name}`] : []);
}

/** Addresses and blocks of them. */
export function addressErrors(values: Values): readonly string[] {
  return values.flatMap(value => {
    const error = value.includes('/') ? prefixError(value) : addressError(value);
    if (error === undefined) return [];
    if (value.includes('/')) return [`bad CIDR range (${value}): ${error}`];
    return [`bad IP address (${value})`];
  });
}

const portMax = 65_535;
const portNumberMax = 4_294_967_295n;

/** Ports: a number that is too large is no error of Go's parser, hence `<nil>`. */
export function portErrors(values: Values): readonly string[] {
  return values.flatMap(value => {
    const parsing = `strconv.ParseUint: parsing ${goQuote(value)}`;
    if (!/^\d+$/u.test(value)) return [`bad port (${value}): ${parsing}: invalid syntax`];
    const number = BigInt(value);
    if (number > portNumberMax) return [`bad port (${value}): ${parsing}: value out of range`];
    return number > portMax ? [`bad port (${value}): <nil>`] : [];
  });
}

const accountsMax = 16;
const accountLengthMax = 320;

/** Service accounts: the first error only. */
export function accountErrors(name: string): Check {
  return values => {
    if (values.length > accountsMax) return [`may not have more than ${accountsMax} values`];
    return firstError(values, value => accountError(value, name));
  };
}

function accountError(value: string, name: string): string | undefined {
  const parts = value.split('/');
  const expected = "expected format 'serviceAccount' or 'namespace/serviceAccount', found";
  if (value === '') return `empty value not allowed, found in ${name}`;
  if (value.includes('*')) return `wildcard not allowed, found in ${name}`;
  if (parts.length > 2) return `${expected} ${goQuote(value)} in ${name}`;
  if (Buffer.byteLength(value) > accountLengthMax) {
    return `value cannot exceed ${accountLengthMax} characters, found ${goQuote(value)} in ${name}`;
  }
  if (parts.length === 1) return undefined;
  if (parts[0] === '') return `${expected} empty namespace ${goQuote(value)} in ${name}`;
  if (parts[1] === '') return `${expected} empty serviceAccount ${goQuote(value)} in ${name}`;
  return undefined;
}

/** Trust domains: one wildcard at most, at either end, and no slash. */
export function trustDomainErrors(name: string): Check {
  return values => {
    const wildcards = wildcardErrors(name)(values);
    if (wildcards.length > 0) return wildcards;
    return firstError(values, value =>
      value.includes('/')
        ? `trust domain must not contain '/', found in ${name}: ${goQuote(value)}`
        : undefined,
    );
  };
}

/** Values with one wildcard at most, at either end: the first error only. */
export function wildcardErrors(name: string): Check {
  return values => {
    const empty = emptyErrors(name)(values);
    return empty.length > 0 ? empty : firstError(values, value => wildcardError(value, name));
  };
}

function wildcardError(value: string, name: string): string | undefined {
  const stars = value.split('*').length - 1;
  const found = `found in ${name}: ${goQuote(value)}`;
  if (stars > 1) return `at most one wildcard is allowed, ${found}`;
  if (stars === 0 || value.startsWith('*') || value.endsWith('*')) return undefined;
  return `wildcard is only allowed at the start or end, ${found}`;
}

/** Path templates: whole segments, `{**}` last of the operators, nothing else in braces. */
export function templateErrors(name: string): Check {
  return values => firstError(values, value => templateError(value, name));
}

function templateError(value: string, name: string): string | undefined {
  const path = value.replaceAll(/^\/+|\/+$/gu, '');
  const error = `invalid or unsupported path ${path}, found in ${name}. `;
  let hasRest = false;
  for (const segment of path.split('/')) {
    if (segment === '{*}' || segment === '{**}') {
      if (hasRest) return `${error}{**} is not the last operator`;
      hasRest = segment === '{**}';
      continue;
    }
    if (/[{}]/u.test(segment)) {
      return `${error}Contains '{' or '}' beyond a supported path template`;
    }
    if (isPathTemplate(value) && !/^[\w.~%!$&'()+,;:@=-]+$/u.test(segment)) {
      return `${error}Contains segment ${segment} with invalid string literal`;
    }
  }
  return undefined;
}

function firstError(
  values: Values,
  errorOf: (value: string) => string | undefined,
): readonly string[] {
  for (const value of values) {
    const error = errorOf(value);
    if (error !== undefined) return [error];
  }
  return [];
}
