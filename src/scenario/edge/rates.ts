/** How many requests a second come to a Service, and what becomes of them. */

/** Rates of a Service's requests, in requests a second, and where they go. */
export interface Rates {
  offered: number;
  finished: number;
  refused: number;
  /** To servers on nodes that are down. */
  timedOut: number;
  /** Of the refused. */
  starting: number;
  noEndpoint: number;
  shed: number;
  dropped: number;
  denied: number;
  /** At the gateway of a mesh before the Service. */
  atGateway: number;
  capacity: number;
}

/** Nobody sends anything. */
export const stillRates: Readonly<Rates> = {
  offered: 0,
  finished: 0,
  refused: 0,
  timedOut: 0,
  starting: 0,
  noEndpoint: 0,
  shed: 0,
  dropped: 0,
  denied: 0,
  atGateway: 0,
  capacity: 0,
};

/** Adds what comes of rates in so many seconds. */
export function add(sums: Rates, rates: Rates, seconds: number): void {
  sums.offered += rates.offered * seconds;
  sums.finished += rates.finished * seconds;
  sums.timedOut += rates.timedOut * seconds;
  sums.refused += rates.refused * seconds;
  sums.starting += rates.starting * seconds;
  sums.noEndpoint += rates.noEndpoint * seconds;
  sums.shed += rates.shed * seconds;
  sums.dropped += rates.dropped * seconds;
  sums.denied += rates.denied * seconds;
  sums.atGateway += rates.atGateway * seconds;
  sums.capacity += rates.capacity * seconds;
}
