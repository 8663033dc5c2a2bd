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
    outcome.answerBatch(this.batches[instance] as RequestBlock, this.finishMs, instance);
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
