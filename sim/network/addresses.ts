/** Tells addresses from names. */

const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Whether the host is an address already. */
export function isAddress(host: string): boolean {
  return ipv4.test(host) || host.includes(':');
}

/** Whether the address is the program's own host: with containers, its pod. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
