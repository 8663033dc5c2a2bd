/** The logistic function and its inverse. */

/** The probability that belongs to log odds; it never overflows. */
export function logistic(logOdds: number): number {
  if (logOdds >= 0) return 1 / (1 + Math.exp(-logOdds));
  const odds = Math.exp(logOdds);
  return odds / (1 + odds);
}

/** The log odds of a probability between 0 and 1. */
export const logOdds = (probability: number): number => Math.log(probability / (1 - probability));
