/** The population stability index. */
import type { Shares } from './shares.js';
import { countBelow, sorted } from './sorted.js';

/** The sum of (r - c) ln(r / c) over shares that are not 0 (see `withoutZeros`). */
export const populationStability = ({ reference, current }: Shares): number =>
  reference.reduce((sum, share, index) => {
    const other = current[index] as number;
    return sum + (share - other) * Math.log(share / other);
  }, 0);

/** No bin of the deciles has a smaller share. */
const shareMin = 0.0001;

/** The index over the deciles of the reference. */
export interface DecileStability {
  /** The different deciles within the range, between which the bins lie; the outer bins are open. */
  readonly innerEdges: readonly number[];
  readonly psi: number;
}

/** As banks compute it: bins at the deciles of the reference. Undefined when those make no two bins. */
export function stabilityOfDeciles(
  reference: Float64Array,
  current: Float64Array,
): DecileStability | undefined {
  const ascending = sorted(reference);
  // As numpy's linspace has them: 0.3 and a little more, which decides about values on an edge.
  const deciles = Array.from({ length: 11 }, (_, index) => quantile(ascending, index * 0.1));
  const innerEdges = deciles.filter((edge, index) => edge !== deciles[index - 1]).slice(1, -1);
  const shares = openShares(ascending, innerEdges);
  if (shares.length < 2) return undefined;
  const others = openShares(sorted(current), innerEdges);
  return { innerEdges, psi: populationStability({ reference: shares, current: others }) };
}

function openShares(ascending: Float64Array, edges: readonly number[]): number[] {
  const until = [...edges.map(edge => countBelow(ascending, edge)), ascending.length];
  return until.map((count, index) =>
    Math.max(shareMin, (count - (until[index - 1] ?? 0)) / ascending.length),
  );
}

/** The quantile of sorted values by linear interpolation, rounded as numpy does. */
function quantile(ascending: Float64Array, share: number): number {
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const [low, high] = [ascending[below] ?? NaN, ascending[below + 1] ?? ascending[below] ?? NaN];
  const rest = place - below;
  return rest >= 0.5 ? high - (high - low) * (1 - rest) : low + (high - low) * rest;
}
