import { expect, it } from 'vitest';
import { Affinity } from './affinity.js';

const backend = { ip: '10.0.0.1', port: 80 };

it('knows a client for as long as it stays, and forgets those that do not', () => {
  const affinity = new Affinity();
  for (let nowMs = 0; nowMs < 10_000; nowMs++) {
    affinity.stay(`client-${nowMs}`, backend, { nowMs, forMs: 1500 });
    expect(affinity.size).toBeLessThanOrEqual(3001);
  }
  expect(affinity.of('client-9000', 10_000)).toEqual(backend);
  expect(affinity.of('client-8000', 10_000)).toBeUndefined();
});
