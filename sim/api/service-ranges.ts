/** Which ranges of services' addresses hold what. @upstream pkg/api/servicecidr/servicecidr.go */
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Whether the range can give the address away: its own and, of IPv4, the last stay with the network. */
export function givesAddress(range: string, text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  const [base, bits] = ipaddr.parseCIDR(range);
  if (!isWithin(address, base, bits)) return false;
  if (address.kind() === 'ipv6') {
    return !isSame(address, ipaddr.IPv6.networkAddressFromCIDR(range));
  }
  return (
    !isSame(address, ipaddr.IPv4.networkAddressFromCIDR(range)) &&
    !isSame(address, ipaddr.IPv4.broadcastAddressFromCIDR(range))
  );
}

/** Whether the first range is as wide as the second, or wider, and has all of it. */
export function holdsRange(outer: string, inner: string): boolean {
  const [base, bits] = ipaddr.parseCIDR(outer);
  const [address, innerBits] = ipaddr.parseCIDR(inner);
  return bits <= innerBits && isWithin(address, base, bits);
}

function isWithin(address: Address, base: Address, bits: number): boolean {
  return address.kind() === base.kind() && address.match(base, bits);
}

function isSame(left: Address, right: Address): boolean {
  return left.toString() === right.toString();
}
