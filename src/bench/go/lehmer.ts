/** What Go's generator and its table share. @upstream go/src/math/rand/rng.go */

/** How many words the generator remembers. */
export const registerLength = 607;

/** How far behind the other word lies that is added. */
export const registerTap = 273;

/** The next number of the small generator that fills the register: 48271 x modulo 2^31 - 1. */
export function nextLehmer(value: number): number {
  return (value * 48_271) % 2_147_483_647;
}
