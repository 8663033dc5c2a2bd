/**
 * What Go says of texts that are no addresses.
 * @upstream go net/netip (ParseAddr, ParsePrefix)
 */
import { goQuote } from '../../../api/go-text.js';
import { parseAddress } from '../../policy/address.js';

/** What is wrong with an address; undefined: nothing. */
export function addressError(text: string): string | undefined {
  const [bare = ''] = text.split('%', 1);
  const isZoned = text.includes('%') && text.includes(':') && !text.endsWith('%');
  if (parseAddress(isZoned ? bare : text) !== undefined) return undefined;
  return `ParseAddr(${goQuote(text)}): ${what(text)}`;
}

function what(text: string): string {
  const first = /[.:%]/u.exec(text)?.[0];
  if (first === undefined) return 'unable to parse IP';
  if (first === '%') return 'missing IPv6 address';
  return first === '.' ? fourError(text) : 'unable to parse IP';
}

/** As Go reads an address of IPv4, from left to right. */
function fourError(text: string): string {
  let digits = '';
  let fields = 0;
  for (const [index, character] of [...text].entries()) {
    const at = `(at ${goQuote(text.slice(index))})`;
    if (character === '.') {
      if (digits === '' || index === text.length - 1) {
        return `IPv4 field must have at least one digit ${at}`;
      }
      if (fields === 3) return 'IPv4 address too long';
      fields += 1;
      digits = '';
    } else if (/\d/u.test(character)) {
      if (digits === '0') return 'IPv4 field has octet with leading zero';
      digits += character;
      if (Number(digits) > 255) return 'IPv4 field has value >255';
    } else {
      return `unexpected character ${at}`;
    }
  }
  return 'IPv4 address too short';
}

/** What is wrong with a block of addresses; undefined: nothing. */
export function prefixError(text: string): string | undefined {
  const slash = text.lastIndexOf('/');
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)];
  const error = addressError(address) ?? zoneError(address) ?? bitsError(address, bits);
  return error && `netip.ParsePrefix(${goQuote(text)}): ${error}`;
}

function zoneError(address: string): string | undefined {
  return address.includes('%') ? 'IPv6 zones cannot be present in a prefix' : undefined;
}

function bitsError(address: string, bits: string): string | undefined {
  const isNumber = /^(?:\d|[1-9]\d+)$/u.test(bits);
  if (!isNumber) return `bad bits after slash: ${goQuote(bits)}`;
  const most = address.includes(':') ? 128 : 32;
  const number = Number(bits);
  return number < 0 || number > most ? 'prefix length out of range' : undefined;
}
