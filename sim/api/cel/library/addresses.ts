/** IP addresses as Go's net/netip reads them, with its errors. @upstream net/netip/netip.go */
import { ipv6Text } from '../../ipv6-text.js';
import { goQuote } from '../../go-text.js';

/** An address: four bytes or sixteen, and the zone of IPv6. */
export interface Address {
  readonly bytes: readonly number[];
  readonly zone: string;
}

/** An address, or what is wrong with the text. */
export type ParsedAddress = Address | { readonly error: string };

/** Reads an address. */
export function parseAddress(text: string): ParsedAddress {
  const at = /[.:%]/.exec(text)?.[0];
  const fail = (why: string, rest = '') => {
    const place = rest === '' ? '' : ` (at ${goQuote(rest)})`;
    return { error: `ParseAddr(${goQuote(text)}): ${why}${place}` };
  };
  if (at === '.') {
    const octets = parseOctets(text);
    return typeof octets === 'string' ? fail(octets) : { bytes: octets, zone: '' };
  }
  if (at === ':') {
    const percent = text.indexOf('%');
    const zone = percent < 0 ? '' : text.slice(percent + 1);
    if (percent >= 0 && zone === '') return fail('zone must be a non-empty string');
    const groups = parseGroups(percent < 0 ? text : text.slice(0, percent));
    return Array.isArray(groups)
      ? { bytes: groups as readonly number[], zone }
      : fail((groups as Fault).why, (groups as Fault).rest);
  }
  return at === '%' ? fail('missing IPv6 address') : fail('unable to parse IP');
}

/** The octets, or what is wrong. */
function parseOctets(text: string): readonly number[] | string {
  const octets: number[] = [];
  const parts = text.split('.');
  for (const [index, part] of parts.entries()) {
    const bad = /[^0-9]/.exec(part)?.[0];
    if (bad !== undefined) return 'unexpected character';
    if (part === '')
      return index === 0 || parts.length > 4
        ? 'IPv4 field must have at least one digit'
        : 'IPv4 field must have at least one digit';
    if (index > 3) return 'IPv4 address too long';
    if (part.length > 1 && part.startsWith('0')) return 'IPv4 field has octet with leading zero';
    if (Number(part) > 255) return 'IPv4 field has value >255';
    octets.push(Number(part));
  }
  return octets.length < 4 ? 'IPv4 address too short' : octets;
}

interface Fault {
  readonly why: string;
  readonly rest: string;
}

function parseGroups(text: string): readonly number[] | Fault {
  const bytes: number[] = [];
  let rest = text;
  let ellipsis = -1;
  if (rest.startsWith('::')) {
    ellipsis = 0;
    rest = rest.slice(2);
    if (rest === '') return new Array<number>(16).fill(0);
  }
  while (bytes.length < 16) {
    const group = /^[0-9a-fA-F]*/.exec(rest)?.[0] ?? '';
    if (group.length > 4) return { why: 'each group must have 4 or less digits', rest };
    if (group === '')
      return { why: 'each colon-separated field must have at least one digit', rest };
    if (rest.charAt(group.length) === '.') {
      if (ellipsis < 0 && bytes.length !== 12) {
        return {
          why: 'embedded IPv4 address must replace the final 2 fields of the address',
          rest,
        };
      }
      if (bytes.length + 4 > 16)
        return {
          why: 'too many hex fields to fit an embedded IPv4 at the end of the address',
          rest,
        };
      const octets = parseOctets(rest);
      if (typeof octets === 'string') return { why: octets, rest };
      bytes.push(...octets);
      rest = '';
      break;
    }
    const value = parseInt(group, 16);
    bytes.push(value >> 8, value & 255);
    rest = rest.slice(group.length);
    if (rest === '') break;
    if (!rest.startsWith(':')) return { why: 'unexpected character, want colon', rest };
    if (rest.length === 1) return { why: 'colon must be followed by more characters', rest };
    rest = rest.slice(1);
    if (!rest.startsWith(':')) continue;
    if (ellipsis >= 0) return { why: 'multiple :: in address', rest };
    ellipsis = bytes.length;
    rest = rest.slice(1);
    if (rest === '') break;
  }
  if (rest !== '') return { why: 'trailing garbage after address', rest };
  return expanded(bytes, ellipsis);
}

function expanded(bytes: readonly number[], ellipsis: number): readonly number[] | Fault {
  if (bytes.length === 16) {
    return ellipsis < 0
      ? bytes
      : { why: 'the :: must expand to at least one field of zeros', rest: '' };
  }
  if (ellipsis < 0) return { why: 'address string too short', rest: '' };
  const zeros = new Array<number>(16 - bytes.length).fill(0);
  return [...bytes.slice(0, ellipsis), ...zeros, ...bytes.slice(ellipsis)];
}

/** Whether it is an IPv4 address within IPv6. */
export function isMapped({ bytes }: Address): boolean {
  return (
    bytes.length === 16 &&
    bytes.slice(0, 10).every(byte => byte === 0) &&
    bytes[10] === 255 &&
    bytes[11] === 255
  );
}

/** The address in its canonical form. */
export function addressText({ bytes }: Address): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from(
    { length: 8 },
    (_, index) => (bytes[2 * index] ?? 0) * 256 + (bytes[2 * index + 1] ?? 0),
  );
  return ipv6Text(groups);
}

/** A range: an address and how many of its bits count. */
export interface Prefix {
  readonly address: Address;
  readonly bits: number;
}

/** Reads `10.0.0.0/8`. */
export function parsePrefix(text: string): Prefix | { readonly error: string } {
  const fail = (why: string) => ({ error: `netip.ParsePrefix(${goQuote(text)}): ${why}` });
  const slash = text.lastIndexOf('/');
  if (slash < 0) return fail("no '/'");
  const address = parseAddress(text.slice(0, slash));
  if ('error' in address) return fail(address.error);
  if (address.zone !== '') return fail('IPv6 zones cannot be present in a prefix');
  const size = text.slice(slash + 1);
  const isGood = /^\d+$/.test(size) && (size.length === 1 || !size.startsWith('0'));
  if (!isGood) return fail(`bad bits after slash: ${goQuote(size)}`);
  if (Number(size) > address.bytes.length * 8) return fail('prefix length out of range');
  return { address, bits: Number(size) };
}

/** The range with all bits that do not count put to zero. */
export function masked({ address, bits }: Prefix): Prefix {
  const bytes = address.bytes.map((byte, index) => {
    const left = Math.max(0, Math.min(8, bits - index * 8));
    return byte & (0xff << (8 - left)) & 0xff;
  });
  return { address: { ...address, bytes }, bits };
}

/** Whether the address lies in the range. */
export function contains({ address: own, bits }: Prefix, address: Address): boolean {
  if (own.bytes.length !== address.bytes.length) return false;
  const [left, right] = [masked({ address: own, bits }), masked({ address, bits })];
  return left.address.bytes.every((byte, index) => byte === right.address.bytes[index]);
}
