import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WaitingScores, type WaitingScore } from './waiting-scores.js';

const step = fc.record({
  what: fc.constantFrom('put', 'say', 'take'),
  payment: fc.oneof(
    fc.integer({ min: 290_000, max: 290_050 }),
    fc.integer({ min: 0, max: 600_000 }),
  ),
  score: fc.double({ min: 0, max: 1, noNaN: true }),
  isAlert: fc.boolean(),
});

it('keeps what waits as a map would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const scores = new WaitingScores();
      const model = new Map<number, WaitingScore>();
      const [taken, expected]: [unknown[], unknown[]] = [[], []];
      for (const { what, payment, score, isAlert } of steps) {
        const known = model.get(payment);
        if (what === 'put') {
          scores.put(payment, score, payment * 10);
          model.set(payment, { score, timeMs: payment * 10, isAlert: undefined });
        } else if (what === 'say') {
          scores.say(payment, isAlert);
          if (known !== undefined) model.set(payment, { ...known, isAlert });
        } else {
          taken.push(scores.take(payment));
          expected.push(known);
          model.delete(payment);
        }
      }
      for (const [payment, waiting] of model) {
        taken.push(scores.take(payment));
        expected.push(waiting);
      }
      expect(taken).toEqual(expected);
    }),
    { seed: 4, numRuns: 50 },
  );
});
