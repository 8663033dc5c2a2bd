/** Distances that are differences of shares. */
import type { Shares } from './shares.js';

const differences = ({ reference, current }: Shares): number[] =>
  reference.map((share, index) => Math.abs(share - (current[index] as number)));

/** The largest difference of any share. */
export const lInfinity = (shares: Shares): number =>
  differences(shares).reduce((max, difference) => Math.max(max, difference), 0);

/** Half the sum of the differences: how much mass must change its bin. */
export const totalVariation = (shares: Shares): number =>
  differences(shares).reduce((sum, difference) => sum + difference, 0) / 2;
