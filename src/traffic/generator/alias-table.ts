/** Draws an index by weight in constant time. */
import type { Random } from '../../../sim/engine/random.js';

/** The alias method (Walker 1977, as Vose 1991 builds it). */
export class AliasTable {
  private readonly chance: Float64Array;
  private readonly other: Int32Array;

  /** @param weights - none negative, and not all of them 0 */
  constructor(weights: Float64Array) {
    const size = weights.length;
    const mean = weights.reduce((a, b) => a + b, 0) / size;
    this.chance = weights.map(weight => weight / mean);
    this.other = Int32Array.from({ length: size }, (_, index) => index);
    const scarce: number[] = [];
    const ample: number[] = [];
    this.chance.forEach((chance, index) => (chance < 1 ? scarce : ample).push(index));
    for (let poor = scarce.pop(); poor !== undefined; poor = scarce.pop()) {
      const rich = ample.at(-1);
      // Rounding may leave a place with a chance that is not quite 1, and nobody to fill it up.
      if (rich === undefined) {
        this.chance[poor] = 1;
        continue;
      }
      this.other[poor] = rich;
      const left = (this.chance[rich] as number) - (1 - (this.chance[poor] as number));
      this.chance[rich] = left;
      if (left >= 1) continue;
      ample.pop();
      scarce.push(rich);
    }
  }

  draw(random: Random): number {
    const place = random.float() * this.chance.length;
    const index = Math.floor(place);
    return place - index < (this.chance[index] as number) ? index : (this.other[index] as number);
  }
}
