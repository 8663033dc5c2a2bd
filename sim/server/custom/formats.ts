/** The formats of strings that schemas may name. @upstream kube-openapi/pkg/validation/strfmt, apiextensions-apiserver formats.go */
import ipaddr from 'ipaddr.js';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../api/labels.js';
import { parseTime } from '../../api/time.js';

const hex = '[0-9a-f]';
const uuid = (version: string, variant = `${hex}{4}`) =>
  new RegExp(`^${hex}{8}-?${hex}{4}-?${version}${hex}{3}-?${variant}-?${hex}{12}$`, 'i');

const checks: Readonly<Record<string, (value: string) => boolean>> = {
  bsonobjectid: value => /^[0-9a-f]{24}$/i.test(value),
  uri: value => /^(\/|[a-z][a-z0-9+.-]*:)/i.test(value) && !/\s/.test(value),
  email: value => /^(?:.*<)?[^@\s<>]+@[^@\s<>]+>?$/.test(value),
  hostname: isHostname,
  ipv4: value => value.includes('.') && ipaddr.IPv4.isValidFourPartDecimal(value),
  ipv6: value => value.includes(':') && ipaddr.IPv6.isValid(value),
  cidr: isCidr,
  mac: value => /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(value),
  uuid: value => uuid(hex).test(value),
  uuid3: value => uuid('3').test(value),
  uuid4: value => uuid('4', `[89ab]${hex}{3}`).test(value),
  uuid5: value => uuid('5', `[89ab]${hex}{3}`).test(value),
  isbn: value => isIsbn10(value) || isIsbn13(value),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: value => /^\d{13,19}$/.test(value.replace(/[ -]/g, '')),
  ssn: value => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(value),
  hexcolor: value => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(value),
  rgbcolor: value => /^rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\)$/.test(value),
  byte: value => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value),
  password: () => true,
  date: isDate,
  duration: isDuration,
  datetime: value => parseTime(value.replace(/[tz]/g, letter => letter.toUpperCase())).isOk,
  'k8s-short-name': value => dns1123LabelErrors(value).length === 0,
  'k8s-long-name': value => dns1123SubdomainErrors(value).length === 0,
};

function normal(format: string): string {
  return format.startsWith('k8s-') ? format : format.replaceAll('-', '');
}

/** Whether values of the format are checked. */
export function isKnownFormat(format: string): boolean {
  return format !== '' && checks[normal(format)] !== undefined;
}

/** Whether the value is of the format. */
export function matchesFormat(format: string, value: string): boolean {
  return checks[normal(format)]?.(value) ?? true;
}

function isHostname(value: string): boolean {
  if (value.length > 255) return false;
  return /^[a-z0-9\p{S}\p{L}]([-a-z0-9\p{S}\p{L}]{0,61}[a-z0-9\p{S}\p{L}])?(\.[a-z0-9\p{S}\p{L}]([-a-z0-9\p{S}\p{L}]{0,61}[a-z0-9\p{S}\p{L}])?)*$/iu.test(
    value,
  );
}

function isCidr(value: string): boolean {
  const [address = '', bits = ''] = value.split('/');
  if (!/^\d{1,3}$/.test(bits) || !ipaddr.isValid(address)) return false;
  return Number(bits) <= (address.includes(':') ? 128 : 32);
}

function isIsbn10(value: string): boolean {
  const digits = value.replace(/[ -]/g, '');
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  const sum = [...digits].reduce(
    (total, digit, index) => total + (10 - index) * (digit === 'X' ? 10 : Number(digit)),
    0,
  );
  return sum % 11 === 0;
}

function isIsbn13(value: string): boolean {
  const digits = value.replace(/[ -]/g, '');
  if (!/^\d{13}$/.test(digits)) return false;
  const sum = [...digits].reduce(
    (total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3),
    0,
  );
  return sum % 10 === 0;
}

function isDate(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && parseTime(`${value}T00:00:00Z`).isOk;
}

/**
 * Go's durations, and Scala's: `22 ns`, `5 minutes`. The signs of micro are escaped: bundlers copy regular
 * expressions as they are, and one letter that is not Latin makes V8 keep a whole bundle in two bytes a letter.
 */
function isDuration(value: string): boolean {
  if (
    /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h))*$/.test(
      value,
    )
  ) {
    return true;
  }
  return /^\d+\s*(ns|nanos?|nanoseconds?|us|\u00b5s|micros?|microseconds?|ms|millis?|milliseconds?|s|seconds?|m|minutes?|h|hours?|d|days?|w|weeks?)$/i.test(
    value,
  );
}
