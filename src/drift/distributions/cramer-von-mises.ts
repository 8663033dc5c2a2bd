/** The limit distribution of the Cramér-von Mises statistic. */

/** Terms are added until one is smaller than this, as in scipy, whose values then agree to the last digit. */
const termMin = 1e-7;
const termsMax = 1000;

/**
 * The chance that the statistic of infinite samples is at least `statistic`, by the series of Csörgő and
 * Faraway (1996). It is a difference from 1, and so no use below about 1e-10.
 */
export function cramerVonMisesTail(statistic: number): number {
  let below = 0;
  let ratio = Math.sqrt(Math.PI);
  for (let k = 0; k < termsMax; k++) {
    const odd = 4 * k + 1;
    const q = (odd * odd) / (16 * statistic);
    const scale = ratio / (Math.PI ** 1.5 * Math.sqrt(statistic));
    const term = scale * Math.sqrt(odd) * Math.exp(-2 * q) * scaledBesselQuarter(q);
    below += term;
    if (Math.abs(term) < termMin) break;
    ratio *= (k + 0.5) / (k + 1);
  }
  return Math.max(0, 1 - below);
}

/**
 * e^q times the modified Bessel function K of order 1/4: the integral of exp(-q (cosh t - 1)) cosh(t / 4),
 * by the trapezium rule, which converges faster than any power for such an integrand.
 */
function scaledBesselQuarter(q: number): number {
  const end = Math.acosh(1 + 745 / q);
  const steps = 400;
  const step = end / steps;
  let sum = 0.5;
  for (let n = 1; n <= steps; n++) {
    const t = n * step;
    sum += Math.exp(-2 * q * Math.sinh(t / 2) ** 2) * Math.cosh(t / 4);
  }
  return sum * step;
}
