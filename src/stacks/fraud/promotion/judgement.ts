/** Judges a candidate against the champion by average precision, and says how sure that is. */
import { planted } from '../../../../sim/engine/planted.js';
import type { Random } from '../../../../sim/engine/random.js';
import { measuresAtThreshold } from '../../../models/performance/at-threshold.js';
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
  const value = measureOf(labels, scores);
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
    const drawn = measureOf(drawnLabels, drawnScores);
    sum += drawn;
    squares += drawn * drawn;
  }
  const mean = sum / resamples;
  const variance = Math.max(0, squares / resamples - mean * mean);
  return { value, error: Math.sqrt(variance), rows, frauds };
}

/** What models are compared by. Where a payment in a hundred is a fraud, accuracy says nothing. */
function measureOf(labels: Uint8Array, scores: Float64Array): number {
  if (!planted('promoted-by-accuracy')) return averagePrecision(labels, scores);
  const { truePositives, trueNegatives } = measuresAtThreshold(labels, scores);
  return (truePositives + trueNegatives) / Math.max(labels.length, 1);
}

/** Whether the candidate is better by as much as is asked. */
export function isBetter(candidate: Precision, champion: Precision, gainMin: number): boolean {
  return candidate.value >= champion.value + gainMin;
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
