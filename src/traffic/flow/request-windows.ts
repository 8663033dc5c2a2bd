/** Windows at the level of requests: each has its arrival, its way, its wait, its latency. */
import type { Spread } from './spread.js';
import { lowerBound } from './stream.js';
import type { Span, WindowLevel, WindowTools } from './window.js';

/** Arrivals of a span: the offsets from `first` up to `end`, after `baseMs`. */
interface Arrived {
  readonly offsetsMs: Float64Array;
  readonly first: number;
  readonly end: number;
  readonly baseMs: number;
}

const none: Arrived = { offsetsMs: new Float64Array(0), first: 0, end: 0, baseMs: 0 };

/** A request that is put among the others: when, how often it was tried, its tag. */
interface Put {
  readonly timeMs: number;
  readonly tag: number;
}

/** The level. */
export class RequestWindows implements WindowLevel {
  constructor(private readonly tools: WindowTools) {}

  advance(span: Span, spread: Spread): number {
    const { stream, ledger, settlement } = this.tools;
    const arrived = span.isOpen ? stream.read(span.untilMs) : none;
    const count = arrived.end - arrived.first;
    ledger.offer(count);
    settlement.retries.refill(count + span.inFlight);
    if (span.isDropped) ledger.drop(count);
    this.send(span.isDropped ? none : arrived, span, spread);
    this.fail(span, spread);
    for (const state of span.replicas) {
      const { book } = state;
      if (book === undefined) continue;
      state.advance(span.untilMs, book);
      settlement.settle(book, state, span.untilMs);
      book.collect();
    }
    return count;
  }

  /** Spreads what arrives, with samples and further attempts at their places among them. */
  private send(arrived: Arrived, span: Span, spread: Spread): void {
    const { settlement } = this.tools;
    const { blocks, paths } = spread;
    const before = blocks.map(block => block.count);
    for (const attempt of settlement.retries.due(span.untilMs)) {
      arrived = this.upTo(attempt.timeMs, arrived, spread);
      const path = this.put(attempt, spread);
      // It was offered when it came first.
      before[path] = (before[path] ?? 0) + 1;
    }
    this.upTo(span.untilMs, arrived, spread);
    blocks.forEach((block, path) => paths[path]?.book.offer(block.count - (before[path] ?? 0)));
  }

  /** Spreads what arrives before a time; gives the rest. */
  private upTo(untilMs: number, arrived: Arrived, spread: Spread): Arrived {
    const { settings, settlement, stream, random } = this.tools;
    const { offsetsMs, baseMs, end } = arrived;
    const until = lowerBound(offsetsMs, untilMs - baseMs, arrived.first, end);
    // The number of an arrival is its index and what the stream had read before.
    const numbered = stream.count - end;
    const { sampleEvery } = settings;
    let { first } = arrived;
    while (sampleEvery > 0) {
      const sample = Math.ceil((first + numbered + 1) / sampleEvery) * sampleEvery - 1 - numbered;
      if (sample >= until) break;
      spread.scatter(offsetsMs, { first, end: sample, baseMs }, random);
      const timeMs = baseMs + (offsetsMs[sample] as number);
      this.put({ timeMs, tag: settlement.sample(timeMs, sample + numbered) }, spread);
      first = sample + 1;
    }
    spread.scatter(offsetsMs, { first, end: until, baseMs }, random);
    return { ...arrived, first: until };
  }

  private put({ timeMs, tag }: Put, spread: Spread): number {
    const path = spread.pick(this.tools.random);
    spread.blocks[path]?.push(timeMs, tag);
    return path;
  }

  /** What goes to nobody fails at once. */
  private fail(span: Span, spread: Spread): void {
    const { settlement, settings } = this.tools;
    spread.paths.forEach(({ to, book }, path) => {
      const block = spread.blocks[path];
      if ('replica' in to || block === undefined) return;
      for (let index = 0; index < block.count; index++) {
        const timeMs = block.timeMs[index] ?? 0;
        const failed = {
          timeMs,
          atMs: timeMs + settings.networkMs,
          tag: block.tag[index] ?? 0,
          reason: to.failure,
        };
        settlement.fail(book, failed, span.untilMs);
      }
      block.count = 0;
    });
  }
}
