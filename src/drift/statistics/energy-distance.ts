/** The energy distance of two samples. */
import { integrateGap } from './distribution-gap.js';

/** The root of twice the integral of the squared gap between the distributions (Székely 2003). */
export const energyDistance = (reference: Float64Array, current: Float64Array): number =>
  Math.sqrt(2 * integrateGap(reference, current, gap => gap * gap));
