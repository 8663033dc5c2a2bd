/** Stand-ins of IPv4 addresses: two that share a beginning still share one, so that ranges hold. */

/** Addresses that are nobody's. */
const everybodys = /^(0\.0\.0\.0|127\.|255\.|169\.254\.)/;

/** The addresses of one import. */
export class Addresses {
  /** By the beginning of an address: the next parts, in the order of their coming. */
  private readonly parts = new Map<string, Map<string, number>>();
  private readonly given = new Map<string, string>();

  /** What stands for an address or a range. */
  of(text: string): string {
    if (everybodys.test(text)) return text;
    const known = this.given.get(text);
    if (known !== undefined) return known;
    const [address = '', length] = text.split('/');
    const octets = address.split('.');
    if (octets.some(octet => Number(octet) > 255)) return text;
    const token = octets.map((octet, index) => {
      const before = octets.slice(0, index).join('.');
      const children = this.parts.get(before) ?? new Map<string, number>();
      this.parts.set(before, children);
      const isNetworkEnd = index === 3 && octet === '0';
      const number = children.get(octet) ?? (isNetworkEnd ? 0 : children.size + 1);
      children.set(octet, number);
      return index === 0 ? 9 + number : number;
    });
    const result = token.join('.') + (length === undefined ? '' : `/${length}`);
    this.given.set(text, result);
    return result;
  }

  /** Every address with what stands for it. */
  entries(): (readonly [string, string])[] {
    return [...this.given];
  }
}
