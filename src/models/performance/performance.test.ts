import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measuresAtThreshold } from './at-threshold.js';
import { averagePrecision } from './average-precision.js';
import { brierScore } from './brier-score.js';
import { cardPrecision } from './card-precision.js';
import { logLoss } from './log-loss.js';
import { rocAuc } from './roc-auc.js';

const labels = [0, 0, 1, 1];
const scores = [0.1, 0.4, 0.35, 0.8];

/** Few different scores, so that ties are common. */
const rows = fc.array(
  fc.record({ label: fc.integer({ min: 0, max: 1 }), score: fc.integer({ min: 0, max: 6 }) }),
  { maxLength: 40 },
);

describe('area under the ROC curve', () => {
  it('is the share of pairs in order', () => {
    expect(rocAuc(labels, scores)).toBe(0.75);
    expect(rocAuc([1, 0], [0.5, 0.5])).toBe(0.5);
    expect(rocAuc([1, 1], [0.1, 0.2])).toBeNaN();
  });

  it('equals the count over all pairs', () => {
    fc.assert(
      fc.property(rows, sample => {
        const frauds = sample.filter(({ label }) => label === 1);
        const genuine = sample.filter(({ label }) => label === 0);
        fc.pre(frauds.length > 0 && genuine.length > 0);
        const pairs = frauds.flatMap(a => genuine.map(b => (Math.sign(a.score - b.score) + 1) / 2));
        const share = pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
        expect(rocAuc(...columns(sample))).toBeCloseTo(share, 12);
      }),
    );
  });
});

describe('average precision', () => {
  it('sums precision over the gains in recall', () => {
    expect(averagePrecision(labels, scores)).toBeCloseTo(0.5 + 0.5 * (2 / 3), 12);
    expect(averagePrecision([0, 1], [0.5, 0.5])).toBe(0.5);
    expect(averagePrecision([0, 0], [0.1, 0.2])).toBe(0);
  });

  it('equals the sum over every threshold', () => {
    fc.assert(
      fc.property(rows, sample => {
        const frauds = sample.filter(({ label }) => label === 1).length;
        fc.pre(frauds > 0);
        let area = 0;
        let recallBefore = 0;
        for (let threshold = 6; threshold >= 0; threshold--) {
          const alerts = sample.filter(({ score }) => score >= threshold);
          if (alerts.length === 0) continue;
          const hits = alerts.filter(({ label }) => label === 1).length;
          area += (hits / frauds - recallBefore) * (hits / alerts.length);
          recallBefore = hits / frauds;
        }
        expect(averagePrecision(...columns(sample))).toBeCloseTo(area, 12);
      }),
    );
  });
});

it('measures no scores without labels', () => {
  for (const measure of [rocAuc, averagePrecision, brierScore, logLoss, measuresAtThreshold]) {
    expect(() => measure([1, 0], [0.5])).toThrow('every score has its label');
  }
});

it('measures probabilities', () => {
  expect(brierScore([0, 1], [0.2, 0.7])).toBeCloseTo((0.04 + 0.09) / 2, 12);
  expect(logLoss([0, 1], [0.2, 0.7])).toBeCloseTo(-(Math.log(0.8) + Math.log(0.7)) / 2, 12);
  expect(logLoss([1], [0])).toBeCloseTo(15 * Math.log(10), 9);
});

it('measures one threshold, which itself raises an alert', () => {
  expect(measuresAtThreshold([0, 0, 1, 1, 1], [0.1, 0.5, 0.5, 0.9, 0.2])).toEqual({
    precision: 2 / 3,
    recall: 2 / 3,
    f1: 2 / 3,
    trueNegatives: 1,
    falsePositives: 1,
    falseNegatives: 1,
    truePositives: 2,
  });
  expect(measuresAtThreshold([0], [0.1])).toMatchObject({ precision: 0, recall: 0, f1: 0 });
});

describe('card precision', () => {
  const transactions = {
    days: [2, 1, 1, 1, 2, 2],
    cards: [7, 7, 7, 8, 8, 9],
    labels: [1, 1, 0, 0, 1, 0],
    scores: [0.9, 0.3, 0.8, 0.5, 0.2, 0.6],
  };

  it('ranks cards by their largest score, and those detected leave the pool', () => {
    expect(cardPrecision(transactions, { k: 1 })).toEqual({
      mean: 0.5,
      perDay: [1, 0],
      compromisedPerDay: [1, 1],
    });
  });

  it('can leave them in', () => {
    expect(cardPrecision(transactions, { k: 2, isDetectedKept: true })).toEqual({
      mean: 0.5,
      perDay: [0.5, 0.5],
      compromisedPerDay: [1, 2],
    });
  });

  it('is out of k even when there are fewer cards', () => {
    expect(cardPrecision(transactions, { k: 10 }).perDay).toEqual([0.1, 0.1]);
  });
});

function columns(
  sample: readonly { readonly label: number; readonly score: number }[],
): [number[], number[]] {
  return [sample.map(({ label }) => label), sample.map(({ score }) => score)];
}
