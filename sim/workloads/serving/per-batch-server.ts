/**
 * The second level: a server that is reckoned by counts, for rates at which requests one by one would
 * cost too much. It has throughput, use and backlog as the request level has them, and the mean time
 * in the system by Little's law; it cannot know a single latency, and so tells none.
 *
 * Batching servers go batch by batch, with the arrivals of a step spread evenly. Parallel servers are
 * the fluid dn/dt = lambda - mu min(n, c). A batch's delay is not modelled: batches fill before it.
 */
import { capacityPerSecond, meanServiceMs, type ServerSettings } from './settings.js';

/** What a server did in windows that were reckoned by counts: there is no histogram on purpose. */
export interface CountOutcome {
  finished: number;
  /** Of a full queue. */
  shed: number;
  /** Waited longer than the queue's time-out. */
  expired: number;
  /** Answered later than the deadline, as the backlog tells. */
  late: number;
  /** The integral of the number in the system over time: divided by time L, by the finished W. */
  requestMs: number;
}

/** Arrivals by step: `counts[i]` in [fromMs + i * stepMs, fromMs + (i + 1) * stepMs). */
export interface CountBlock {
  readonly counts: Int32Array;
  readonly steps: number;
  readonly fromMs: number;
  readonly stepMs: number;
}

/** The server. */
export class PerBatchServer {
  private waitingCount = 0;
  private readonly served: Float64Array;
  /** By instance, for batching: when it is free. */
  private readonly freeMs: Float64Array;
  private readonly servers: number;
  private readonly perMs: number;
  private readonly waitingMax: number;
  private readonly isPatienceShort: boolean;
  private workMs = 0;
  private serving = 0;
  private carry = 0;

  constructor(
    private readonly settings: ServerSettings,
    private readonly deadlineMs = Infinity,
  ) {
    const { servers = 1, queueMax = Infinity, queueTimeoutMs = Infinity } = settings;
    this.servers = servers;
    this.perMs = capacityPerSecond(settings) / 1000;
    // Whoever would wait longer than the time-out is behind so many others.
    const patience = queueTimeoutMs === Infinity ? Infinity : queueTimeoutMs * this.perMs;
    this.isPatienceShort = patience < queueMax;
    this.waitingMax = Math.min(queueMax, Math.floor(patience));
    this.served = new Float64Array(servers);
    this.freeMs = new Float64Array(servers).fill(-Infinity);
  }

  get waiting(): number {
    return this.waitingCount;
  }

  get inService(): number {
    return this.serving;
  }

  /** For how long its servers served up to a time, which must be the last one of `advance`. */
  busyMs(atMs: number): number {
    let over = 0;
    for (const free of this.freeMs) if (free > atMs) over += free - atMs;
    return this.workMs - over;
  }

  /** Takes over requests that wait. */
  take(waiting: number): void {
    this.waitingCount += waiting;
  }

  /** Gives up all that it has. */
  loseAll(): number {
    const had = this.waitingCount + this.serving;
    this.waitingCount = 0;
    this.serving = 0;
    this.served.fill(0);
    this.freeMs.fill(-Infinity);
    return had;
  }

  /** Works out a window. */
  advance({ counts, steps, fromMs, stepMs }: CountBlock, outcome: CountOutcome): void {
    const isBatching = this.settings.service.kind === 'batch';
    for (let step = 0; step < steps; step++) {
      const startMs = fromMs + step * stepMs;
      const count = counts[step] ?? 0;
      if (isBatching) this.batches(startMs, stepMs, count, outcome);
      else this.fluid(stepMs, count, outcome);
    }
  }

  /** One step, batch by batch: batches begin where an instance gets free or finds one that waits. */
  private batches(startMs: number, stepMs: number, count: number, outcome: CountOutcome): void {
    const endMs = startMs + stepMs;
    const gapMs = count > 0 ? stepMs / count : Infinity;
    let arrived = 0;
    let nowMs = startMs;
    const goOn = (untilMs: number, dueMin = 0): void => {
      outcome.requestMs += (this.waitingCount + this.serving) * (untilMs - nowMs);
      nowMs = untilMs;
      const due = Math.min(count, Math.max(dueMin, Math.floor((untilMs - startMs) / gapMs + 0.5)));
      const more = due - arrived;
      if (more > 0) {
        // Those between arrive evenly: each has been there since its own instant.
        const first = startMs + (arrived + 0.5) * gapMs;
        outcome.requestMs += more * (untilMs - first) - (gapMs * more * (more - 1)) / 2;
        arrived = due;
        this.waitingCount += more;
      }
      this.bound(outcome);
    };
    for (;;) {
      const instance = soonest(this.freeMs);
      const freeMs = this.freeMs[instance] ?? Infinity;
      if (freeMs > endMs) break;
      if (freeMs > nowMs) goOn(freeMs);
      this.release(instance, outcome);
      if (this.waitingCount === 0) {
        if (arrived >= count) break;
        goOn(Math.max(nowMs, startMs + (arrived + 0.5) * gapMs), arrived + 1);
        continue;
      }
      this.begin(instance, nowMs);
    }
    goOn(endMs);
  }

  /** The batch of an instance is answered. */
  private release(instance: number, outcome: CountOutcome): void {
    const count = this.served[instance] ?? 0;
    if (count === 0) return;
    this.served[instance] = 0;
    this.serving -= count;
    const waitMs = this.waitingCount / this.perMs;
    if (waitMs > this.deadlineMs) outcome.late += count;
    else outcome.finished += count;
  }

  private begin(instance: number, nowMs: number): void {
    const { service } = this.settings;
    if (service.kind !== 'batch') return;
    const count = Math.min(this.waitingCount, service.batchMax);
    const serviceMs = service.fixedMs + service.perItemMs * count;
    this.waitingCount -= count;
    this.serving += count;
    this.served[instance] = count;
    this.freeMs[instance] = nowMs + serviceMs;
    this.workMs += serviceMs;
  }

  private bound(outcome: CountOutcome): void {
    const over = this.waitingCount - this.waitingMax;
    if (over <= 0) return;
    this.waitingCount -= over;
    if (this.isPatienceShort) outcome.expired += over;
    else outcome.shed += over;
  }

  /** One step of the fluid, in parts that are short beside a service. */
  private fluid(stepMs: number, count: number, outcome: CountOutcome): void {
    const { service } = this.settings;
    if (service.kind === 'batch') return;
    const meanMs = meanServiceMs(service);
    const parts = Math.max(1, Math.ceil((4 * stepMs) / meanMs));
    const partMs = stepMs / parts;
    let given = 0;
    for (let part = 1; part <= parts; part++) {
      const due = Math.floor((count * part) / parts);
      const before = this.waitingCount + this.serving;
      const present = before + due - given;
      const busy = Math.min(before, this.servers);
      this.carry += (busy * partMs) / meanMs;
      const gone = Math.min(before, Math.floor(this.carry));
      this.carry = Math.min(1, this.carry - gone);
      this.workMs += busy * partMs;
      outcome.requestMs += before * partMs;
      const isLate = this.waitingCount / this.perMs > this.deadlineMs;
      if (isLate) outcome.late += gone;
      else outcome.finished += gone;
      const left = present - gone;
      this.serving = Math.min(left, this.servers);
      this.waitingCount = left - this.serving;
      given = due;
      this.bound(outcome);
    }
  }
}

function soonest(freeMs: Float64Array): number {
  let best = 0;
  for (let instance = 1; instance < freeMs.length; instance++) {
    if ((freeMs[instance] ?? 0) < (freeMs[best] ?? 0)) best = instance;
  }
  return best;
}
