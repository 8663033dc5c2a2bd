/** What the programs of the fraud platform say to each other over the network. */

/** To the feature store: rows whose labels are known by now, of payments in [fromMs, untilMs). */
export interface AskRows {
  readonly kind: 'rows';
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The feature store's answer: rows in the order of time. */
export interface LabelledRows {
  readonly rows: number;
  readonly customers: Int32Array;
  readonly timeMs: Float64Array;
  /** Row after row, in the order of `featureNames`. */
  readonly values: Float64Array;
  /** 1 for fraud. */
  readonly labels: Uint8Array;
}

/** To the feature store: the labels that became known after so many others. */
export interface AskLabels {
  readonly kind: 'labels';
  readonly after: number;
}

/** The feature store's answer, in the order in which they became known. */
export interface KnownLabels {
  readonly ids: Int32Array;
  readonly labels: Uint8Array;
  /** What to say for `after` the next time. */
  readonly next: number;
}

/** Everything that the feature store is asked. */
export type StoreQuestion = AskRows | AskLabels;

/** From a scorer to the drift monitor: what it has scored. */
export interface Scored {
  readonly kind: 'scored';
  /** The version of the model. */
  readonly version: string;
  readonly ids: Int32Array;
  /** When the payments were made. */
  readonly timeMs: Float64Array;
  readonly values: Float64Array;
  readonly scores: Float64Array;
}

/** To the drift monitor: how the versions do on payments since then, as far as labels are known. */
export interface AskPerformance {
  readonly kind: 'performance';
  readonly sinceMs: number;
}

/** The drift monitor's answer: scores with their labels, by version. */
export interface Performance {
  readonly versions: Readonly<
    Record<string, { readonly scores: Float64Array; readonly labels: Uint8Array }>
  >;
}

/** Everything that the drift monitor is told and asked. */
export type MonitorMessage = Scored | AskPerformance;
