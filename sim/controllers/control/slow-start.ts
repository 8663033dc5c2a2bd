/** Does something many times in batches of 1, 2, 4, ... until one fails. @upstream pkg/controller/replicaset/replica_set.go slowStartBatch */
import type { Reconciliation } from '../../client/contract.js';
import type { Expectations } from './expectations.js';

/** What came of a slow start. */
export interface Batches<E> {
  readonly successes: number;
  /** How many were never tried, as a batch before them had a failure. */
  readonly skipped: number;
  /** The first error. */
  readonly error?: E;
}

/** Runs `once` for 0, 1, ... count - 1; it returns an error or undefined. A failed batch is finished, the next is not begun. */
export function* slowStart<E>(
  count: number,
  once: (index: number) => Reconciliation<E | undefined>,
): Reconciliation<Batches<E>> {
  let successes = 0;
  let done = 0;
  for (let size = 1; done < count; size *= 2) {
    let error: E | undefined;
    const end = Math.min(done + size, count);
    for (; done < end; done++) {
      const failure = yield* once(done);
      if (failure === undefined) successes++;
      else error ??= failure;
    }
    if (error !== undefined) return { successes, skipped: count - done, error };
  }
  return { successes, skipped: 0 };
}

/** The same for creations that a key expects to see: those that are never tried are not waited for. */
export function* slowCreations<E>(
  { expectations, key }: { readonly expectations: Expectations; readonly key: string },
  count: number,
  create: (index: number) => Reconciliation<E | undefined>,
): Reconciliation<Batches<E>> {
  const batches = yield* slowStart(count, create);
  for (let index = 0; index < batches.skipped; index++) expectations.creationSeen(key);
  return batches;
}
