/** The parameters of the Fraud Detection Handbook's simulator. */

/** What a generated data set is made from. */
export interface HandbookSettings {
  readonly customers: number;
  readonly terminals: number;
  readonly days: number;
  /** Midnight of the first day, in milliseconds since the epoch. */
  readonly startMs: number;
  /** A customer uses the terminals nearer than this, on a square of side 100. */
  readonly radius: number;
  /** Scenario 1: every larger amount is fraud, in currency units. */
  readonly amountMax: number;
  /** Scenario 2: terminals newly compromised each day, and for how many days each. */
  readonly terminalsPerDay: number;
  readonly terminalDays: number;
  /** Scenario 3: customers newly compromised each day, and for how many days each. */
  readonly customersPerDay: number;
  readonly customerDays: number;
  /** Scenario 3: by what the amount of a fraudulent transaction is multiplied. */
  readonly amountFactor: number;
  /**
   * Added to every seed. Data sets whose offsets lie further apart than they have customers share no
   * generator; 0 is the published one.
   */
  readonly seedOffset: number;
}

/** The published data set "simulated-data-raw": 1,754,155 transactions, 14,681 of them frauds. */
export const publishedHandbook: HandbookSettings = {
  customers: 5000,
  terminals: 10_000,
  days: 183,
  startMs: Date.UTC(2018, 3, 1),
  radius: 5,
  amountMax: 220,
  terminalsPerDay: 2,
  terminalDays: 28,
  customersPerDay: 3,
  customerDays: 14,
  amountFactor: 5,
  seedOffset: 0,
};
