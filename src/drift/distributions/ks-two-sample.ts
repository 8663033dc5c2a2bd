/** The exact distribution of the two-sample Kolmogorov-Smirnov distance, by counting lattice paths. */

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
