/** The maximum mean discrepancy with a Gaussian kernel. */

/** Squared distances are no smaller: equal values would else make a kernel of no width. */
const squareMin = 1e-30;

/**
 * The median heuristic: the root of half the median of the reference's squared pairwise distances, each
 * value's distance to itself left out.
 */
export function medianBandwidth(reference: Float64Array): number {
  const { length } = reference;
  const squares = new Float64Array((length * (length - 1)) / 2);
  let at = 0;
  for (let i = 1; i < length; i++) {
    for (let j = 0; j < i; j++) {
      const square = ((reference[i] as number) - (reference[j] as number)) ** 2;
      squares[at++] = Math.max(squareMin, square);
    }
  }
  squares.sort();
  const median = squares[Math.floor((squares.length - 1) / 2)] ?? squareMin;
  return Math.sqrt(median / 2);
}

/**
 * The unbiased estimate of the squared discrepancy (Gretton and others 2012) for the kernel
 * exp(-d^2 / (2 bandwidth^2)). It may be below 0. Each sample needs two values; takes a time of n m.
 */
export function discrepancySquared(
  reference: Float64Array,
  current: Float64Array,
  bandwidth: number,
): number {
  const factor = -1 / (2 * bandwidth * bandwidth);
  const kernel = (a: number, b: number): number => Math.exp(factor * (a - b) ** 2);
  return (
    meanWithin(reference, kernel) +
    meanWithin(current, kernel) -
    2 * meanBetween(reference, current, kernel)
  );
}

type Kernel = (a: number, b: number) => number;

function meanWithin(sample: Float64Array, kernel: Kernel): number {
  const { length } = sample;
  let sum = 0;
  for (let i = 1; i < length; i++) {
    for (let j = 0; j < i; j++) sum += kernel(sample[i] as number, sample[j] as number);
  }
  return (2 * sum) / (length * (length - 1));
}

function meanBetween(a: Float64Array, b: Float64Array, kernel: Kernel): number {
  let sum = 0;
  for (const first of a) for (const second of b) sum += kernel(first, second);
  return sum / (a.length * b.length);
}
