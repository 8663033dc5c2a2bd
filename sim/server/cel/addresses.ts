/** URLs and IP addresses in CEL. @upstream apiserver/pkg/cel/library/{urls,ip,cidr}.go */
import {
  celFunc,
  celList,
  celMap,
  celMethod,
  CelScalar,
  type CelFunc,
  type CelValue,
} from '@bufbuild/cel';
import ipaddr from 'ipaddr.js';
import { Opaque, unwrapped, wrapped } from './values.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A URL. */
class CelUrl extends Opaque {
  readonly typeName = 'kubernetes.URL';

  constructor(readonly url: URL) {
    super();
  }
}

/** An IP address. */
class CelIp extends Opaque {
  readonly typeName = 'net.IP';

  constructor(readonly address: Address) {
    super();
  }
}

/** A range of IP addresses. */
class CelCidr extends Opaque {
  readonly typeName = 'net.CIDR';

  constructor(
    readonly address: Address,
    readonly prefix: number,
  ) {
    super();
  }
}

const { DYN, BOOL, INT, STRING } = CelScalar;

function parseUrl(text: string): URL | undefined {
  if (text.startsWith('/')) return new URL(text, 'relative:///');
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function parseIp(text: string): Address | undefined {
  if (text.includes('%') || /^0\d|\.0\d/.test(text)) return undefined;
  const isFull = text.includes(':') || text.split('.').length === 4;
  return isFull && ipaddr.isValid(text) ? ipaddr.parse(text) : undefined;
}

function parseCidr(text: string): CelCidr | undefined {
  const [address, prefix, ...rest] = text.split('/');
  const parsed = parseIp(address ?? '');
  if (parsed === undefined || rest.length > 0 || !/^\d{1,3}$/.test(prefix ?? '')) return undefined;
  const bits = Number(prefix);
  return bits > parsed.toByteArray().length * 8 ? undefined : new CelCidr(parsed, bits);
}

function of<T extends Opaque>(value: CelValue, type: abstract new (...args: never[]) => T): T {
  const found = unwrapped(value, type);
  if (found === undefined) throw new Error('no such overload');
  return found;
}

function urlPart(part: (url: URL) => string) {
  return function (this: CelValue) {
    const { url } = of(this, CelUrl);
    return part(url);
  };
}

function isRelative({ protocol }: URL): boolean {
  return protocol === 'relative:';
}

function containsAddress(range: CelCidr, address: Address): boolean {
  return range.address.kind() === address.kind() && address.match(range.address, range.prefix);
}

const urlFunctions: readonly CelFunc[] = [
  celFunc('isURL', [STRING], BOOL, text => parseUrl(text) !== undefined),
  celFunc('url', [STRING], DYN, text => {
    const url = parseUrl(text);
    if (url === undefined)
      throw new Error(`URL parse error during conversion from string: ${text}`);
    return wrapped(new CelUrl(url));
  }),
  celMethod(
    'getScheme',
    DYN,
    [],
    STRING,
    urlPart(url => (isRelative(url) ? '' : url.protocol.slice(0, -1))),
  ),
  celMethod(
    'getHost',
    DYN,
    [],
    STRING,
    urlPart(url => url.host),
  ),
  celMethod(
    'getHostname',
    DYN,
    [],
    STRING,
    urlPart(url => url.hostname.replace(/^\[|\]$/g, '')),
  ),
  celMethod(
    'getPort',
    DYN,
    [],
    STRING,
    urlPart(url => url.port),
  ),
  celMethod(
    'getEscapedPath',
    DYN,
    [],
    STRING,
    urlPart(url => url.pathname),
  ),
  celMethod('getQuery', DYN, [], DYN, function () {
    const { url } = of(this, CelUrl);
    const keys = [...new Set(url.searchParams.keys())];
    return celMap(new Map(keys.map(key => [key, celList(url.searchParams.getAll(key))])));
  }),
];

/** The functions of URLs and addresses. */
export const addressFunctions: readonly CelFunc[] = [
  ...urlFunctions,
  celFunc('isIP', [STRING], BOOL, text => parseIp(text) !== undefined),
  celFunc('isCIDR', [STRING], BOOL, text => parseCidr(text) !== undefined),
  celFunc('ip', [STRING], DYN, text => {
    const address = parseIp(text);
    if (address === undefined)
      throw new Error(
        `IP Address ${JSON.stringify(text)} parse error during conversion from string`,
      );
    return wrapped(new CelIp(address));
  }),
  celFunc('cidr', [STRING], DYN, text => {
    const range = parseCidr(text);
    if (range === undefined)
      throw new Error(`network address parse error during conversion from string: ${text}`);
    return wrapped(range);
  }),
  celFunc('ip.isCanonical', [STRING], BOOL, text => parseIp(text)?.toString() === text),
  celMethod('family', DYN, [], INT, function () {
    return of(this, CelIp).address.kind() === 'ipv4' ? 4n : 6n;
  }),
  celMethod('isLoopback', DYN, [], BOOL, function () {
    return of(this, CelIp).address.range() === 'loopback';
  }),
  celMethod('isUnspecified', DYN, [], BOOL, function () {
    return of(this, CelIp).address.range() === 'unspecified';
  }),
  celMethod('isGlobalUnicast', DYN, [], BOOL, function () {
    const range = of(this, CelIp).address.range();
    return !['loopback', 'unspecified', 'multicast', 'linkLocal', 'broadcast'].includes(range);
  }),
  celMethod('containsIP', DYN, [DYN], BOOL, function (other) {
    const address = typeof other === 'string' ? parseIp(other) : of(other, CelIp).address;
    if (address === undefined)
      throw new Error('IP Address parse error during conversion from string');
    return containsAddress(of(this, CelCidr), address);
  }),
  celMethod('containsCIDR', DYN, [DYN], BOOL, function (other) {
    const range = typeof other === 'string' ? parseCidr(other) : of(other, CelCidr);
    if (range === undefined)
      throw new Error('network address parse error during conversion from string');
    const own = of(this, CelCidr);
    return range.prefix >= own.prefix && containsAddress(own, range.address);
  }),
  celMethod('prefixLength', DYN, [], INT, function () {
    return BigInt(of(this, CelCidr).prefix);
  }),
  celMethod('ip', DYN, [], DYN, function () {
    return wrapped(new CelIp(of(this, CelCidr).address));
  }),
];
