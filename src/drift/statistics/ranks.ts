/** Ranks of two samples in their pool, ties sharing the middle one. */
import { sorted } from './sorted.js';

/** The ranks, from 1, of each sample in ascending order. */
export interface PooledRanks {
  readonly reference: Float64Array;
  readonly current: Float64Array;
  /** The sum of t^3 - t over groups of t equal values. */
  readonly ties: number;
}

/** Ranks two samples together. */
export function pooledRanks(reference: Float64Array, current: Float64Array): PooledRanks {
  const a = sorted(reference);
  const b = sorted(current);
  const ranks = { reference: new Float64Array(a.length), current: new Float64Array(b.length) };
  let ofA = 0;
  let ofB = 0;
  let ties = 0;
  while (ofA < a.length || ofB < b.length) {
    const value = Math.min(a[ofA] ?? Infinity, b[ofB] ?? Infinity);
    const [fromA, fromB] = [ofA, ofB];
    while (a[ofA] === value) ofA++;
    while (b[ofB] === value) ofB++;
    const equal = ofA - fromA + ofB - fromB;
    const rank = fromA + fromB + (equal + 1) / 2;
    ranks.reference.fill(rank, fromA, ofA);
    ranks.current.fill(rank, fromB, ofB);
    ties += equal ** 3 - equal;
  }
  return { ...ranks, ties };
}
