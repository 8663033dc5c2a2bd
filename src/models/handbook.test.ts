/** The models on the Fraud Detection Handbook's split, held to the figures that it publishes. */
import { beforeAll, describe, expect, it } from 'vitest';
import { handbookSplit, type LabelledRows } from '../traffic/handbook/split.js';
import { onnxDifference } from '../../test/models/onnxruntime.js';
import { gradientBoostedTrees } from './gradient-boosted-trees/gradient-boosted-trees.js';
import { logisticRegression } from './logistic-regression/logistic-regression.js';
import type { Model } from './model.js';
import { averagePrecision } from './performance/average-precision.js';
import { cardPrecision } from './performance/card-precision.js';
import { rocAuc } from './performance/roc-auc.js';

interface Figures {
  readonly auc: number;
  readonly averagePrecision: number;
  readonly cardPrecision: number;
}

let train: LabelledRows;
let test: LabelledRows;

beforeAll(() => {
  ({ train, test } = handbookSplit());
});

function figuresOn(rows: LabelledRows, model: Model): Figures {
  const { labels, customers: cards, days } = rows;
  const scores = new Float64Array(rows.rows);
  model.score(rows.values, rows.rows, scores);
  return {
    auc: rocAuc(labels, scores),
    averagePrecision: averagePrecision(labels, scores),
    cardPrecision: cardPrecision({ days, cards, labels, scores }, { k: 100 }).mean,
  };
}

/** As many decimals as are published. */
const rounded = (figures: Figures): number[] =>
  [figures.auc, figures.averagePrecision, figures.cardPrecision].map(
    figure => Math.round(figure * 1000) / 1000,
  );

describe('the handbook', () => {
  it('publishes what our logistic regression reaches', () => {
    const model = logisticRegression.train(train);
    expect(rounded(figuresOn(test, model))).toEqual([0.871, 0.606, 0.291]);
    expect(rounded(figuresOn(train, model))).toEqual([0.892, 0.663, 0.419]);
  });

  it('publishes [.862, .639, .273] of XGBoost, beside which our trees stand', async () => {
    const model = gradientBoostedTrees.train(train);
    const found = figuresOn(test, model);
    expect(found.averagePrecision).toBeGreaterThanOrEqual(0.63);
    expect(found.averagePrecision).toBeLessThanOrEqual(0.64);
    expect(found.auc).toBeGreaterThanOrEqual(0.862);
    expect(found.cardPrecision).toBeGreaterThanOrEqual(0.273);
    expect(await onnxDifference(model, test)).toBeLessThan(1e-5);
  });
});
