import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import { averagePrecision } from '../../models/performance/average-precision.js';
import { rocAuc } from '../../models/performance/roc-auc.js';
import { calibrate, estimatePerformance } from './cbpe.js';
import { fitIsotonic, predictIsotonic } from './isotonic.js';

describe('isotonic regression', () => {
  it('pools what falls, and averages values of one x first', () => {
    const fitted = fitIsotonic([1, 2, 2, 3, 4], [1, 0, 4, 1, 5]);
    // The averages 1, 2, 1, 5: the two in the middle (weights 2 and 1) fall, and become 5/3.
    expect([...fitted.x]).toEqual([1, 2, 3, 4]);
    expect([...fitted.y]).toEqual([1, 5 / 3, 5 / 3, 5]);
  });

  it('is linear between its points and level beyond them', () => {
    const fitted = fitIsotonic([0, 10], [1, 2]);
    expect([-5, 0, 2.5, 10, 99].map(at => predictIsotonic(fitted, at))).toEqual([1, 1, 1.25, 2, 2]);
  });

  it('leaves out the inside of a level stretch', () => {
    expect([...fitIsotonic([1, 2, 3, 4], [1, 1, 1, 1]).x]).toEqual([1, 4]);
  });

  it('never falls', () => {
    const random = new Random(3);
    const x = Array.from({ length: 300 }, () => random.integer(100));
    const { y } = fitIsotonic(
      x,
      x.map(at => at / 100 + random.normal()),
    );
    expect(y.every((level, index) => index === 0 || level >= (y[index - 1] as number))).toBe(true);
  });
});

describe('CBPE', () => {
  const random = new Random(8);

  /** Rows whose chance of fraud is known; the score is a power of it, so it has to be calibrated. */
  function rows(count: number, hardest: number) {
    const chances = Array.from({ length: count }, () => random.float() ** hardest);
    return {
      scores: chances.map(chance => chance ** 2),
      labels: chances.map(chance => (random.float() < chance ? 1 : 0)),
    };
  }

  it('knows how well a model does on other rows, from scores alone', () => {
    const reference = rows(20_000, 3);
    const calibration = calibrate(reference.scores, reference.labels);
    const harder = rows(20_000, 6);
    const estimated = estimatePerformance(calibration, harder.scores);
    expect(estimated.rocAuc).toBeCloseTo(rocAuc(harder.labels, harder.scores), 1.7);
    expect(estimated.averagePrecision).toBeCloseTo(
      averagePrecision(harder.labels, harder.scores),
      1.5,
    );
  });

  it('does not know that what makes a fraud has changed', () => {
    const reference = rows(20_000, 3);
    const calibration = calibrate(reference.scores, reference.labels);
    const changed = rows(20_000, 3);
    const labels = changed.labels.map(label => (random.float() < 0.5 ? 0 : label));
    const { averagePrecision: estimated } = estimatePerformance(calibration, changed.scores);
    expect(estimated - averagePrecision(labels, changed.scores)).toBeGreaterThan(0.2);
  });

  it('counts expected hits by hand', () => {
    const calibration = fitIsotonic([0, 1], [0, 1]);
    const estimated = estimatePerformance(calibration, [0.9, 0.6, 0.2]);
    // Alerts 0.9 and 0.6: 1.5 hits, 0.5 misses; not alerted 0.2.
    expect(estimated.precision).toBeCloseTo(0.75, 12);
    expect(estimated.recall).toBeCloseTo(1.5 / 1.7, 12);
    expect(estimated.accuracy).toBeCloseTo(2.3 / 3, 12);
    expect(estimated.specificity).toBeCloseTo(0.8 / 1.3, 12);
  });
});
