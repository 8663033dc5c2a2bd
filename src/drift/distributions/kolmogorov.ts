/** The distribution of the one-sample Kolmogorov-Smirnov distance, for every size. */
import { logGamma } from './gamma.js';
import { durbinBelow } from './kolmogorov-durbin.js';
import { pelzGoodBelow } from './kolmogorov-pelz-good.js';

/**
 * The chance that the empirical distribution of `size` values lies at least `distance` from the true one.
 * The method follows the size and the distance as in Simard and L'Ecuyer (2011), with the limits that
 * scipy's `kstwo` has, so that the values agree with it; where scipy has Pomeranz's recursion the matrix
 * of Durbin gives the same exact value.
 */
export function kolmogorovTail(size: number, distance: number): number {
  const scaled = size * distance;
  if (distance >= 1) return 0;
  if (scaled <= 0.5) return 1;
  if (scaled <= 1) return 1 - smallest(size, scaled);
  if (scaled >= size - 1) return 2 * (1 - distance) ** size;
  if (distance >= 0.5) return clipped(2 * smirnovTail(size, distance));
  const squared = scaled * distance;
  if (size <= 140) {
    return squared <= 4
      ? clipped(1 - durbinBelow(size, distance))
      : clipped(2 * smirnovTail(size, distance));
  }
  if (squared >= 370) return 0;
  if (squared >= 2.2) return clipped(2 * smirnovTail(size, distance));
  const isDurbin = size <= 100_000 && size * distance ** 1.5 <= 1.4;
  return clipped(1 - (isDurbin ? durbinBelow : pelzGoodBelow)(size, distance));
}

const clipped = (chance: number): number => Math.min(1, Math.max(0, chance));

/** n! / n^n (2nd - 1)^n: the chance to lie below, for 1/2n < d <= 1/n (Ruben and Gambino). */
const smallest = (size: number, scaled: number): number =>
  Math.exp(logGamma(size + 1) - size * Math.log(size) + size * Math.log(2 * scaled - 1));

/** The one-sided chance, by the sum of Birnbaum and Tingey (1951), whose terms are all positive. */
function smirnovTail(size: number, distance: number): number {
  let logBinomial = 0;
  let sum = 0;
  const last = Math.floor(size * (1 - distance));
  for (let j = 0; j <= last; j++) {
    const below = distance + j / size;
    const above = 1 - below;
    if (above > 0) {
      sum += Math.exp(logBinomial + (j - 1) * Math.log(below) + (size - j) * Math.log(above));
    }
    logBinomial += Math.log((size - j) / (j + 1));
  }
  return distance * sum;
}
