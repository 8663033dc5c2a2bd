/** The contracts of drift detectors: those that see one value at a time, and those that compare samples. */

/** What a streaming detector says after a value. */
export type DriftLevel = 'none' | 'warning' | 'drift';

/** Sees one value after another: an error, a score, a feature. */
export interface StreamDetector {
  /**
   * Takes a finite value: what is missing is the caller's to leave out. After a drift the detector has
   * forgotten all when it takes the next one.
   */
  update(value: number): DriftLevel;
  /**
   * Whether it stands in its warning zone. At a drift this may be true or false, as the method has it;
   * without a zone it is never true.
   */
  readonly isWarning: boolean;
  /** Its inner numbers by name, for tests and reports; null where there is none yet. */
  state(): Readonly<Record<string, number | null>>;
}

/** Makes a streaming detector; settings that are not given have the field's defaults. */
export interface StreamDetectorKind {
  readonly name: string;
  /** What the values must be: errors are 0 or 1, numbers any finite number. */
  readonly input: 'errors' | 'numbers';
  /** @throws UserError (`bad-setting`) for a setting that is unknown or impossible. */
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
  /**
   * Neither sample may be empty or hold a NaN: how missing values count is for the caller to say.
   *
   * @throws UserError (`bad-setting`) for a setting that is unknown or impossible.
   */
  compare(
    reference: Float64Array,
    current: Float64Array,
    settings?: Readonly<Record<string, unknown>>,
  ): Comparison;
}
