/** Work is waited for as long as it is wanted. */
import { expect, it } from 'vitest';
import { laws } from '../laws/index.js';
import { voyagePlans } from '../arbitraries/plans.js';
import { explore } from './explore.js';
import type { Fleet } from './fleet.js';
import { unlessOver, whenAny } from './unless-over.js';

const never = new Promise<object>(() => undefined);

it('gives what came of work, and nothing once nobody wants it', async () => {
  const stop = new AbortController();
  expect(await unlessOver(Promise.resolve({ a: 1 }), stop.signal)).toEqual({ a: 1 });
  const waiting = unlessOver(never, stop.signal);
  stop.abort();
  expect(await waiting).toBeUndefined();
  expect(await unlessOver(Promise.reject(new Error('late')), stop.signal)).toBeUndefined();
  expect(whenAny([undefined, stop.signal]).aborted).toBe(true);
});

it('ends a search in the middle of a voyage', async () => {
  const stop = new AbortController();
  let sailing = 0;
  const fleet: Fleet = {
    size: 2,
    sail() {
      if (++sailing === 3) stop.abort();
      return never as never;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const options = { plans: voyagePlans(), laws, seed: 1, fleet, signal: stop.signal };
  expect(await explore(options)).toMatchObject({ end: 'interrupted', runs: 0 });
});

it('ends one that sails in this very thread', { timeout: 60_000 }, async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  const options = { plans: voyagePlans(), laws, seed: 1, workers: 1, signal: stop.signal };
  const { end } = await explore(options);
  expect(end).toBe('interrupted');
});
