/** The generator gives what Go gives. */
import { describe, expect, it } from 'vitest';
import { cookedRegister } from './cooked.js';
import { GoRandom } from './go-random.js';

describe("Go's math/rand", () => {
  it('computes the table that Go ships', () => {
    const cooked = cookedRegister();
    expect(cooked).toHaveLength(607);
    expect(BigInt.asIntN(64, cooked[0] ?? 0n)).toBe(-4181792142133755926n);
    expect(BigInt.asIntN(64, cooked[606] ?? 0n)).toBe(4152330101494654406n);
  });

  it('draws the well-known first numbers of seed 1', () => {
    const random = new GoRandom(1);
    const drawn = Array.from({ length: 10 }, () => random.intn(100));
    expect(drawn).toEqual([81, 87, 47, 59, 81, 18, 25, 40, 56, 0]);
  });

  it('treats seeds as Go does: modulo 2^31 - 1, with a stand-in for 0', () => {
    const first = (seed: number): number => new GoRandom(seed).uint32();
    expect(first(0)).toBe(first(89_482_311));
    expect(first(-1)).toBe(first(2_147_483_646));
  });

  it('permutes and shuffles without losing anything', () => {
    const random = new GoRandom(7);
    expect(random.permutation(100).sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
    const items = [...Array(50).keys()];
    random.shuffle(items);
    expect([...items].sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(items).not.toEqual([...Array(50).keys()]);
  });
});
