import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fnv32a } from '../engine/hash.js';
import { EventNames } from './event-recorder.js';

it('names events by the time in nanoseconds, which goes on where time stands still', () => {
  const times = fc.array(fc.integer({ min: 0, max: 4_102_444_800_000_000 }), { minLength: 1 });
  fc.assert(
    fc.property(times, fc.nat({ max: 3 }), (micros, repeats) => {
      let nowMs = 0;
      const clock = { now: () => nowMs, after: () => ({ cancel: () => undefined }) };
      const names = new EventNames(clock, { component: 'kubelet', host: 'sea-worker' });
      const offset = BigInt(fnv32a('kubelet sea-worker') % 1000);
      let last = 0n;
      for (const each of micros.flatMap(one => Array<number>(repeats + 1).fill(one))) {
        nowMs = each / 1000;
        const nanos = BigInt(Math.floor(nowMs * 1000)) * 1000n + offset;
        last = nanos > last ? nanos : last + 1n;
        const [name = '', time = ''] = names.next('web').split('.');
        expect([name, BigInt(`0x${time}`)]).toEqual(['web', last]);
      }
    }),
  );
  const late = new EventNames(
    { now: () => 1_767_225_600_000, after: () => ({ cancel: () => undefined }) },
    { component: 'kubelet' },
  );
  const first = late.next('web');
  expect(BigInt(`0x${first.slice(4)}`)).toBe(
    1_767_225_600_000_000_000n + BigInt(fnv32a('kubelet ') % 1000),
  );
  expect(first).toBe(`web.${BigInt(`0x${first.slice(4)}`).toString(16)}`);
});
