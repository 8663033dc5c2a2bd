/** A voyage of the fraud platform has one history for one seed. */
import { expect, it } from 'vitest';
import { castOff } from './voyage.js';

async function digestOf(seed: number): Promise<string> {
  await using voyage = await castOff({ seed });
  await voyage.sail(0.5);
  return `${voyage.cluster.digest()} ${JSON.stringify(voyage.stack.report().data)}`;
}

it(
  'has the same history with the same seed, and another with another',
  { timeout: 300_000 },
  async () => {
    const first = await digestOf(1);
    expect(await digestOf(1)).toBe(first);
    expect(await digestOf(2)).not.toBe(first);
  },
);
