/** The Jensen-Shannon distance. */
import { kullbackLeibler } from './kullback-leibler.js';
import { normalised, type Shares } from './shares.js';

/**
 * The root of the Jensen-Shannon divergence, from 0 to the root of ln 2, or to 1 in base 2. Shares of 0
 * are welcome.
 */
export function jensenShannon(
  shares: Shares,
  { base = Math.E }: { readonly base?: number } = {},
): number {
  const reference = normalised(shares.reference);
  const current = normalised(shares.current);
  const middle = reference.map((share, index) => (share + (current[index] as number)) / 2);
  const nats =
    kullbackLeibler({ reference, current: middle }) +
    kullbackLeibler({ reference: current, current: middle });
  return Math.sqrt(Math.max(0, nats) / 2 / Math.log(base));
}
