/** The contracts of drift detectors: those that see one value at a time, and those that compare samples. */

/** What a streaming detector says after a value. */
export type DriftLevel = 'none' | 'warning' | 'drift';

/** Sees one value after another: an error, a score, a feature. */
export interface StreamDetector {
  update(value: number): DriftLevel;
  /** Its inner numbers by name, for tests and reports. */
  state(): Readonly<Record<string, number | null>>;
}

/** Makes a streaming detector; settings that are not given have the field's defaults. */
export interface StreamDetectorKind {
  readonly name: string;
  create(settings?: Readonly<Record<string, unknown>>): StreamDetector;
}

/** What came of a comparison of two samples. */
export interface Comparison {
  readonly statistic: number;
  readonly pValue?: number;
  readonly isDrift: boolean;
  /** What decided: a p-value below it, or a statistic of at least it. */
  readonly threshold: number;
}

/** Compares a current sample of one feature with its reference. */
export interface BatchDetectorKind {
  readonly name: string;
  compare(
    reference: Float64Array,
    current: Float64Array,
    settings?: Readonly<Record<string, unknown>>,
  ): Comparison;
}
