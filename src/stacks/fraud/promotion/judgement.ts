/** Judges a candidate against the champion by average precision, and says how sure that is. */
import type { Random } from '../../../../sim/engine/random.js';
import { averagePrecision } from '../../../models/performance/average-precision.js';

/** Scores with their labels. */
export interface Judged {
  readonly scores: Float64Array;
  readonly labels: Uint8Array;
}

/** An average precision with its standard error. */
export interface Precision {
  readonly value: number;
  readonly error: number;
  readonly rows: number;
  readonly frauds: number;
}

const resamples = 50;

/** The average precision; its standard error by the bootstrap (Efron 1979), 0 without frauds. */
export function precisionOf({ scores, labels }: Judged, random: Random): Precision {
  const rows = labels.length;
  const frauds = labels.reduce((sum, label) => sum + label, 0);
  const value = averagePrecision(labels, scores);
  if (frauds === 0) return { value, error: 0, rows, frauds };
  const drawnScores = new Float64Array(rows);
  const drawnLabels = new Uint8Array(rows);
  let sum = 0;
  let squares = 0;
  for (let resample = 0; resample < resamples; resample++) {
    for (let row = 0; row < rows; row++) {
      const from = random.integer(rows);
      drawnScores[row] = scores[from] as number;
      drawnLabels[row] = labels[from] as number;
    }
    const drawn = averagePrecision(drawnLabels, drawnScores);
    sum += drawn;
    squares += drawn * drawn;
  }
  const mean = sum / resamples;
  const variance = Math.max(0, squares / resamples - mean * mean);
  return { value, error: Math.sqrt(variance), rows, frauds };
}

/** `0.412 +- 0.05 (31 frauds)`. */
export function precisionText({ value, error, frauds }: Precision): string {
  return `${value.toFixed(3)} +- ${error.toFixed(3)} (${frauds} frauds)`;
}

/** Whether the canary is worse by more than is allowed, and by more than a standard error of both. */
export function isWorse(canary: Precision, champion: Precision, lossMax: number): boolean {
  const loss = champion.value - canary.value;
  return loss > lossMax && loss > Math.hypot(canary.error, champion.error);
}
