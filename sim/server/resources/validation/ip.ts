/** IP addresses and networks as Go reads them. @upstream apimachinery/pkg/util/validation/ip.go */
import { ipv6Text } from '../../../api/ipv6-text.js';
import { invalid } from '../field-error.js';
import type { Errors } from './checks.js';

/** An address as its 16 bit groups: two for IPv4, eight for IPv6. */
export interface Address {
  readonly groups: readonly number[];
  readonly isMapped: boolean;
}

/** The address, or why it is none. */
export type ParsedAddress =
  | { readonly isOk: true; readonly value: Address; readonly hasLeadingZeros: boolean }
  | { readonly isOk: false };

/** Addresses that were read: each node's stands in the status of all its pods. */
const addressesRead = new Map<string, ParsedAddress>();
const addressesReadMax = 4096;
const rememberedLengthMax = 64;

/** Reads an address; octets with leading zeros pass, and are told. */
export function parseAddress(text: string): ParsedAddress {
  if (text.length > rememberedLengthMax) return readAddress(text);
  let parsed = addressesRead.get(text);
  if (parsed === undefined) {
    parsed = readAddress(text);
    if (addressesRead.size >= addressesReadMax) addressesRead.clear();
    addressesRead.set(text, parsed);
  }
  return parsed;
}

function readAddress(text: string): ParsedAddress {
  if (!text.includes(':')) {
    const octets = parseOctets(text);
    if (octets === undefined) return { isOk: false };
    const groups = pairs(octets);
    const hasLeadingZeros = /(^|\.)0\d/.test(text);
    return { isOk: true, value: { groups, isMapped: false }, hasLeadingZeros };
  }
  const groups = parseGroups(text);
  if (groups === undefined) return { isOk: false };
  const isMapped = groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff;
  return {
    isOk: true,
    value: { groups: isMapped ? groups.slice(6) : groups, isMapped },
    hasLeadingZeros: false,
  };
}

function parseOctets(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every(part => /^\d{1,10}$/.test(part))) return undefined;
  const octets = parts.map(Number);
  return octets.every(octet => octet <= 255) ? octets : undefined;
}

function pairs([a = 0, b = 0, c = 0, d = 0]: readonly number[]): readonly number[] {
  return [a * 256 + b, c * 256 + d];
}

function parseGroups(given: string): readonly number[] | undefined {
  let text = given;
  let tail: readonly number[] = [];
  const last = text.lastIndexOf(':');
  if (text.includes('.')) {
    const octets = parseOctets(text.slice(last + 1));
    if (octets === undefined) return undefined;
    tail = pairs(octets);
    text = text.slice(0, last) + (text.slice(0, last).endsWith(':') ? ':' : '');
    if (text === ':') return undefined;
  }
  const wanted = 8 - tail.length;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const numbers = halves.map(half => (half === '' ? [] : half.split(':')));
  if (!numbers.flat().every(group => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const [head = [], rest = []] = numbers.map(half => half.map(group => parseInt(group, 16)));
  const missing = wanted - head.length - rest.length;
  if (halves.length === 1) return missing === 0 ? [...head, ...tail] : undefined;
  if (missing < 1) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...rest, ...tail];
}

/** The address in its canonical form. */
export function addressText({ groups }: Address): string {
  if (groups.length === 2) {
    return groups.flatMap(group => [group >> 8, group & 255]).join('.');
  }
  return ipv6Text(groups);
}

/** Whether the text is an IPv6 address. */
export function isIPv6(text: string): boolean {
  const parsed = parseAddress(text);
  return parsed.isOk && parsed.value.groups.length === 8;
}

const ipExamples = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

/** An address of a field that is as old as the API: strict, but for values that were there before. */
export function checkLegacyIP(
  value: string,
  path: string,
  errors: Errors,
  old: readonly string[] = [],
): boolean {
  if (old.includes(value)) return true;
  const parsed = parseAddress(value);
  if (!parsed.isOk) return fail(errors, path, value, ipExamples);
  const problem = strictProblem(parsed);
  return problem === undefined || fail(errors, path, value, problem);
}

function strictProblem(parsed: Extract<ParsedAddress, { isOk: true }>): string | undefined {
  if (parsed.hasLeadingZeros) return 'must not have leading 0s';
  return parsed.value.isMapped ? 'must not be an IPv4-mapped IPv6 address' : undefined;
}

/** An address in its canonical form. */
export function checkIP(value: string, path: string, errors: Errors): boolean {
  for (const text of addressErrors(value)) return fail(errors, path, value, text);
  return true;
}

/** What is wrong with an address that has to be in its canonical form: one thing at most. */
export function addressErrors(value: string): readonly string[] {
  const parsed = parseAddress(value);
  if (!parsed.isOk) return [ipExamples];
  const problem = strictProblem(parsed);
  if (problem !== undefined) return [problem];
  const text = addressText(parsed.value);
  return text === value ? [] : [`must be in canonical form ("${text}")`];
}

function fail(errors: Errors, path: string, value: string, text: string): false {
  errors.push(invalid(path, value, text));
  return false;
}

/** A network: an address and how many of its bits are fixed. */
export interface Network {
  readonly address: Address;
  readonly bits: number;
}

/** Reads `10.0.0.0/8`. The length of an IPv4-mapped address counts from the start of its IPv6 form. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const parsed = parseAddress(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (!parsed.isOk || !/^\d{1,3}$/.test(digits)) return undefined;
  const bits = Number(digits);
  const { groups, isMapped } = parsed.value;
  if (!isMapped) return bits > groups.length * 16 ? undefined : { address: parsed.value, bits };
  if (bits > 128) return undefined;
  if (bits >= mappedBits) return { address: parsed.value, bits: bits - mappedBits };
  return { address: { groups: [0, 0, 0, 0, 0, 0xffff, ...groups], isMapped }, bits };
}

/** How many bits say that an address is IPv4 in an IPv6 form. */
const mappedBits = 96;

/** The network's own address and length, in canonical form. */
export function networkText({ address, bits }: Network): string {
  const groups = address.groups.map((group, index) => {
    const kept = Math.min(16, Math.max(0, bits - index * 16));
    return kept === 0 ? 0 : group & (0xffff << (16 - kept)) & 0xffff;
  });
  return `${addressText({ groups, isMapped: false })}/${bits}`;
}

const cidrExamples = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** A network of a field that is as old as the API. */
export function checkLegacyCIDR(
  value: string,
  path: string,
  errors: Errors,
  old: readonly string[] = [],
): boolean {
  if (old.includes(value)) return true;
  const network = parseNetwork(value);
  const parsed = parseAddress(value.slice(0, Math.max(0, value.indexOf('/'))));
  if (network === undefined || !parsed.isOk) return fail(errors, path, value, cidrExamples);
  if (parsed.hasLeadingZeros || /\/0\d/.test(value)) {
    return fail(errors, path, value, 'must not have leading 0s in IP or prefix length');
  }
  if (parsed.value.isMapped) {
    return fail(errors, path, value, 'must not have an IPv4-mapped IPv6 address');
  }
  const own = `${addressText(network.address)}/${network.bits}`;
  if (networkText(network) === own) return true;
  return fail(errors, path, value, 'must not have bits set beyond the prefix length');
}

/** A network in its canonical form. */
export function checkCIDR(value: string, path: string, errors: Errors): boolean {
  if (!checkLegacyCIDR(value, path, errors)) return false;
  const network = parseNetwork(value);
  const text = network === undefined ? value : networkText(network);
  if (text === value) return true;
  return fail(errors, path, value, `must be in canonical form ("${text}")`);
}
