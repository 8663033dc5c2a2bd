/** Servers in parallel before one queue, each with one request at a time: M/M/c and its kin. */
import type { Random } from '../../engine/random.js';
import { FastRandom } from './fast-random.js';
import { handBack, RequestQueue, type RequestBlock } from './requests.js';
import type { RequestServer, ServerOutcome } from './server.js';
import type { ServerSettings, ServiceTime } from './settings.js';

/** The servers: those that are busy stand in a heap, the next to finish first. */
export class ParallelServers implements RequestServer {
  private readonly queue: RequestQueue;
  private readonly finishMs: Float64Array;
  private readonly timeMs: Float64Array;
  private readonly tag: Int32Array;
  private readonly servers: number;
  private readonly draw: () => number;
  private readonly queueTimeoutMs: number;
  private busy = 0;
  private workMs = 0;

  constructor(service: ServiceTime, settings: ServerSettings, random: Random) {
    const { servers = 1, queueMax = Infinity, queueTimeoutMs = Infinity } = settings;
    this.servers = servers;
    this.queue = new RequestQueue(queueMax);
    this.queueTimeoutMs = queueTimeoutMs;
    this.finishMs = new Float64Array(servers);
    this.timeMs = new Float64Array(servers);
    this.tag = new Int32Array(servers);
    this.draw = drawOf(service, new FastRandom(random));
  }

  get waiting(): number {
    return this.queue.size;
  }

  get inService(): number {
    return this.busy;
  }

  advance({ timeMs, tag, count }: RequestBlock, untilMs: number, outcome: ServerOutcome): void {
    for (let index = 0; index < count; index++) {
      const atMs = timeMs[index] as number;
      const own = tag[index] as number;
      this.finish(atMs, outcome);
      if (this.busy < this.servers) this.begin(atMs, own, atMs, outcome);
      else if (!this.queue.push(atMs, own)) {
        outcome.handedBack.push(atMs, atMs, own, handBack.shed);
      }
    }
    this.finish(untilMs, outcome);
  }

  busyMs(atMs: number): number {
    let over = 0;
    for (let place = 0; place < this.busy; place++) over += (this.finishMs[place] ?? 0) - atMs;
    return this.workMs - over;
  }

  loseAll(give: (timeMs: number, tag: number) => void): void {
    for (let place = 0; place < this.busy; place++) {
      give(this.timeMs[place] ?? 0, this.tag[place] ?? 0);
    }
    this.busy = 0;
    for (; this.queue.size > 0; this.queue.shift()) {
      give(this.queue.oldestMs(), this.queue.oldestTag());
    }
  }

  /** All that is over by then; each server that gets free takes the next in the queue. */
  private finish(byMs: number, outcome: ServerOutcome): void {
    const { queue, finishMs } = this;
    while (this.busy > 0 && (finishMs[0] as number) <= byMs) {
      const nowMs = finishMs[0] as number;
      outcome.answer(this.timeMs[0] as number, this.tag[0] as number, nowMs);
      this.removeFirst();
      while (queue.size > 0) {
        const waitedMs = queue.oldestMs();
        const tag = queue.oldestTag();
        queue.shift();
        if (nowMs - waitedMs <= this.queueTimeoutMs) {
          this.begin(waitedMs, tag, nowMs, outcome);
          break;
        }
        outcome.handedBack.push(waitedMs, nowMs, tag, handBack.expired);
      }
    }
  }

  private begin(timeMs: number, tag: number, nowMs: number, outcome: ServerOutcome): void {
    outcome.waits?.record(nowMs - timeMs);
    const serviceMs = this.draw();
    this.workMs += serviceMs;
    this.insert(nowMs + serviceMs, timeMs, tag);
  }

  private insert(finish: number, time: number, tag: number): void {
    const { finishMs } = this;
    let place = this.busy++;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if ((finishMs[above] as number) <= finish) break;
      this.move(above, place);
      place = above;
    }
    finishMs[place] = finish;
    this.timeMs[place] = time;
    this.tag[place] = tag;
  }

  private removeFirst(): void {
    const { finishMs } = this;
    const last = --this.busy;
    const finish = finishMs[last] as number;
    const time = this.timeMs[last] as number;
    const tag = this.tag[last] as number;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= last) break;
      if (below + 1 < last && (finishMs[below + 1] as number) < (finishMs[below] as number))
        below++;
      if ((finishMs[below] as number) >= finish) break;
      this.move(below, place);
      place = below;
    }
    finishMs[place] = finish;
    this.timeMs[place] = time;
    this.tag[place] = tag;
  }

  private move(from: number, to: number): void {
    this.finishMs[to] = this.finishMs[from] as number;
    this.timeMs[to] = this.timeMs[from] as number;
    this.tag[to] = this.tag[from] as number;
  }
}

function drawOf(service: ServiceTime, random: FastRandom): () => number {
  switch (service.kind) {
    case 'deterministic':
      return () => service.ms;
    case 'exponential':
      return () => service.meanMs * random.exponential();
    case 'lognormal': {
      const variance = Math.log(1 + service.cv2);
      const deviation = Math.sqrt(variance);
      const median = service.meanMs * Math.exp(-variance / 2);
      return () => median * Math.exp(deviation * random.normal());
    }
  }
}
