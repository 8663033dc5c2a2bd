/** The gamma function's logarithm, and the tail of the gamma distribution. */

/** Stirling's series is used from here on, where eight terms leave nothing. */
const stirlingMin = 10;

/** B(2k) / (2k (2k - 1)): the coefficients of Stirling's series. */
const stirlingTerms = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
] as const;

/** What the logarithm of gamma has beyond (x - 1/2) ln x - x + ln(2 pi) / 2; for x of at least 10. */
export function stirlingRest(x: number): number {
  const square = 1 / (x * x);
  return stirlingTerms.reduceRight((sum, term) => sum * square + term, 0) / x;
}

/** ln gamma(x), for x above 0. */
export function logGamma(x: number): number {
  let product = 1;
  let shifted = x;
  for (; shifted < stirlingMin; shifted++) product *= shifted;
  const main = (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI);
  return main + stirlingRest(shifted) - Math.log(product);
}

const termsMax = 100_000;
const epsilon = 1e-17;

/**
 * The regularised upper incomplete gamma function: the chance that a gamma variable of shape `a` exceeds
 * `x`. A tail keeps its relative precision however small it is, which `1 - cdf` would lose.
 */
export function gammaTail(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - scale * seriesOf(a, x) : scale * fractionOf(a, x);
}

/** The power series, which is quick below the mean. */
function seriesOf(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < termsMax && term > sum * epsilon; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** The continued fraction, by Lentz's method, which is quick above the mean. */
function fractionOf(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < termsMax; n++) {
    const an = -n * (n - a);
    b += 2;
    d = an * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + an / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const change = d * c;
    value *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return value;
}
