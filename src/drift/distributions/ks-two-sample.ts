/** The distribution of the two-sample Kolmogorov-Smirnov distance: exact by lattice paths, or asymptotic. */
import { kolmogorovTail } from './kolmogorov.js';

/**
 * The chance that two samples of `size` values each lie at least `steps` / size apart. Exact: the
 * reflection sum of Gnedenko and Korolyuk (1951), nested so that nothing large is cancelled.
 */
export function ksEqualSizes(size: number, steps: number): number {
  if (steps <= 0) return 1;
  let sum = 0;
  for (let k = Math.floor(size / steps); k >= 0; k--) {
    let term = 1;
    for (let j = 0; j < steps; j++) {
      term *= (size - k * steps - j) / (size + k * steps + j + 1);
    }
    sum = term * (1 - sum);
  }
  return Math.min(1, Math.max(0, 2 * sum));
}

/** The chance that two samples of these sizes lie at least `distance` apart. Exact, for any sizes. */
export function ksExact(sizeA: number, sizeB: number, distance: number): number {
  const divisor = greatestCommonDivisor(sizeA, sizeB);
  const steps = Math.round((distance * sizeA * sizeB) / divisor);
  if (steps === 0) return 1;
  if (sizeA === sizeB) return ksEqualSizes(sizeA, steps);
  return pathsOutside(Math.max(sizeA, sizeB), Math.min(sizeA, sizeB), divisor, steps);
}

/** The same for large samples, as for one sample of the harmonic size, rounded half to even. */
export function ksAsymptotic(sizeA: number, sizeB: number, distance: number): number {
  const size = (sizeA * sizeB) / (sizeA + sizeB);
  const floor = Math.floor(size);
  const isUp = size - floor > 0.5 || (size - floor === 0.5 && floor % 2 === 1);
  return kolmogorovTail(isUp ? floor + 1 : floor, distance);
}

/**
 * Which share of the lattice paths from (0, 0) to (long, short) ever leaves the band of `steps` about the
 * diagonal: all orders in which two samples can mix are equally likely, and each is one such path.
 */
function pathsOutside(long: number, short: number, divisor: number, steps: number): number {
  const perLong = short / divisor;
  const perShort = long / divisor;
  const outside = new Float64Array(short + 1).fill(1);
  for (let i = 0; i <= long; i++) {
    const from = Math.max(0, Math.floor((perLong * i - steps) / perShort) + 1);
    const until = Math.min(short, Math.ceil((perLong * i + steps) / perShort) - 1);
    if (until < from) return 1;
    let before = from === 0 ? 0 : 1;
    for (let j = from; j <= until; j++) {
      before =
        i + j === 0 ? 0 : (i * (i === 0 ? 0 : (outside[j] as number)) + j * before) / (i + j);
      outside[j] = before;
    }
  }
  return outside[short] as number;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
