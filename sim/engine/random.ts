/** Named random streams: one seed, and a stream of its own for every component. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { mixText } from './hash.js';
import { hexCodes } from './hex.js';

/** A stream of random numbers that depends on nothing but the seed and its name. */
export class Random {
  /** Made at the first draw: many streams are only there to be forked, or in case of need. */
  private generator: RandomGenerator | undefined;

  constructor(
    private readonly seed: number,
    private readonly name = '',
  ) {}

  /** What the stream is made from: another thread makes the same one of it. */
  get origin(): { readonly seed: number; readonly name: string } {
    return { seed: this.seed, name: this.name };
  }

  /** The stream of this name: independent of this one, and of how much was drawn from it. */
  fork(name: string): Random {
    return new Random(this.seed, this.name === '' ? name : `${this.name}/${name}`);
  }

  /** A float in [0, 1), with 53 random bits. */
  float(): number {
    const generator = this.drawn();
    const high = generator.next() >>> 5;
    const low = generator.next() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  /** An integer in [0, bound). */
  integer(bound: number): number {
    return Math.floor(this.float() * bound);
  }

  /** A float in [from, to). */
  between(from: number, to: number): number {
    return from + (to - from) * this.float();
  }

  /** A draw from the normal distribution. */
  normal(mean = 0, standardDeviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.float()));
    return mean + standardDeviation * radius * Math.cos(2 * Math.PI * this.float());
  }

  /** A draw from the exponential distribution with this mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.float());
  }

  /** One of the items, which must not be empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)] as T;
  }

  /** The items in a random order. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let index = shuffled.length - 1; index > 0; index--) {
      const other = this.integer(index + 1);
      [shuffled[index], shuffled[other]] = [shuffled[other] as T, shuffled[index] as T];
    }
    return shuffled;
  }

  /** Characters from the alphabet that Kubernetes generates name suffixes from. */
  suffix(length = 5): string {
    let text = '';
    for (let index = 0; index < length; index++) {
      text += suffixAlphabet[this.integer(suffixAlphabet.length)] as string;
    }
    return text;
  }

  /** A version 4 UUID. */
  uuid(): string {
    const generator = this.drawn();
    let at = 0;
    for (let word = 0; word < 4; word++) {
      let bits = generator.next();
      if (word === 1) bits = (bits & ~0xf000) | 0x4000;
      if (word === 2) bits = (bits & ~0xc0000000) | 0x80000000;
      for (let shift = 28; shift >= 0; shift -= 4) {
        if (at === 8 || at === 13 || at === 18 || at === 23) uuidCodes[at++] = dashCode;
        uuidCodes[at++] = hexCodes[(bits >>> shift) & 15] as number;
      }
    }
    // One flat string: one that is put together from parts keeps all of them.
    return String.fromCharCode.apply(undefined, uuidCodes);
  }

  private drawn(): RandomGenerator {
    return (this.generator ??= xoroshiro128plus(mixText(this.seed, this.name)));
  }
}

const dashCode = '-'.charCodeAt(0);
/** The characters of the UUID that is made at the moment. */
const uuidCodes: number[] = new Array<number>(36).fill(dashCode);

/** @upstream k8s.io/apimachinery/pkg/util/rand alphanums */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';
