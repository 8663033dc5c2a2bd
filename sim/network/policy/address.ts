/** Addresses and ranges of them as numbers, so that a packet's address is compared in no time. */
import ipaddr from 'ipaddr.js';

/** An address: IPv4 as a number of 32 bits, IPv6 as one of 128. */
export type Address = number | bigint;

/** Reads an address; undefined when the text is none. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(':')) return ipaddr.IPv6.isValid(text) ? sixOf(text) : undefined;
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function sixOf(text: string): bigint {
  return ipaddr.IPv6.parse(text).parts.reduce((sum, part) => (sum << 16n) | BigInt(part), 0n);
}

/** The address as text; `nowhere` for what is none. */
export function addressText(address: Address): string {
  if (typeof address === 'number') {
    if (address < 0) return 'nowhere';
    return [24, 16, 8, 0].map(shift => (address >>> shift) & 255).join('.');
  }
  const bytes = Array.from({ length: 16 }, (_, index) =>
    Number((address >> BigInt(8 * (15 - index))) & 255n),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

/** Whether the range holds the address; never across the families. */
export type Range = (address: Address) => boolean;

const nothing: Range = () => false;

/** The addresses of a CIDR; a text that is none holds nothing. Bits beyond the prefix do not count. */
export function rangeOf(cidr: string): Range {
  const slash = cidr.lastIndexOf('/');
  const base = parseAddress(cidr.slice(0, slash));
  const bits = Number(cidr.slice(slash + 1));
  if (slash < 0 || base === undefined || !Number.isInteger(bits) || bits < 0) return nothing;
  if (typeof base === 'bigint') {
    if (bits > 128) return nothing;
    const shift = BigInt(128 - bits);
    const prefix = base >> shift;
    return address => typeof address === 'bigint' && address >> shift === prefix;
  }
  if (bits > 32) return nothing;
  // A shift by 32 is none at all in JavaScript, so the mask of the whole world is spelled out.
  const mask = bits === 0 ? 0 : -1 << (32 - bits);
  const prefix = base & mask;
  return address => typeof address === 'number' && (address & mask) === prefix;
}
