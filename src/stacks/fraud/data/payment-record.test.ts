/** Labels are known when they come, in that order, and not before. */
import { expect, it } from 'vitest';
import { featureNames } from '../../../traffic/transaction.js';
import { PaymentRecord } from './payment-record.js';

const minuteMs = 60_000;
const startMs = Date.UTC(2026, 10, 27);

it('gives labels as they become known, and rows in the order of time', () => {
  const record = new PaymentRecord();
  for (let id = 0; id < 3000; id++) {
    const timeMs = startMs + id * 1000;
    const scenario = id % 100 === 0 ? 2 : 0;
    // The labels of odd payments take an hour, those of even ones ten minutes.
    const knownMs = timeMs + (id % 2 === 0 ? 10 : 60) * minuteMs;
    record.add(
      { timeMs, customer: id % 7, terminal: 0, amount: 1, scenario },
      knownMs,
      (into, at) => {
        into[at] = id;
      },
    );
  }
  expect(record.knownBy(startMs)).toHaveLength(0);
  const early = record.knownBy(startMs + 20 * minuteMs);
  expect(early.every(id => id % 2 === 0 && id <= 600)).toBe(true);
  expect(early.length).toBeGreaterThan(290);
  const later = record.knownBy(startMs + 70 * minuteMs);
  expect([...later.subarray(0, early.length)]).toEqual([...early]);
  const ids = record.labelled(startMs + 500_000, startMs + 600_000);
  expect([...ids]).toEqual(Array.from({ length: 100 }, (_, index) => 500 + index));
  expect([...record.labels(ids)].filter(label => label === 1)).toHaveLength(1);
  expect(record.rows(ids)[featureNames.length]).toBe(501);
  expect(record.knownBy(startMs + 200 * minuteMs)).toHaveLength(3000);
});
