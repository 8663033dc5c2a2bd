/** Mean and variance of a sample. */

/** The mean; NaN of nothing. */
export function mean(sample: Float64Array): number {
  let sum = 0;
  for (const value of sample) sum += value;
  return sum / sample.length;
}

/** The sum of squared deviations from the mean. */
export function squaredDeviations(sample: Float64Array): number {
  const centre = mean(sample);
  let sum = 0;
  for (const value of sample) sum += (value - centre) ** 2;
  return sum;
}

/** The standard deviation of the sample taken as a whole population. */
export const populationDeviation = (sample: Float64Array): number =>
  Math.sqrt(squaredDeviations(sample) / sample.length);

/** The third standardised moment, taken as a whole population; NaN when all values are equal. */
export function skewness(sample: Float64Array): number {
  const centre = mean(sample);
  const deviation = populationDeviation(sample);
  let sum = 0;
  for (const value of sample) sum += ((value - centre) / deviation) ** 3;
  return sum / sample.length;
}
