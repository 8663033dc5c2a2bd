/** A card transaction, and many of them in columns: what traffic carries and what models learn from. */

/** One transaction. */
export interface Transaction {
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly customer: number;
  readonly terminal: number;
  /** In currency units; a whole number of cents. */
  readonly amount: number;
  /** 0 genuine; 1 to 3 the handbook's fraud scenarios; higher ones are named by their generator. */
  readonly scenario: number;
}

/** Transactions in columns, in order of time. */
export interface TransactionBlock {
  readonly count: number;
  readonly timeMs: Float64Array;
  readonly customer: Int32Array;
  readonly terminal: Int32Array;
  readonly amount: Float64Array;
  readonly scenario: Uint8Array;
}

/** Draws transactions one after another: times come from the arrivals, all else from the generator. */
export interface TransactionSource {
  /** The transaction that arrives at this instant; instants never go back. */
  next(timeMs: number): Transaction;
}

/**
 * The 15 features of the Fraud Detection Handbook, in the order in which models take them. The three
 * windows are 1, 7 and 30 days there; a scenario may state others.
 */
export const featureNames = [
  'amount',
  'is_weekend',
  'is_night',
  'customer_count_short',
  'customer_mean_amount_short',
  'customer_count_medium',
  'customer_mean_amount_medium',
  'customer_count_long',
  'customer_mean_amount_long',
  'terminal_count_short',
  'terminal_risk_short',
  'terminal_count_medium',
  'terminal_risk_medium',
  'terminal_count_long',
  'terminal_risk_long',
] as const;

/** Turns transactions into features as a feature store would, one at a time, in bounded memory. */
export interface FeatureState {
  /** The features of a transaction, which is counted from now on; written to `into` from `offset`. */
  observe(transaction: Transaction, into: Float64Array, offset: number): void;
}
