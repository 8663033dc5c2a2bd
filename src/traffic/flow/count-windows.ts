/** Windows at the level of counts: for rates at which requests one by one would cost too much. */
import type { CountBlock } from '../../../sim/workloads/serving/per-batch-server.js';
import type { ReplicaState } from './replica-state.js';
import type { FlowPath, Spread } from './spread.js';
import type { Span, WindowLevel, WindowTools } from './window.js';

/** A step within a window, at most. */
const stepMaxMs = 10;

interface Sampled {
  readonly tag: number;
  readonly path: FlowPath | undefined;
}

/** The level. Failed requests are not tried again here, and what waits to be tried again is sent. */
export class CountWindows implements WindowLevel {
  constructor(private readonly tools: WindowTools) {}

  advance(span: Span, spread: Spread): number {
    const { ledger, settlement } = this.tools;
    const steps = Math.max(1, Math.ceil((span.untilMs - span.fromMs) / stepMaxMs));
    const stepMs = (span.untilMs - span.fromMs) / steps;
    const arrived = new Int32Array(steps);
    if (span.isOpen) this.arrive(span, arrived, stepMs);
    const count = sum(arrived);
    ledger.offer(count);
    if (span.isDropped) {
      ledger.drop(count);
      arrived.fill(0);
    }
    const samples = this.samples(span, span.isDropped ? 0 : count, spread);
    const byPath = this.split(arrived, spread);
    spread.paths.forEach((path, index) => path.book.offer(sum(byPath[index] ?? new Int32Array(0))));
    for (const { tag } of settlement.retries.due(span.untilMs)) {
      const index = spread.pick(this.tools.random);
      const counts = byPath[index];
      if (counts !== undefined) counts[0] = (counts[0] ?? 0) + 1;
      samples.push({ tag, path: spread.paths[index] });
    }
    this.serve(span, spread, { byPath, stepMs, samples });
    return count;
  }

  /** How many arrive in each step. */
  private arrive(span: Span, into: Int32Array, stepMs: number): void {
    const { settings, originMs, stream } = this.tools;
    const { arrivals } = settings;
    if (arrivals.counts !== undefined) {
      arrivals.counts(originMs + span.fromMs, stepMs, into);
      stream.skip(span.untilMs, sum(into));
      return;
    }
    const { offsetsMs, first, end, baseMs } = stream.read(span.untilMs);
    for (let index = first; index < end; index++) {
      const step = Math.floor((baseMs + (offsetsMs[index] ?? 0) - span.fromMs) / stepMs);
      const place = Math.min(into.length - 1, Math.max(0, step));
      into[place] = (into[place] ?? 0) + 1;
    }
  }

  /** Splits the counts over the paths by chance. */
  private split(arrived: Int32Array, { paths }: Spread): Int32Array[] {
    const { random } = this.tools;
    const byPath = paths.map(() => new Int32Array(arrived.length));
    for (let step = 0; step < arrived.length; step++) {
      let left = arrived[step] ?? 0;
      let share = 1;
      for (let path = 0; path < paths.length && left > 0; path++) {
        const own = paths[path]?.share ?? 0;
        const isLast = path === paths.length - 1;
        const count = isLast ? left : random.binomial(left, Math.min(1, own / share));
        const counts = byPath[path] as Int32Array;
        counts[step] = count;
        left -= count;
        share -= own;
      }
    }
    return byPath;
  }

  /** The samples among the arrivals, each on a path of its own. */
  private samples(span: Span, count: number, spread: Spread): Sampled[] {
    const { settings, stream, settlement, random } = this.tools;
    const { sampleEvery } = settings;
    if (sampleEvery === 0) return [];
    const samples: Sampled[] = [];
    const start = stream.count - count;
    const next = Math.ceil((start + 1) / sampleEvery) * sampleEvery - 1;
    for (let number = next; number < stream.count; number += sampleEvery) {
      const share = (number - start + 0.5) / count;
      const timeMs = span.fromMs + share * (span.untilMs - span.fromMs);
      const path = spread.paths[spread.pick(random)];
      samples.push({ tag: settlement.sample(timeMs, number), path });
    }
    return samples;
  }

  private serve(
    span: Span,
    { paths }: Spread,
    sent: {
      readonly byPath: readonly Int32Array[];
      readonly stepMs: number;
      readonly samples: readonly Sampled[];
    },
  ): void {
    const { settlement } = this.tools;
    const steps = sent.byPath[0]?.length ?? 1;
    const blockOf = (counts: Int32Array): CountBlock => ({
      counts,
      steps,
      fromMs: span.fromMs,
      stepMs: sent.stepMs,
    });
    const good = new Map<ReplicaState, number>();
    for (const state of span.replicas) {
      const { book } = state;
      if (book === undefined) continue;
      const path = paths.findIndex(({ to }) => 'replica' in to && to.replica === state);
      const counts = sent.byPath[path] ?? new Int32Array(steps);
      good.set(state, state.advanceCounts(blockOf(counts), book));
      book.collect();
    }
    paths.forEach(({ to, book }, path) => {
      if ('failure' in to) book.fail(to.failure, sum(sent.byPath[path] ?? new Int32Array(0)));
    });
    for (const { tag, path } of sent.samples) {
      const to = path?.to;
      if (to === undefined) settlement.lose(tag, 'no gateway');
      else if ('failure' in to) settlement.lose(tag, to.failure);
      else if (this.tools.random.float() < (good.get(to.replica) ?? 1)) {
        settlement.answerUnmeasured(to.replica, tag);
      } else settlement.lose(tag, 'shed');
    }
  }
}

function sum(counts: Int32Array): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
