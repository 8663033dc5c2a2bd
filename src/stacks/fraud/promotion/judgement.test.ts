/** The judge is sure only where there is enough to be sure of. */
import { expect, it } from 'vitest';
import { Random } from '../../../../sim/engine/random.js';
import { isWorse, precisionOf, type Judged } from './judgement.js';

/** Of `rows` payments every tenth is fraud; of the frauds so many in ten score above all others. */
function judged(rows: number, foundOfTen: number): Judged {
  const scores = new Float64Array(rows);
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    labels[row] = row % 10 === 0 ? 1 : 0;
    const isFound = labels[row] === 1 && (row / 10) % 10 < foundOfTen;
    // The rest lie in a fixed order that has nothing to do with the labels.
    scores[row] = isFound ? 0.9 + row / 1e7 : ((row * 7919) % 1000) / 2000;
  }
  return { scores, labels };
}

it('measures average precision, and how far chance may move it', () => {
  const all = precisionOf(judged(2000, 10), new Random(1));
  expect(all).toMatchObject({ rows: 2000, frauds: 200 });
  expect(all.value).toBeCloseTo(1, 12);
  expect(all.error).toBeCloseTo(0, 6);
  const many = precisionOf(judged(4000, 5), new Random(1));
  const few = precisionOf(judged(200, 5), new Random(1));
  expect(few.error).toBeGreaterThan(3 * many.error);
  // By the binomial distribution, half of 400 frauds are found give or take 2.5 %.
  expect(many.error).toBeGreaterThan(0.015);
  expect(many.error).toBeLessThan(0.04);
});

it('finds a canary worse when the loss is large and beyond chance, and not else', () => {
  const precision = (rows: number, found: number) =>
    precisionOf(judged(rows, found), new Random(2));
  expect(isWorse(precision(2000, 4), precision(2000, 8), 0.05)).toBe(true);
  expect(isWorse(precision(2000, 8), precision(2000, 4), 0.05)).toBe(false);
  expect(isWorse(precision(2000, 4), precision(2000, 8), 0.6)).toBe(false);
  const [canary, champion] = [precision(2000, 7), precision(2000, 8)];
  const unsure = { ...canary, error: 0.2 };
  expect(isWorse(unsure, champion, 0.05)).toBe(false);
});
