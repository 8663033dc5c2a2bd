/** The Kullback-Leibler divergence. */
import { normalised, type Shares } from './shares.js';

/** The sum of r ln(r / c) of the normalised shares, in nats; terms of r = 0 are 0. */
export function kullbackLeibler(shares: Shares): number {
  const current = normalised(shares.current);
  return normalised(shares.reference).reduce((sum, share, index) => {
    return share === 0 ? sum : sum + share * Math.log(share / (current[index] as number));
  }, 0);
}
