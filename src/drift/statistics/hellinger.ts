/** The Hellinger distance. */
import type { Shares } from './shares.js';

/** The length of the difference of the roots of the shares, over the root of 2: from 0 to 1. */
export const hellinger = ({ reference, current }: Shares): number =>
  Math.sqrt(
    reference.reduce(
      (sum, share, index) => sum + (Math.sqrt(share) - Math.sqrt(current[index] as number)) ** 2,
      0,
    ),
  ) / Math.SQRT2;
