/** What the scenario number of a transaction means. */

/** Scenario numbers, by name. */
export const scenarios = {
  genuine: 0,
  /** The handbook's: an amount that is too large. */
  largeAmount: 1,
  /** The handbook's: a terminal that is compromised for weeks. */
  terminal: 2,
  /** The handbook's: a card whose number was stolen, used for larger amounts. */
  customer: 3,
  /** A campaign against terminals. */
  terminalCompromise: 4,
  /** A campaign that tries out stolen cards with tiny amounts. */
  cardTesting: 5,
  /** A campaign that takes accounts over and buys far from home. */
  accountTakeover: 6,
  /** Recorded as fraud, with no word about the kind. */
  recorded: 7,
} as const;
