/** MT19937, the generator below both numpy's legacy `RandomState` and Python's `random`. */

const words = 624;
const shift = 397;

/**
 * The 32-bit Mersenne Twister of Matsumoto and Nishimura (1998), with both of its seedings. What stands
 * on it reproduces published data to the bit; all else draws from `Random`.
 */
export class MersenneTwister {
  private readonly state = new Int32Array(words);
  private at = words;

  /** Seeds from one number of 32 bits: `init_genrand`. */
  seedNumber(seed: number): this {
    const { state } = this;
    state[0] = seed;
    for (let index = 1; index < words; index++) {
      const before = state[index - 1] as number;
      state[index] = Math.imul(1812433253, before ^ (before >>> 30)) + index;
    }
    this.at = words;
    return this;
  }

  /** Seeds from numbers of 32 bits: `init_by_array`. */
  seedArray(key: readonly number[]): this {
    this.seedNumber(19650218);
    const { state } = this;
    let index = 1;
    const step = (factor: number, plus: number): void => {
      const before = state[index - 1] as number;
      state[index] =
        ((state[index] as number) ^ Math.imul(before ^ (before >>> 30), factor)) + plus;
      if (++index < words) return;
      state[0] = state[words - 1] as number;
      index = 1;
    };
    for (let turn = 0; turn < Math.max(words, key.length); turn++) {
      const which = turn % key.length;
      step(1664525, (key[which] as number) + which);
    }
    for (let turn = 1; turn < words; turn++) step(1566083941, -index);
    state[0] = 0x80000000 | 0;
    return this;
  }

  /** The next 32 bits, as a number from 0. */
  next(): number {
    if (this.at === words) this.twist();
    let bits = this.state[this.at++] as number;
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return (bits ^ (bits >>> 18)) >>> 0;
  }

  /** A float in [0, 1) of 53 bits: `genrand_res53`. */
  float(): number {
    const high = this.next() >>> 5;
    return (high * 0x4000000 + (this.next() >>> 6)) / 0x20000000000000;
  }

  private twist(): void {
    const { state } = this;
    for (let index = 0; index < words - shift; index++) mix(state, index, index + shift);
    for (let index = words - shift; index < words - 1; index++) {
      mix(state, index, index + shift - words);
    }
    const bits = ((state[words - 1] as number) & 0x80000000) | ((state[0] as number) & 0x7fffffff);
    state[words - 1] = (state[shift - 1] as number) ^ (bits >>> 1) ^ (-(bits & 1) & 0x9908b0df);
    this.at = 0;
  }
}

function mix(state: Int32Array, index: number, other: number): void {
  const bits =
    ((state[index] as number) & 0x80000000) | ((state[index + 1] as number) & 0x7fffffff);
  state[index] = (state[other] as number) ^ (bits >>> 1) ^ (-(bits & 1) & 0x9908b0df);
}
