/**
 * A server with dynamic batching, as Triton has it: a free instance takes at once what waits, up to
 * the largest batch, or waits a stated time for it to fill.
 */
import { invariant } from '../../engine/invariant.js';
import { handBack, RequestBlock, RequestQueue } from './requests.js';
import type { RequestServer, ServerOutcome } from './server.js';
import type { BatchTime, ServerSettings } from './settings.js';

/** The server; its instances share the queue. */
export class BatchingServer implements RequestServer {
  private readonly queue: RequestQueue;
  /** By instance: when its batch is finished; Infinity: it is free. */
  private readonly finishMs: Float64Array;
  private readonly batches: readonly RequestBlock[];
  private readonly delayMs: number;
  private readonly queueTimeoutMs: number;
  private free: number;
  /** One instance that waits for nothing: what it does can be told without its queue. */
  private readonly isPlain: boolean;
  private workMs = 0;
  /** The time, in an array: a number that is handed on in calls would be boxed each time. */
  private readonly clock = new Float64Array(1);

  constructor(
    private readonly service: BatchTime,
    { servers = 1, queueMax = Infinity, queueTimeoutMs = Infinity }: ServerSettings,
  ) {
    this.queue = new RequestQueue(queueMax);
    this.queueTimeoutMs = queueTimeoutMs;
    this.delayMs = service.delayMaxMs ?? 0;
    this.finishMs = new Float64Array(servers).fill(Infinity);
    this.batches = Array.from({ length: servers }, () => new RequestBlock());
    this.free = servers;
    this.isPlain = servers === 1 && this.delayMs === 0 && queueMax >= 1;
  }

  get waiting(): number {
    return this.queue.size;
  }

  get inService(): number {
    let count = 0;
    this.batches.forEach((batch, instance) => {
      if (this.finishMs[instance] !== Infinity) count += batch.count;
    });
    return count;
  }

  advance(requests: RequestBlock, untilMs: number, outcome: ServerOutcome): void {
    const { queue, finishMs, delayMs, clock } = this;
    const { timeMs, tag, count } = requests;
    invariant(untilMs < Infinity, 'a window has an end');
    let index = 0;
    for (;;) {
      if (this.isPlain && queue.size === 0)
        index = this.serveOnward(requests, index, untilMs, outcome);
      while (this.free > 0 && queue.size > 0 && (delayMs === 0 || this.isReady())) {
        this.begin(outcome);
      }
      const instance = this.soonest();
      const doneMs = finishMs[instance] as number;
      if (this.free === 0) {
        // While all are busy arrivals only queue up.
        const isOver = doneMs > untilMs;
        clock[0] = isOver ? untilMs : doneMs;
        index = queue.take(requests, index, clock, outcome.handedBack);
        if (isOver) break;
        this.finish(instance, outcome);
        continue;
      }
      const dueMs = queue.size > 0 ? queue.oldestMs() + delayMs : Infinity;
      const eventMs = Math.min(doneMs, dueMs, untilMs);
      const nextMs = index < count ? (timeMs[index] as number) : Infinity;
      if (nextMs < eventMs) {
        clock[0] = nextMs;
        if (!queue.takeOne(requests, index)) {
          outcome.handedBack.push(nextMs, nextMs, tag[index] as number, handBack.shed);
        }
        index++;
        continue;
      }
      clock[0] = eventMs;
      if (doneMs === eventMs) this.finish(instance, outcome);
      else if (dueMs !== eventMs) break;
    }
    clock[0] = untilMs;
  }

