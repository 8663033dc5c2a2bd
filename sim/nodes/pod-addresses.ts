/** The addresses of a node's pods: what the host-local IPAM plug-in does. */
import { LateSet } from '../engine/late-map.js';
import { invariant } from '../engine/invariant.js';

/** Hands out the addresses of one IPv4 range, in order, each again only after all others. */
export class PodAddresses {
  private readonly base: number;
  private readonly count: number;
  private readonly taken = new LateSet<number>();
  private last = 1;

  /** The network's own, the gateway's and the broadcast address are not handed out. */
  constructor(cidr: string) {
    const [address = '', bits = ''] = cidr.split('/');
    const octets = address.split('.').map(Number);
    invariant(octets.length === 4 && Number(bits) <= 30, `${cidr} is an IPv4 range for pods`);
    this.base = octets.reduce((sum, octet) => sum * 256 + octet, 0);
    this.count = 2 ** (32 - Number(bits));
  }

  take(): string {
    for (let tried = 0; tried < this.count; tried++) {
      this.last = this.last >= this.count - 2 ? 2 : this.last + 1;
      if (this.taken.has(this.last)) continue;
      this.taken.add(this.last);
      return this.text(this.base + this.last);
    }
    invariant(false, 'the range of a node has room for its pods');
  }

  giveBack(ip: string): void {
    this.taken.delete(this.offsetOf(ip));
  }

  /** Keeps an address that somebody has already; one of another range is nobody's concern. */
  reserve(ip: string): void {
    const offset = this.offsetOf(ip);
    if (offset > 0 && offset < this.count) this.taken.add(offset);
  }

  private offsetOf(ip: string): number {
    return ip.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0) - this.base;
  }

  private text(value: number): string {
    return [24, 16, 8, 0].map(shift => Math.floor(value / 2 ** shift) % 256).join('.');
  }
}
