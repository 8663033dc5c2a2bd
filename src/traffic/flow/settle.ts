/** Settles what became of requests one by one: answers, failures, and further attempts. */
import type { FastRandom } from '../../../sim/workloads/serving/fast-random.js';
import { handBack, unmeasuredTag } from '../../../sim/workloads/serving/requests.js';
import type { FailureReason, SampleArrival } from './contract.js';
import type { AnsweredSample, FlowSink } from './engine.js';
import type { RevisionBook } from './ledger.js';
import { Marks } from './marks.js';
import type { ReplicaState } from './replica-state.js';
import { Retries } from './retries.js';
import type { RunSettings } from './run-settings.js';

/** What is retried: the gateway got no answer at all, or was told to try elsewhere. */
const retriable: ReadonlySet<FailureReason> = new Set(['refused', 'reset', 'shed']);

/** A request that failed, by its arrival at the server (a plain one's intended start) and its tag. */
interface Failed {
  readonly timeMs: number;
  readonly atMs: number;
  readonly tag: number;
  readonly reason: FailureReason;
}

/** Keeps samples and retries. Times are in ms since `originMs`. */
export class Settlement {
  readonly marks = new Marks();
  readonly retries: Retries;
  private readonly timeoutMs: number;
  private readonly networkMs: number;
  private ordinal = 0;

  constructor(
    private readonly settings: RunSettings,
    private readonly originMs: number,
    private readonly random: FastRandom,
    private readonly sink: Pick<FlowSink, 'arrival' | 'answered' | 'lost'>,
  ) {
    this.timeoutMs = settings.timeoutMs;
    this.networkMs = settings.networkMs;
    this.retries = new Retries(settings.retries);
  }

  /** A sample arrives: gives its tag. */
  sample(timeMs: number, arrival: number): number {
    const tag = this.marks.add(timeMs, this.ordinal++, arrival);
    if (this.settings.onSampleArrival !== undefined) this.sink.arrival(this.arrivalOf(tag));
    return tag;
  }

  /** Takes in what a server told of its window. */
  settle(book: RevisionBook, state: ReplicaState, windowEndMs: number): void {
    const { answered, handedBack } = book.outcome;
    if (answered.tag.length > 0) {
      answered.tag.forEach((tag, index) => {
        this.answer(book, state, { tag, finishMs: answered.timeMs[index] ?? 0 });
      });
      answered.tag.length = 0;
      answered.timeMs.length = 0;
    }
    for (let index = 0; index < handedBack.count; index++) {
      const failed: Failed = {
        timeMs: handedBack.timeMs[index] ?? 0,
        atMs: handedBack.atMs[index] ?? 0,
        tag: handedBack.tag[index] ?? 0,
        reason: handedBack.why[index] === handBack.shed ? 'shed' : 'timed out',
      };
      this.fail(book, failed, windowEndMs);
    }
    handedBack.count = 0;
  }

  /** A request failed: it is tried again, or that was it. */
  fail(book: RevisionBook, { timeMs, atMs, tag, reason }: Failed, windowEndMs: number): void {
    const { marks, retries } = this;
    const attempts = tag > 0 ? (marks.attempts[tag] ?? 0) : 0;
    const mayRetry = retriable.has(reason) && tag !== unmeasuredTag;
    if (mayRetry && attempts < retries.attemptsMax) {
      const intendedMs = tag > 0 ? (marks.intendedMs[tag] ?? timeMs) : timeMs;
      const againMs = retries.nextMs(atMs, windowEndMs, this.random);
      if (againMs !== undefined && againMs + this.networkMs < intendedMs + this.timeoutMs) {
        const marked = tag > 0 ? tag : marks.add(intendedMs);
        marks.attempts[marked] = attempts + 1;
        retries.add(againMs, marked);
        book.retry();
        return;
      }
    }
    book.fail(reason, 1);
    if (tag > 0) this.lose(tag, reason);
  }

  /** A marked request that is counted elsewhere: its sample is told without a latency. */
  answerUnmeasured(state: ReplicaState, tag: number): void {
    this.tell(state, tag, undefined);
    this.marks.forget(tag);
  }

  /** A marked request that is counted elsewhere has failed. */
  lose(tag: number, reason: FailureReason): void {
    if ((this.marks.ordinal[tag] ?? -1) >= 0 && this.settings.onSampleLost !== undefined) {
      this.sink.lost(this.arrivalOf(tag), reason);
    }
    this.marks.forget(tag);
  }

  private answer(
    book: RevisionBook,
    state: ReplicaState,
    { tag, finishMs }: { readonly tag: number; readonly finishMs: number },
  ): void {
    const latencyMs = finishMs - (this.marks.intendedMs[tag] ?? 0) + this.networkMs;
    if (latencyMs > this.timeoutMs) {
      book.fail('timed out', 1);
      this.lose(tag, 'timed out');
      return;
    }
    book.outcome.latencies.record(latencyMs);
    this.tell(state, tag, latencyMs);
    this.marks.forget(tag);
  }

  private tell({ replica }: ReplicaState, tag: number, latencyMs: number | undefined): void {
    const { ordinal, arrival, intendedMs } = this.marks;
    if ((ordinal[tag] ?? -1) < 0 || !replica.hears.samples) return;
    // Spelled out: a million samples are told, and spreading costs ten times as much.
    const sample: AnsweredSample = {
      ordinal: ordinal[tag] ?? 0,
      arrival: arrival[tag] ?? 0,
      timeMs: this.originMs + (intendedMs[tag] ?? 0),
      latencyMs,
    };
    this.sink.answered(replica.id, sample);
  }

  private arrivalOf(tag: number): SampleArrival {
    const { ordinal, arrival, intendedMs } = this.marks;
    return {
      ordinal: ordinal[tag] ?? 0,
      arrival: arrival[tag] ?? 0,
      timeMs: this.originMs + (intendedMs[tag] ?? 0),
    };
  }
}
