/** The handbook's stream: the published figures are held in test/vectors/families/fraud.ts. */
import { describe, expect, it } from 'vitest';
import { featureNames } from '../transaction.js';
import { handbookSplit } from './split.js';
import { HandbookStream } from './stream.js';

const small = { customers: 200, terminals: 400, days: 40, radius: 10 };
const digest = (stream: HandbookStream): string =>
  [...stream]
    .map(block => [block.timeMs, block.customer, block.terminal, block.amount, block.scenario])
    .map(columns => columns.map(column => column.join()).join(';'))
    .join('\n');

describe('HandbookStream', () => {
  it('makes equal transactions of equal settings, and others of another offset', () => {
    expect(digest(new HandbookStream(small))).toBe(digest(new HandbookStream(small)));
    const other = new HandbookStream({ ...small, seedOffset: 1_000_000 });
    expect(digest(other)).not.toBe(digest(new HandbookStream(small)));
  });

  it('gives days in order, each in order of time', () => {
    const times = [...new HandbookStream(small)].flatMap(({ timeMs }) => [...timeMs]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.length).toBeGreaterThan(10_000);
  });

  it('counts what it marks', () => {
    const stream = new HandbookStream(small);
    let frauds = 0;
    for (const { scenario } of stream) frauds += scenario.filter(mark => mark !== 0).length;
    const { scenario1, scenario2, scenario3 } = stream.marked;
    expect(frauds).toBe(scenario1 + scenario2 + scenario3);
    expect(scenario2).toBeGreaterThan(0);
    expect(scenario3).toBeGreaterThan(0);
  });

  it('takes its fraud rate from the settings', () => {
    const none = { ...small, amountMax: 1e6, terminalsPerDay: 0, customersPerDay: 0 };
    for (const { scenario } of new HandbookStream(none))
      expect(scenario.every(m => m === 0)).toBe(true);
    const many = new HandbookStream({ ...small, terminalsPerDay: 20 });
    [...many].forEach(() => undefined);
    const few = new HandbookStream(small);
    [...few].forEach(() => undefined);
    expect(many.marked.scenario2).toBeGreaterThan(5 * few.marked.scenario2);
  });

  it('has customers without a terminal buy nothing', () => {
    const lonely = [...new HandbookStream({ ...small, terminals: 2, radius: 0.001 })];
    expect(lonely.reduce((sum, block) => sum + block.count, 0)).toBe(0);
  });
});

describe('handbookSplit', () => {
  it('gives the published rows and frauds of training and test', () => {
    const { train, test } = handbookSplit();
    const frauds = (labels: Uint8Array): number => labels.reduce((sum, label) => sum + label, 0);
    expect([train.rows, frauds(train.labels)]).toEqual([67_240, 598]);
    expect([test.rows, frauds(test.labels)]).toEqual([58_264, 385]);
    expect(train.values).toHaveLength(67_240 * featureNames.length);
    expect([train.days[0], train.days.at(-1)]).toEqual([115, 121]);
    expect([test.days[0], test.days.at(-1)]).toEqual([129, 135]);
  });
});
