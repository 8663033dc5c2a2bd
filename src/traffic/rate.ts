/** The contract of an arrival rate: how many requests a second are to be expected at each instant. */

/** A rate over time, for non-homogeneous Poisson arrivals by thinning (Lewis and Shedler 1979). */
export interface Rate {
  /** Requests per second at an instant, in milliseconds since the epoch; never negative. */
  at(timeMs: number): number;
  /** A bound that `at` never exceeds between two instants; the tighter, the faster the thinning. */
  perSecondMax(fromMs: number, untilMs: number): number;
}