  /**
   * The way of nearly all requests: as long as none is shed or waits too long, what waits lies in one
   * piece among the arrivals, and each batch can be answered when it begins. Gives the first arrival
   * that it left to the queue; the clock then stands where the queue goes on.
   */
  private serveOnward(
    requests: RequestBlock,
    from: number,
    untilMs: number,
    outcome: ServerOutcome,
  ): number {
    const { finishMs, clock, queueTimeoutMs } = this;
    const { fixedMs, perItemMs, batchMax } = this.service;
    const { timeMs, count } = requests;
    const { sizeMax } = this.queue;
    let freeMs = -Infinity;
    if (this.free === 0) {
      freeMs = finishMs[0] as number;
      if (freeMs > untilMs) return from;
      this.finish(0, outcome);
    }
    let first = from;
    let arrived = from;
    let { workMs } = this;
    while (first < count) {
      while (arrived < count && (timeMs[arrived] as number) < freeMs) arrived++;
      const oldestMs = timeMs[first] as number;
      if (arrived === first) arrived++;
      else if (arrived - first > sizeMax || freeMs - oldestMs > queueTimeoutMs) {
        clock[0] = freeMs;
        first = this.queue.take(requests, first, clock, outcome.handedBack);
        break;
      }
      const size = Math.min(arrived - first, batchMax);
      const startMs = oldestMs < freeMs ? freeMs : oldestMs;
      const serviceMs = fixedMs + perItemMs * size;
      workMs += serviceMs;
      freeMs = startMs + serviceMs;
      const next = first + size;
      if (outcome.waits !== undefined) {
        for (let at = first; at < next; at++)
          outcome.waits.record(startMs - (timeMs[at] as number));
      }
      if (freeMs > untilMs) {
        (this.batches[0] as RequestBlock).copy(requests, first, next);
        finishMs[0] = freeMs;
        this.free = 0;
        first = next;
        break;
      }
      clock[0] = freeMs;
      outcome.answerBatch(requests, clock, first, next);
      first = next;
    }
    this.workMs = workMs;
    return first;
  }

  busyMs(atMs: number): number {
    let over = 0;
    for (const finish of this.finishMs) if (finish !== Infinity) over += finish - atMs;
    return this.workMs - over;
  }

  loseAll(give: (timeMs: number, tag: number) => void): void {
    this.batches.forEach(({ timeMs, tag, count }, instance) => {
      if (this.finishMs[instance] === Infinity) return;
      for (let index = 0; index < count; index++) give(timeMs[index] ?? 0, tag[index] ?? 0);
    });
    this.finishMs.fill(Infinity);
    this.free = this.batches.length;
    for (; this.queue.size > 0; this.queue.shift()) {
      give(this.queue.oldestMs(), this.queue.oldestTag());
    }
  }

  /** Whether a batch can begin: it is full, or its oldest has waited long enough. */
  private isReady(): boolean {
    const { queue, delayMs } = this;
    const nowMs = this.clock[0] as number;
    return queue.size >= this.service.batchMax || queue.oldestMs() + delayMs <= nowMs;
  }

  private begin(outcome: ServerOutcome): void {
    const { queue } = this;
    const nowMs = this.clock[0] as number;
    const { fixedMs, perItemMs, batchMax } = this.service;
    while (queue.size > 0 && nowMs - queue.oldestMs() > this.queueTimeoutMs) {
      outcome.handedBack.push(queue.oldestMs(), nowMs, queue.oldestTag(), handBack.expired);
      queue.shift();
    }
    if (queue.size === 0) return;
    let instance = 0;
    while (this.finishMs[instance] !== Infinity) instance++;
    const batch = this.batches[instance] as RequestBlock;
    queue.moveTo(batch, Math.min(queue.size, batchMax));
    const serviceMs = fixedMs + perItemMs * batch.count;
    this.finishMs[instance] = nowMs + serviceMs;
    this.workMs += serviceMs;
    this.free--;
    if (outcome.waits === undefined) return;
    for (let index = 0; index < batch.count; index++) {
      outcome.waits.record(nowMs - (batch.timeMs[index] as number));
    }
  }

  private finish(instance: number, outcome: ServerOutcome): void {
    const batch = this.batches[instance] as RequestBlock;
    this.clock[0] = this.finishMs[instance] as number;
    outcome.answerBatch(batch, this.clock, 0, batch.count);
    this.finishMs[instance] = Infinity;
    this.free++;
  }

  /** The instance that finishes next. */
  private soonest(): number {
    const { finishMs } = this;
    let best = 0;
    for (let instance = 1; instance < finishMs.length; instance++) {
      if ((finishMs[instance] as number) < (finishMs[best] as number)) best = instance;
    }
    return best;
  }
}
