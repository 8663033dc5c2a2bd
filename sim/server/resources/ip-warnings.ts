/** What is said of addresses that are written in an odd way. @upstream apimachinery/pkg/util/validation/ip.go */
import { addressText, networkText, parseAddress, parseNetwork } from './validation/ip.js';

/** Of an address. */
export function ipWarnings(path: string, value: string): readonly string[] {
  const parsed = parseAddress(value);
  if (!parsed.isOk) return [];
  const text = addressText(parsed.value);
  if (parsed.hasLeadingZeros || parsed.value.isMapped) {
    return [`${path}: non-standard IP address "${value}" is invalid: use "${text}"`];
  }
  if (!value.includes(':') || text === value) return [];
  return [`${path}: IPv6 address "${value}" should be in RFC 5952 canonical format ("${text}")`];
}

/** Of a network. */
export function cidrWarnings(path: string, value: string): readonly string[] {
  const network = parseNetwork(value);
  if (network === undefined) return [];
  const address = parseAddress(value.slice(0, value.indexOf('/')));
  const text = networkText(network);
  const warnings: string[] = [];
  const own = addressText(network.address);
  if (text !== `${own}/${network.bits}`) {
    const single = `${own}/${network.address.groups.length * 16}`;
    warnings.push(
      `${path}: CIDR value "${value}" is ambiguous in this context (should be "${text}" or "${single}"?)`,
    );
  }
  const isOdd = address.isOk && (address.hasLeadingZeros || address.value.isMapped);
  if (isOdd || /\/0\d/.test(value)) {
    warnings.push(`${path}: non-standard CIDR value "${value}" is invalid: use "${text}"`);
  }
  if (warnings.length === 0 && value.includes(':') && text !== value) {
    warnings.push(
      `${path}: IPv6 CIDR value "${value}" should be in RFC 5952 canonical format ("${text}")`,
    );
  }
  return warnings;
}
