import { expect, it } from 'vitest';
import { Random } from '../../../../sim/engine/random.js';
import { gridPerMs } from '../../../traffic/flow/arrivals.js';
import type { ArrivalBlock, Arrivals } from '../../../traffic/flow/contract.js';
import { OffsetRing } from './offset-ring.js';
import { PaymentGatherer } from './payment-block.js';
import { PaymentWorld } from './payment-world.js';
import { WindowsAhead } from './windows-ahead.js';

const sampleEvery = 3;

/** Windows of 0 to 40 arrivals, whose array is used again. */
function arrivalsFrom(random: Random): Arrivals {
  const offsetsMs = new Float64Array(40);
  return {
    between() {
      const count = random.integer(41);
      for (let at = 0; at < count; at++)
        offsetsMs[at] = Math.floor(((at * 1000) / 41 + random.float()) * gridPerMs) / gridPerMs;
      return { count, offsetsMs };
    },
  };
}

/** A world whose payments are numbered: their customer is their number. */
function numbered() {
  const gatherer = new PaymentGatherer();
  let count = 0;
  const options = {
    parts: () => ({
      source: {
        next: (timeMs: number) => ({
          timeMs,
          customer: count++,
          terminal: 0,
          amount: 1,
          scenario: 0,
        }),
      },
      features: { observe: () => undefined },
      labelDelayMs: () => 1,
    }),
    rate: { at: () => 0, perSecondMax: () => 0 },
    historyMs: 0,
    random: new Random(1),
  };
  const world = new PaymentWorld(options, gatherer);
  world.begin(0);
  world.goLive(0);
  return { world, gatherer };
}

const taken = ({ count, offsetsMs }: ArrivalBlock) => [...offsetsMs.subarray(0, count)];

it('gives the same windows and payments however many were made ahead', () => {
  const plain = arrivalsFrom(new Random(3));
  const choices = new Random(4);
  const parts = {
    ...numbered(),
    arrivals: arrivalsFrom(new Random(3)),
    sampleEvery,
    windowMs: 1000,
    untilMs: 400_000,
  };
  const ahead = new WindowsAhead(parts, 0, { windows: 5, arrivals: 100 });
  let arrived = 0;
  let wasFull = 0;
  for (let window = 0; window < 450; window++) {
    for (let tries = choices.integer(9); tries > 0; tries--) if (!ahead.make()) wasFull++;
    const block = ahead.between();
    expect(taken(block)).toEqual(taken(plain.between(0, 1000)));
    for (let at = 0; at < block.count; at++) {
      const arrival = arrived++;
      if ((arrival + 1) % sampleEvery !== 0) continue;
      const [payments, index] = ahead.payment(arrival);
      expect(payments.customer[index]).toBe((arrival + 1) / sampleEvery - 1);
      expect(payments.timeMs[index]).toBe(window * 1000 + (block.offsetsMs[at] ?? NaN));
    }
  }
  expect(arrived).toBeGreaterThan(5000);
  expect(wasFull).toBeGreaterThan(100);
});

it('gives a window that stands until the next one is taken, and its place at once', () => {
  const ring = new OffsetRing({ windows: 3, arrivals: 10 });
  const window = (count: number) => ({ count, offsetsMs: new Float64Array(10).fill(count / 8) });
  expect(ring.add(window(6))).toBe(true);
  expect(ring.add(window(5))).toBe(false);
  const first = ring.take();
  expect(ring.add(window(4))).toBe(true);
  expect(ring.add(window(5))).toBe(true);
  expect(ring.add(window(2))).toBe(false);
  expect(taken(first)).toEqual([0.75, 0.75, 0.75, 0.75, 0.75, 0.75]);
  expect(taken(ring.take())).toEqual([0.5, 0.5, 0.5, 0.5]);
  expect(taken(ring.take())).toEqual([0.625, 0.625, 0.625, 0.625, 0.625]);
  expect(ring.waiting).toBe(0);
  // More than the ring holds finds no room at all.
  expect(ring.add({ count: 11, offsetsMs: new Float64Array(11) })).toBe(false);
});

it('takes no more windows than it has places for', () => {
  const ring = new OffsetRing({ windows: 2, arrivals: 10 });
  const empty = { count: 0, offsetsMs: new Float64Array(0) };
  expect([ring.add(empty), ring.add(empty), ring.add(empty)]).toEqual([true, true, false]);
});

it('keeps the first and the last instant of a second, and refuses what is off the grid', () => {
  const ring = new OffsetRing({ windows: 2, arrivals: 10 });
  const last = 1000 - 1 / gridPerMs;
  ring.add({ count: 2, offsetsMs: Float64Array.of(0, last) });
  expect(taken(ring.take())).toEqual([0, last]);
  const off = { count: 1, offsetsMs: Float64Array.of(0.1) };
  expect(() => ring.add(off)).toThrow('arrivals of a second lie on the grid');
  const late = { count: 1, offsetsMs: Float64Array.of(1024) };
  expect(() => ring.add(late)).toThrow('arrivals of a second lie on the grid');
});
