/** What the drift monitor says: plain data, ready to be written as JSON. */
import type { DriftLevel } from '../detector.js';

/** One feature in a check. */
export interface FeatureReport {
  readonly name: string;
  /** Of the test, and the p-value by which it is judged. */
  readonly statistic: number;
  readonly pValue: number;
  /** How far it has moved, by the effect's measure; 0 where the test finds nothing. */
  readonly effect: number;
  /** The share of values in the window that are missing. */
  readonly missing: number;
  /** Significant after the correction, and large enough to matter. */
  readonly isDrift: boolean;
  /** For how many checks in a row, this one included. */
  readonly inARow: number;
}

/** A stream of errors on labels that came late. */
export interface ErrorReport {
  readonly level: DriftLevel;
  readonly labels: number;
  /** The share of errors among the last 150 labels. */
  readonly rate: number;
  /** The share before the change that was suspected last; 0 while none was. */
  readonly before: number;
}

/** What a check found. */
export interface DriftReport {
  readonly timeMs: number;
  /** 1 for the first check. */
  readonly check: number;
  /** Rows that were compared. */
  readonly rows: number;
  /** `warning`: something has moved in this check, or a rise of errors is suspected. */
  readonly level: DriftLevel;
  /** The largest effect of any feature over the least that counts: from 1 on it is a drift to confirm. */
  readonly score: number;
  /** What is behind a level of drift: names of features, `missed frauds`, `false alerts`. */
  readonly causes: readonly string[];
  readonly features: readonly FeatureReport[];
  /** Errors among frauds, and among genuine payments: the many would hide what happens to the few. */
  readonly errors: { readonly missed: ErrorReport; readonly falseAlerts: ErrorReport };
  /** Estimated from the scores of the window alone (CBPE); null without a calibration. */
  readonly estimatedAp: number | null;
  readonly estimatedAuc: number | null;
}
