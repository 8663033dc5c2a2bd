/** The tail of the chi-square distribution. */
import { gammaTail } from './gamma.js';

/** The chance that a chi-square variable of so many degrees of freedom is at least `statistic`. */
export const chiSquareTail = (statistic: number, degrees: number): number =>
  gammaTail(degrees / 2, statistic / 2);
