/** The tail of the standard normal distribution. */
import { gammaTail } from './gamma.js';

/** The chance that a standard normal variable is at least `z`. */
export function normalTail(z: number): number {
  const half = gammaTail(0.5, (z * z) / 2) / 2;
  return z >= 0 ? half : 1 - half;
}

/** The chance that a standard normal variable is at least as far from 0 as `z`, on either side. */
export const normalTwoSided = (z: number): number => gammaTail(0.5, (z * z) / 2);
