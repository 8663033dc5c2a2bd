/** The first Wasserstein distance: how far, on average, mass must be moved. */
import { integrateGap } from './distribution-gap.js';
import { populationDeviation } from './moments.js';

/** The area between the two empirical distributions, in the unit of the values. */
export const wasserstein = (reference: Float64Array, current: Float64Array): number =>
  integrateGap(reference, current, Math.abs);

/** Evidently divides by no less than this. */
const deviationMin = 0.001;

/** The distance in standard deviations of the reference (of the population), as Evidently norms it. */
export const wassersteinNormed = (reference: Float64Array, current: Float64Array): number =>
  wasserstein(reference, current) / Math.max(populationDeviation(reference), deviationMin);
