/** URLs, IP addresses and ranges of them. @upstream apiserver/pkg/cel/library/{urls,ip,cidr}.go */
import { goQuote } from '../../go-text.js';
import { Opaque, noOverload, type CelKey, type CelValue } from '../values.js';
import {
  addressText,
  contains,
  isMapped,
  masked,
  parseAddress,
  parsePrefix,
  type Address,
  type Prefix,
} from './addresses.js';
import { fail, objectIn, textIn, type CelFunction, type CelFunctions } from './function.js';
import {
  escapedPath,
  hostnameOf,
  parseUrl,
  portOf,
  queryOf,
  requestUriError,
  type GoUrl,
} from './urls.js';

/** A URL. */
class CelUrl extends Opaque {
  readonly typeName = 'kubernetes.URL';

  constructor(
    readonly url: GoUrl,
    readonly text: string,
  ) {
    super();
  }

  override equals(other: Opaque): boolean {
    return other instanceof CelUrl && other.text === this.text;
  }
}

/** An IP address. */
export class Ip extends Opaque {
  readonly typeName = 'net.IP';

  constructor(readonly address: Address) {
    super();
  }

  get text(): string {
    return addressText(this.address);
  }

  get bytesLength(): number {
    return this.address.bytes.length;
  }

  override equals(other: Opaque): boolean {
    return other instanceof Ip && other.text === this.text;
  }
}

/** A range of IP addresses. */
export class Cidr extends Opaque {
  readonly typeName = 'net.CIDR';

  constructor(readonly prefix: Prefix) {
    super();
  }

  get text(): string {
    return `${addressText(this.prefix.address)}/${this.prefix.bits}`;
  }

  get bytesLength(): number {
    return Math.ceil(this.prefix.bits / 8);
  }

  override equals(other: Opaque): boolean {
    return other instanceof Cidr && other.text === this.text;
  }
}

function ipFrom(text: string): Ip | { readonly error: string } {
  const address = parseAddress(text);
  if ('error' in address) {
    const place = `IP Address ${goQuote(text)} parse error during conversion from string`;
    return { error: `${place}: ${address.error}` };
  }
  if (address.zone !== '') {
    return { error: `IP address ${goQuote(text)} with zone value is not allowed` };
  }
  if (!isMapped(address)) return new Ip(address);
  return { error: `IPv4-mapped IPv6 address ${goQuote(text)} is not allowed` };
}

const parseFault = 'network address parse error during conversion from string';

function cidrFrom(text: string): Cidr | { readonly error: string } {
  const prefix = parsePrefix(text);
  if ('error' in prefix) return { error: `${parseFault}: ${prefix.error}` };
  if (!isMapped(prefix.address)) return new Cidr(prefix);
  return { error: `IPv4-mapped IPv6 address ${goQuote(text)} is not allowed` };
}

function urlPart(part: (url: GoUrl) => string): CelFunction {
  return value => part(objectIn(value, CelUrl).url);
}

function test(is: (address: Address) => boolean): CelFunction {
  return value => is(objectIn(value, Ip).address);
}

function isLoopback({ bytes }: Address): boolean {
  if (bytes.length === 4) return bytes[0] === 127;
  return bytes.every((byte, index) => byte === (index === 15 ? 1 : 0));
}

function isUnspecified({ bytes }: Address): boolean {
  return bytes.every(byte => byte === 0);
}

function isMulticast({ bytes }: Address): boolean {
  const [first = 0] = bytes;
  return bytes.length === 4 ? first >> 4 === 14 : first === 255;
}

function isLinkLocalMulticast({ bytes }: Address): boolean {
  const [first = 0, second = 0, third = 0] = bytes;
  if (bytes.length === 4) return first === 224 && second === 0 && third === 0;
  return first === 255 && (second & 15) === 2;
}

function isLinkLocalUnicast({ bytes }: Address): boolean {
  const [first = 0, second = 0] = bytes;
  if (bytes.length === 4) return first === 169 && second === 254;
  return first === 254 && (second & 0xc0) === 0x80;
}

function isGlobalUnicast(address: Address): boolean {
  const isBroadcast = address.bytes.every(byte => byte === 255) && address.bytes.length === 4;
  return !(
    isBroadcast ||
    isUnspecified(address) ||
    isLoopback(address) ||
    isMulticast(address) ||
    isLinkLocalUnicast(address)
  );
}

/** A text is read first; one that cannot be read fits no function. */
function containsIp(value?: CelValue, other?: CelValue): boolean {
  const ip = typeof other === 'string' ? ipFrom(other) : objectIn(other, Ip);
  const { prefix } = objectIn(value, Cidr);
  return 'error' in ip ? noOverload() : contains(prefix, ip.address);
}

function containsCidr(value?: CelValue, other?: CelValue): boolean {
  const inner = typeof other === 'string' ? cidrFrom(other) : objectIn(other, Cidr);
  const { prefix } = objectIn(value, Cidr);
  if ('error' in inner) return fail(`${parseFault}: ${inner.error}`);
  return prefix.bits <= inner.prefix.bits && contains(prefix, inner.prefix.address);
}

function ip(value?: CelValue): CelValue {
  if (value instanceof Cidr) return new Ip(value.prefix.address);
  const found = ipFrom(textIn(value));
  return 'error' in found ? fail(found.error) : found;
}

function url(value?: CelValue): CelValue {
  const text = textIn(value);
  const error = requestUriError(text);
  const parsed = error === undefined ? parseUrl(text) : {};
  if (parsed.url !== undefined) return new CelUrl(parsed.url, text);
  return fail(`URL parse error during conversion from string: ${error ?? ''}`);
}

/** The functions. */
export const network: CelFunctions = {
  url,
  isURL: text => requestUriError(textIn(text)) === undefined,
  getScheme: urlPart(({ scheme }) => scheme),
  getHost: urlPart(({ host }) => host),
  getHostname: urlPart(({ host }) => hostnameOf(host)),
  getPort: urlPart(({ host }) => portOf(host)),
  getEscapedPath: urlPart(({ path }) => escapedPath(path)),
  getQuery: value => new Map<CelKey, CelValue>(queryOf(objectIn(value, CelUrl).url.query)),
  ip,
  isIP: text => !('error' in ipFrom(textIn(text))),
  'ip.isCanonical': text => {
    const found = ipFrom(textIn(text));
    return 'error' in found ? fail(found.error) : found.text === text;
  },
  family: value => (objectIn(value, Ip).address.bytes.length === 4 ? 4n : 6n),
  isUnspecified: test(isUnspecified),
  isLoopback: test(isLoopback),
  isLinkLocalMulticast: test(isLinkLocalMulticast),
  isLinkLocalUnicast: test(isLinkLocalUnicast),
  isGlobalUnicast: test(isGlobalUnicast),
  cidr: text => {
    const found = cidrFrom(textIn(text));
    return 'error' in found ? fail(`${parseFault}: ${found.error}`) : found;
  },
  isCIDR: text => !('error' in cidrFrom(textIn(text))),
  containsIP: containsIp,
  containsCIDR: containsCidr,
  prefixLength: value => BigInt(objectIn(value, Cidr).prefix.bits),
  masked: value => new Cidr(masked(objectIn(value, Cidr).prefix)),
};
