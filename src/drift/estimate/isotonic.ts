/** Isotonic regression: the rising step function that is nearest to the data. */

/** The fitted function, as points between which it is linear. */
export interface Isotonic {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * Fits by pooling adjacent violators (Ayer and others 1955). Values of one x are averaged first; inner
 * points of a level stretch are left out, as in scikit-learn.
 */
export function fitIsotonic(x: ArrayLike<number>, y: ArrayLike<number>): Isotonic {
  const order = Uint32Array.from({ length: x.length }, (_, index) => index).sort(
    (a, b) => (x[a] as number) - (x[b] as number),
  );
  const points: { readonly x: number; y: number; weight: number }[] = [];
  for (const row of order) {
    const at = x[row] as number;
    const last = points.at(-1);
    if (last?.x === at) {
      last.y += y[row] as number;
      last.weight++;
    } else points.push({ x: at, y: y[row] as number, weight: 1 });
  }
  const levels = pooled(
    points.map(point => point.y),
    points.map(point => point.weight),
  );
  const kept = [...points.keys()].filter(index => isCorner(levels, index));
  return {
    x: Float64Array.from(kept, index => points[index]?.x ?? NaN),
    y: Float64Array.from(kept, index => levels[index] as number),
  };
}

/** The value at x: linear between points, level beyond the outer ones. */
export function predictIsotonic({ x, y }: Isotonic, at: number): number {
  let low = 0;
  let high = x.length - 1;
  if (!(at > (x[low] as number))) return y[low] as number;
  if (at >= (x[high] as number)) return y[high] as number;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((x[middle] as number) <= at) low = middle;
    else high = middle;
  }
  const slope =
    ((y[high] as number) - (y[low] as number)) / ((x[high] as number) - (x[low] as number));
  return slope * (at - (x[low] as number)) + (y[low] as number);
}

/** The level of each point, once all violators are pooled; sums and weights in the order of x. */
function pooled(sums: readonly number[], weights: readonly number[]): Float64Array {
  const blocks: { sum: number; weight: number; count: number }[] = [];
  sums.forEach((sum, index) => {
    let block = { sum, weight: weights[index] as number, count: 1 };
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (last.sum / last.weight < block.sum / block.weight) break;
      block = {
        sum: last.sum + block.sum,
        weight: last.weight + block.weight,
        count: last.count + block.count,
      };
      blocks.pop();
    }
    blocks.push(block);
  });
  const levels = new Float64Array(sums.length);
  let at = 0;
  for (const { sum, weight, count } of blocks) levels.fill(sum / weight, at, (at += count));
  return levels;
}

const isCorner = (levels: Float64Array, index: number): boolean =>
  index === 0 ||
  index === levels.length - 1 ||
  levels[index] !== levels[index - 1] ||
  levels[index] !== levels[index + 1];
