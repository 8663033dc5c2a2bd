/** The families of vectors, in the order in which they are told. */
import type { VectorFamily } from '../family.js';
import { hpa } from './hpa.js';

/** All families that can be replayed. */
export const families: readonly VectorFamily[] = [
  hpa,
];
