/** The counters that a gateway shows: its part of what was answered, from one look to the next. */
import { latencyBoundsMs, type FailureReason, type GatewayAnswers } from './contract.js';
import { failureReasons, noFailures, type Ledger } from './ledger.js';

const zeros = noFailures();

/** Nothing was answered. */
export const noAnswers: GatewayAnswers = {
  finished: 0,
  failures: ofReasons(() => 0),
  within: latencyBoundsMs.map(() => 0),
  sumMs: 0,
};

/** The counters of one gateway. */
export class GatewayCounters {
  private seen: GatewayAnswers;
  private own = noAnswers;

  /** `answers` tells what all gateways have answered. */
  constructor(private readonly answers: () => GatewayAnswers) {
    this.seen = answers();
  }

  /** Adds its share of what came since the last look. */
  take(share: number): GatewayAnswers {
    const now = this.answers();
    const { seen, own } = this;
    this.own = {
      finished: own.finished + share * (now.finished - seen.finished),
      failures: ofReasons(
        reason => own.failures[reason] + share * (now.failures[reason] - seen.failures[reason]),
      ),
      within: own.within.map(
        (count, at) => count + share * ((now.within[at] ?? 0) - (seen.within[at] ?? 0)),
      ),
      sumMs: own.sumMs + share * (now.sumMs - seen.sumMs),
    };
    this.seen = now;
    return this.own;
  }
}

/** What all gateways have answered by the books. */
export function answersOf(ledger: Ledger): GatewayAnswers {
  const { finished, failures } = ledger.totals();
  const { counts, sumMs } = ledger.answeredWithin(latencyBoundsMs);
  return { finished, failures, within: counts, sumMs };
}

/** A number for each reason to fail. It is asked for at each look: a copy of one object is made, not a list of pairs. */
export function ofReasons(
  of: (reason: FailureReason, index: number) => number,
): Readonly<Record<FailureReason, number>> {
  const numbers = Object.assign({}, zeros);
  for (let index = 0; index < failureReasons.length; index++) {
    const reason = failureReasons[index] as FailureReason;
    numbers[reason] = of(reason, index);
  }
  return numbers;
}
