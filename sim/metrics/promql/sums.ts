/** Sums that lose little: Kahan's, in Neumaier's form, as Prometheus has them. */

/** A sum with what rounding took from it. */
export class KahanSum {
  private sum = 0;
  private lost = 0;

  constructor(start = 0) {
    this.sum = start;
  }

  add(value: number): void {
    const total = this.sum + value;
    if (!Number.isFinite(total)) this.lost = 0;
    else if (Math.abs(this.sum) >= Math.abs(value)) this.lost += this.sum - total + value;
    else this.lost += value - total + this.sum;
    this.sum = total;
  }

  /** Adds another sum with what it lost, or takes it off. */
  addAll(other: KahanSum, sign: 1 | -1 = 1): void {
    this.add(sign * other.sum);
    if (other.lost !== 0) this.add(sign * other.lost);
  }

  copy(): KahanSum {
    const copy = new KahanSum(this.sum);
    copy.lost = this.lost;
    return copy;
  }

  multiply(factor: number): void {
    this.sum *= factor;
    this.lost *= factor;
  }

  divide(divisor: number): void {
    this.sum /= divisor;
    this.lost /= divisor;
  }

  get value(): number {
    return Number.isFinite(this.sum) ? this.sum + this.lost : this.sum;
  }
}

/** The sum of some numbers. */
export function sumOf(values: readonly number[]): number {
  const sum = new KahanSum();
  for (const value of values) sum.add(value);
  return sum.value;
}

/** The mean; where the sum would overflow it is followed step by step. */
export function meanOf(values: readonly number[]): number {
  const direct = sumOf(values);
  if (Number.isFinite(direct)) return direct / values.length;
  if (!values.every(Number.isFinite)) {
    // Infinities of both signs make NaN, as their sum does.
    return values.reduce((sum, value) => (Number.isFinite(value) ? sum : sum + value), 0);
  }
  const mean = new KahanSum();
  for (const value of values) mean.add(value / values.length);
  return mean.value;
}

/** The variance of all of them. @see Welford (1962) */
export function varianceOf(values: readonly number[]): number {
  const mean = new KahanSum();
  const squares = new KahanSum();
  let count = 0;
  for (const value of values) {
    count++;
    const delta = value - mean.value;
    mean.add(delta / count);
    squares.add(delta * (value - mean.value));
  }
  return squares.value / count;
}

/** The quantile of some numbers, between the two nearest. @see Prometheus' `quantile` */
export function quantileOf(share: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(share)) return NaN;
  if (share < 0) return -Infinity;
  if (share > 1) return Infinity;
  const ascending = [...values].sort(compareNumbers);
  const rank = share * (ascending.length - 1);
  const low = Math.max(0, Math.floor(rank));
  const high = Math.min(ascending.length - 1, low + 1);
  const weight = rank - Math.floor(rank);
  return (ascending[low] ?? NaN) * (1 - weight) + (ascending[high] ?? NaN) * weight;
}

/** Ascending; NaN is less than all. */
export function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  if (Number.isNaN(b)) return 1;
  return a < b ? -1 : Number(a > b);
}
