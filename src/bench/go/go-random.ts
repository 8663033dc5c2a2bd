/**
 * Go's math/rand, draw for draw: published experiments that were seeded with it can be repeated.
 * @upstream go/src/math/rand/rng.go, rand.go
 */
import { cookedRegister } from './cooked.js';
import { nextLehmer, registerLength, registerTap } from './lehmer.js';

let cooked: BigUint64Array | undefined;

/** The generator of one seed. */
export class GoRandom {
  private readonly register = new BigUint64Array(registerLength);
  private tap = 0;
  private feed = registerLength - registerTap;

  constructor(seed: number) {
    cooked ??= cookedRegister();
    const modulus = 2_147_483_647;
    let value = ((seed % modulus) + modulus) % modulus;
    if (value === 0) value = 89_482_311;
    for (let skipped = 0; skipped < 20; skipped++) value = nextLehmer(value);
    for (let index = 0; index < registerLength; index++) {
      let word = cooked[index] ?? 0n;
      for (const shift of [40n, 20n, 0n]) {
        value = nextLehmer(value);
        word ^= BigInt(value) << shift;
      }
      this.register[index] = word;
    }
  }

  /** The next 31 bits, as Int31 gives them. */
  int31(): number {
    return Math.floor(this.uint32() / 2);
  }

  /** The next 32 bits, as Uint32 gives them. */
  uint32(): number {
    return Number((this.uint64() >> 31n) & 0xffff_ffffn);
  }

  /** Throws so many draws away. */
  skip(draws: number): void {
    for (let draw = 0; draw < draws; draw++) this.uint64();
  }

  /** A whole number in [0, bound), as Intn gives it for bounds below 2^31. */
  intn(bound: number): number {
    if ((bound & (bound - 1)) === 0) return this.int31() & (bound - 1);
    const most = 0x7fff_ffff - (0x8000_0000 % bound);
    let value = this.int31();
    while (value > most) value = this.int31();
    return value % bound;
  }

  /** Shuffles in place, as Shuffle does. */
  shuffle<T>(items: T[]): void {
    for (let index = items.length - 1; index > 0; index--) {
      const other = this.lemire(index + 1);
      [items[index], items[other]] = [items[other] as T, items[index] as T];
    }
  }

  /** A permutation of 0 to count - 1, as Perm gives it. */
  permutation(count: number): number[] {
    const places: number[] = [];
    for (let index = 0; index < count; index++) {
      const other = this.intn(index + 1);
      places[index] = places[other] ?? 0;
      places[other] = index;
    }
    return places;
  }

  /** @upstream int31n */
  private lemire(bound: number): number {
    const wide = BigInt(bound);
    let product = BigInt(this.uint32()) * wide;
    let low = Number(product & 0xffff_ffffn);
    if (low < bound) {
      const threshold = (0x1_0000_0000 - bound) % bound;
      while (low < threshold) {
        product = BigInt(this.uint32()) * wide;
        low = Number(product & 0xffff_ffffn);
      }
    }
    return Number(product >> 32n);
  }

  private uint64(): bigint {
    this.tap = (this.tap === 0 ? registerLength : this.tap) - 1;
    this.feed = (this.feed === 0 ? registerLength : this.feed) - 1;
    this.register[this.feed] = (this.register[this.feed] ?? 0n) + (this.register[this.tap] ?? 0n);
    return this.register[this.feed] ?? 0n;
  }
}
