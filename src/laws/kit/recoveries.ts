/** Recoveries from drift, as they were measured: step by step, by the ledger's number of the drift. */
import type { Evidence, Outcome } from '../law.js';
import { measured } from '../story.js';

/** A step of a recovery. */
export type Step = Extract<Outcome, { kind: 'recovery' }>;

/** A step as a line of evidence. */
export function told({ timeMs, step, drift, model, averagePrecision }: Step): Evidence {
  const parts = [
    ...(drift === undefined ? [] : [`drift ${drift}`]),
    step,
    ...(model === undefined ? [] : [`model ${model}`]),
    ...(averagePrecision === undefined ? [] : [`average precision ${rounded(averagePrecision)}`]),
  ];
  return measured(timeMs, parts.join(', '));
}

/** `drift 2`, or `no drift`. */
export function nameOfDrift(drift: number | undefined): string {
  return drift === undefined ? 'no drift' : `drift ${drift}`;
}

/** Three digits, as more would pretend. */
export function rounded(value: number): string {
  return value.toFixed(3);
}
