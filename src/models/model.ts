/** The contract of a model: trained on rows, it scores rows; it can be written down and read again. */

/** Rows of features with their labels. */
export interface Dataset {
  readonly rows: number;
  readonly columns: number;
  /** Row after row. */
  readonly values: Float64Array;
  /** 1 for fraud. One to a row. */
  readonly labels: Uint8Array;
}

/** A trained model. */
export interface Model {
  /** The kind that trained it. */
  readonly kind: string;
  readonly columns: number;
  /** The probability of fraud of each of the rows, into `scores`. */
  score(values: Float64Array, rows: number, scores: Float64Array): void;
  /** What `ModelKind.parse` reads again, to the bit. */
  toJSON(): unknown;
  /**
   * The model as an ONNX file of single precision, with the input `features` (rows x columns) and the outputs
   * `probability` and `margin` (rows x 1), as `onnx/scorer.ts` names them.
   */
  toOnnx(): Uint8Array;
}

/** A way to train models. One to a file. */
export interface ModelKind {
  /** `logistic-regression`, `gradient-boosted-trees`. */
  readonly name: string;
  /**
   * Raised whenever equal data and settings no longer give the same model; it is part of a model's hash.
   * `revisions.test.ts` fails when it should have been raised.
   */
  readonly revision: number;
  /** The complete settings: those given over the defaults. Unknown or wrong ones are refused. */
  settings(given?: Readonly<Record<string, unknown>>): Readonly<Record<string, number>>;
  /** Deterministic: equal data and settings give an equal model. Unknown or wrong settings are refused. */
  train(data: Dataset, settings?: Readonly<Record<string, unknown>>): Model;
  /** Reads what `toJSON` gave. */
  parse(written: unknown): Model;
}
