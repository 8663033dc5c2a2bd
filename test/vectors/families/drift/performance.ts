/** Performance of scores: with labels, without them, and as investigators see it. */
import { calibrate, estimatePerformance } from '../../../../src/drift/estimate/cbpe.js';
import { fitIsotonic, predictIsotonic } from '../../../../src/drift/estimate/isotonic.js';
import { measuresAtThreshold } from '../../../../src/models/performance/at-threshold.js';
import { averagePrecision } from '../../../../src/models/performance/average-precision.js';
import { brierScore } from '../../../../src/models/performance/brier-score.js';
import { cardPrecision } from '../../../../src/models/performance/card-precision.js';
import { logLoss } from '../../../../src/models/performance/log-loss.js';
import { rocAuc } from '../../../../src/models/performance/roc-auc.js';
import { difference, type Case, type Expected } from './case.js';

interface Checked {
  readonly id: string;
  readonly expect: Expected;
}

interface MetricsCase extends Checked {
  readonly scores: readonly number[];
  readonly labels: readonly number[];
}

interface IsotonicCase extends Checked {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly query: readonly number[];
}

interface CbpeCase extends Checked {
  readonly expect: { readonly [name: string]: Expected };
  readonly referenceScores: readonly number[];
  readonly referenceLabels: readonly number[];
  readonly analysisScores: readonly number[];
  readonly threshold: number;
}

interface CardPrecisionCase extends Checked {
  readonly k: number;
  readonly removeDetected: boolean;
}

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** The file of performances. */
export interface PerformanceFile {
  readonly metrics: readonly MetricsCase[];
  readonly isotonic: readonly IsotonicCase[];
  readonly cbpe: readonly CbpeCase[];
  readonly cardPrecisionCases: readonly CardPrecisionCase[];
  readonly cardPrecisionRows: Table;
}

/** Its cases. */
export function* performanceCases(file: PerformanceFile): Iterable<Case> {
  const { cardPrecisionRows: rows } = file;
  for (const one of file.metrics) yield caseOf(one, () => ofLabels(one));
  for (const one of file.isotonic) yield caseOf(one, () => ofPairs(one));
  for (const one of file.cbpe) {
    const labels = labelsOf(one.analysisScores, file.metrics);
    yield caseOf(labels === undefined ? withoutRealised(one) : one, () => ofScores(one, labels));
  }
  for (const one of file.cardPrecisionCases) yield caseOf(one, () => ofCards(one, rows));
}

const caseOf = ({ id, expect }: Checked, compute: () => unknown): Case => ({
  id,
  replay: () => difference(compute(), expect),
});

function ofLabels({ scores, labels }: MetricsCase): unknown {
  const at = measuresAtThreshold(labels, scores, 0.5);
  return {
    rocAuc: rocAuc(labels, scores),
    averagePrecision: averagePrecision(labels, scores),
    brier: brierScore(labels, scores),
    logLossClip1e15: logLoss(labels, scores),
    atThreshold05: {
      ...at,
      confusion: [at.trueNegatives, at.falsePositives, at.falseNegatives, at.truePositives],
    },
  };
}

function ofPairs({ x, y, query }: IsotonicCase): unknown {
  const fitted = fitIsotonic(x, y);
  return {
    predict: query.map(at => predictIsotonic(fitted, at)),
    xThresholds: fitted.x,
    yThresholds: fitted.y,
  };
}

/** A case has no labels of what it estimates; they stand where its scores are the end of another case's. */
function labelsOf(
  scores: readonly number[],
  cases: readonly MetricsCase[],
): readonly number[] | undefined {
  const found = cases.find(one => {
    const from = one.scores.length - scores.length;
    return from >= 0 && scores.every((score, index) => score === one.scores[from + index]);
  });
  return found?.labels.slice(-scores.length);
}

function withoutRealised(one: CbpeCase): CbpeCase {
  const { realised: _, ...expect } = one.expect;
  return { ...one, expect };
}

function ofScores(one: CbpeCase, labels: readonly number[] | undefined): unknown {
  const { analysisScores: scores } = one;
  const calibration = calibrate(one.referenceScores, one.referenceLabels);
  return {
    estimated: estimatePerformance(calibration, scores, one.threshold),
    ...(labels !== undefined && {
      realised: {
        rocAuc: rocAuc(labels, scores),
        averagePrecision: averagePrecision(labels, scores),
      },
    }),
  };
}

function ofCards({ k, removeDetected }: CardPrecisionCase, { columns, rows }: Table): unknown {
  const column = (name: string): number[] => {
    const at = columns.indexOf(name);
    return rows.map(row => row[at] ?? NaN);
  };
  return cardPrecision(
    {
      days: column('day'),
      cards: column('card'),
      labels: column('fraud'),
      scores: column('score'),
    },
    { k, isDetectedKept: !removeDetected },
  );
}
