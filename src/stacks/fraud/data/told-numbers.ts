/** What an engine tells, as numbers: written by the thread, read by the one that lives the cluster. */
import { latencyBoundsMs, type GatewayAnswers } from '../../../traffic/flow/contract.js';
import { ofReasons } from '../../../traffic/flow/gateway-counters.js';
import { failureReasons } from '../../../traffic/flow/ledger.js';
import type { FlowSink } from '../../../traffic/flow/engine.js';
import { featureNames } from '../../../traffic/transaction.js';
import type { PaymentBlock } from './payment-block.js';
import type { PaymentRecord } from './payment-record.js';
import type { ThreadScores } from './thread-scores.js';

const features = featureNames.length;
const kind = { arrival: 0, answered: 1, lost: 2, replicaWork: 3, gatewayWork: 4, answers: 5 };
/** How many numbers each kind takes. */
const sizes = [
  7 + features,
  7,
  5,
  4,
  4,
  3 + failureReasons.length + latencyBoundsMs.length,
] as const;

/** Writes down what is told. */
export class ToldWriter implements FlowSink {
  private numbers = new Float64Array(1024);
  private count = 0;

  /** `payment` gives the payment of a sample by the number of its arrival. */
  constructor(
    private readonly payment: (arrival: number) => readonly [block: PaymentBlock, index: number],
    private readonly scores: ThreadScores,
  ) {}

  /** What was written since the last call; it stands until the next telling. */
  take(): Float64Array {
    const { count } = this;
    this.count = 0;
    return this.numbers.subarray(0, count);
  }

  arrival({ ordinal, arrival, timeMs }: Parameters<FlowSink['arrival']>[0]): void {
    const at = this.begin(kind.arrival);
    const [block, index] = this.payment(arrival);
    this.scores.keep(ordinal, block, index);
    const { numbers } = this;
    numbers[at] = ordinal;
    numbers[at + 1] = arrival;
    numbers[at + 2] = timeMs;
    numbers[at + 3] = block.knownMs[index] as number;
    numbers[at + 4] = block.customer[index] as number;
    numbers[at + 5] = block.scenario[index] as number;
    for (let feature = 0; feature < features; feature++) {
      numbers[at + 6 + feature] = block.values[index * features + feature] as number;
    }
  }

  answered(replica: number, sample: Parameters<FlowSink['answered']>[1]): void {
    const { ordinal, arrival, timeMs, latencyMs = NaN } = sample;
    const score = this.scores.score(replica, ordinal);
    this.write(kind.answered, replica, ordinal, arrival, timeMs, latencyMs, score);
  }

  lost(lost: Parameters<FlowSink['lost']>[0], reason: Parameters<FlowSink['lost']>[1]): void {
    const { ordinal, arrival, timeMs } = lost;
    this.write(kind.lost, failureReasons.indexOf(reason), ordinal, arrival, timeMs);
  }

  replicaWork(replica: number, work: Parameters<FlowSink['replicaWork']>[1]): void {
    this.write(kind.replicaWork, replica, work.busy, work.finishedPerSecond);
  }

  gatewayWork(gateway: number, work: Parameters<FlowSink['gatewayWork']>[1]): void {
    this.write(kind.gatewayWork, gateway, work.busy, work.finishedPerSecond);
  }

  answers({ finished, sumMs, failures, within }: Parameters<FlowSink['answers']>[0]): void {
    const failed = failureReasons.map(reason => failures[reason]);
    this.write(kind.answers, finished, sumMs, ...failed, ...within);
  }

  private write(what: number, ...told: readonly number[]): void {
    this.numbers.set(told, this.begin(what));
  }

  /** Makes room for a telling; gives where its numbers go. */
  private begin(what: number): number {
    const at = this.count;
    this.count += sizes[what] as number;
    if (this.count > this.numbers.length) {
      const wider = new Float64Array(this.numbers.length * 2);
      wider.set(this.numbers);
      this.numbers = wider;
    }
    this.numbers[at] = what;
    return at + 1;
  }
}

/** Passes on what was written; the payment of each arrival goes to the record first. */
export function tellNumbers(numbers: Float64Array, sink: FlowSink, record: PaymentRecord): void {
  for (let at = 0; at < numbers.length; at += sizes[numbers[at] as number] as number) {
    // One by one: a million are told, and taking a part of them apart costs three times as much.
    const first = numbers[at + 1] ?? 0;
    const second = numbers[at + 2] ?? 0;
    const third = numbers[at + 3] ?? 0;
    const fourth = numbers[at + 4] ?? 0;
    const fifth = numbers[at + 5] ?? 0;
    const sixth = numbers[at + 6] ?? 0;
    switch (numbers[at]) {
      case kind.arrival:
        record.addNumbers(numbers, at + 3);
        sink.arrival({ ordinal: first, arrival: second, timeMs: third });
        break;
      case kind.answered: {
        const latencyMs = Number.isNaN(fifth) ? undefined : fifth;
        const score = Number.isNaN(sixth) ? undefined : sixth;
        sink.answered(first, { ordinal: second, arrival: third, timeMs: fourth, latencyMs, score });
        break;
      }
      case kind.lost:
        sink.lost(
          { ordinal: second, arrival: third, timeMs: fourth },
          failureReasons[first] ?? 'reset',
        );
        break;
      case kind.replicaWork:
        sink.replicaWork(first, { busy: second, finishedPerSecond: third });
        break;
      case kind.gatewayWork:
        sink.gatewayWork(first, { busy: second, finishedPerSecond: third });
        break;
      default:
        sink.answers(answersIn(numbers, at + 1));
    }
  }
}

function answersIn(numbers: Float64Array, at: number): GatewayAnswers {
  const failed = at + 2;
  const within: number[] = [];
  const end = failed + failureReasons.length + latencyBoundsMs.length;
  for (let place = failed + failureReasons.length; place < end; place++) {
    within.push(numbers[place] as number);
  }
  return {
    finished: numbers[at] as number,
    sumMs: numbers[at + 1] as number,
    failures: ofReasons((_, index) => numbers[failed + index] as number),
    within,
  };
}
