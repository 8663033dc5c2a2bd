/** The tails of Student's t distribution, by the incomplete beta function. */
import { logGamma, stirlingRest } from './gamma.js';

/** The chance that a t variable of so many degrees of freedom is as far from 0 as `t`, on either side. */
export function studentTwoSided(t: number, degrees: number): number {
  if (t === 0) return 1;
  if (Math.abs(t) === Infinity) return 0;
  const ratio = (t * t) / degrees;
  const a = degrees / 2;
  const logFactor = -a * Math.log1p(ratio) + 0.5 * Math.log(ratio / (1 + ratio)) - logBetaHalf(a);
  const x = 1 / (1 + ratio);
  return x < (a + 1) / (a + 2.5)
    ? (Math.exp(logFactor) * betaFraction(x, a, 0.5)) / a
    : 1 - (Math.exp(logFactor) * betaFraction(ratio / (1 + ratio), 0.5, a)) / 0.5;
}

/** ln B(a, 1/2). For large `a` the two gammas nearly cancel, so their difference is taken by hand. */
function logBetaHalf(a: number): number {
  const logGammaHalf = 0.5 * Math.log(Math.PI);
  if (a < 10) return logGamma(a) + logGammaHalf - logGamma(a + 0.5);
  const rest = stirlingRest(a) - stirlingRest(a + 0.5);
  return logGammaHalf + rest + 0.5 - 0.5 * Math.log(a) - a * Math.log1p(0.5 / a);
}

const termsMax = 100_000;

/** The continued fraction of the incomplete beta function, by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < termsMax; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return value;
}
