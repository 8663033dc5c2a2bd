/** The contract of a simulated server of requests, and what it tells of them. */
import type { Random } from '../../engine/random.js';
import { BatchingServer } from './batching-server.js';
import { bucketOf, LatencyHistogram } from './histogram.js';
import { ParallelServers } from './parallel-servers.js';
import { HandedBack, unmeasuredTag, type RequestBlock } from './requests.js';
import type { ServerSettings } from './settings.js';

/** A server, exact at the level of requests. Time is in ms from any origin, and never goes back. */
export interface RequestServer {
  /**
   * Takes the requests of a window, which arrive before `untilMs`, and works out what happens up to
   * then. What is not finished by then stays.
   */
  advance(requests: RequestBlock, untilMs: number, outcome: ServerOutcome): void;
  /** In the queue. */
  readonly waiting: number;
  readonly inService: number;
  /** For how long its servers served up to a time, which must be the last one of `advance`. */
  busyMs(atMs: number): number;
  /** Gives back all that it has, with the time of arrival, and is empty. */
  loseAll(give: (timeMs: number, tag: number) => void): void;
}

/** Makes the server of the settings; `random` must be a stream of its own. */
export function requestServer(settings: ServerSettings, random: Random): RequestServer {
  const { service } = settings;
  return service.kind === 'batch'
    ? new BatchingServer(service, settings)
    : new ParallelServers(service, settings, random);
}

/** What servers did with requests; many may share one. */
export class ServerOutcome {
  /** Of plain requests that were answered in time, from their arrival. */
  readonly latencies = new LatencyHistogram();
  /** Waits, without service, of all that were begun; only where they are asked for. */
  readonly waits: LatencyHistogram | undefined;
  /** Plain requests that were answered after their deadline. */
  late = 0;
  /** Those without a latency that were answered. */
  unmeasured = 0;
  /** Requests that were shed, that waited too long, or that went down with a server. */
  readonly handedBack = new HandedBack();
  /** Tagged requests that were answered: `timeMs` is when. */
  readonly answered: { readonly timeMs: number[]; readonly tag: number[] } = {
    timeMs: [],
    tag: [],
  };

  private readonly deadlineMs: number;
  private readonly wayMs: number;

  constructor(
    options: {
      /** Answers that take longer are late. Default Infinity. */
      readonly deadlineMs?: number;
      /** The way there and back, which every latency has besides. Default 0. */
      readonly wayMs?: number;
      readonly keepsWaits?: boolean;
    } = {},
  ) {
    this.deadlineMs = options.deadlineMs ?? Infinity;
    this.wayMs = options.wayMs ?? 0;
    this.waits = options.keepsWaits === true ? new LatencyHistogram() : undefined;
  }

  /** A request is answered. */
  answer(timeMs: number, tag: number, finishMs: number): void {
    if (tag !== 0) return this.answerTagged(tag, finishMs);
    const latencyMs = finishMs - timeMs + this.wayMs;
    if (latencyMs > this.deadlineMs) this.late++;
    else this.latencies.record(latencyMs);
  }

  /**
   * The requests of a batch, from an index up to another, are answered at once: at the first time of
   * the array, as a mere number would be boxed.
   */
  answerBatch({ timeMs, tag }: RequestBlock, time: Float64Array, first: number, end: number): void {
    const finishMs = time[0] as number;
    const { latencies, deadlineMs } = this;
    const endMs = finishMs + this.wayMs;
    const { counts } = latencies;
    let { maxMs, minMs } = latencies;
    let sumMs = 0;
    let recorded = 0;
    for (let index = first; index < end; index++) {
      const latencyMs = endMs - (timeMs[index] as number);
      const own = tag[index] as number;
      if (own !== 0) this.answerTagged(own, finishMs);
      else if (latencyMs > deadlineMs) this.late++;
      else {
        const bucket = bucketOf(latencyMs);
        counts[bucket] = (counts[bucket] as number) + 1;
        sumMs += latencyMs;
        recorded++;
        if (latencyMs > maxMs) maxMs = latencyMs;
        if (latencyMs < minMs) minMs = latencyMs;
      }
    }
    latencies.count += recorded;
    latencies.sumMs += sumMs;
    latencies.maxMs = maxMs;
    latencies.minMs = minMs;
  }

  private answerTagged(tag: number, finishMs: number): void {
    if (tag === unmeasuredTag) {
      this.unmeasured++;
      return;
    }
    this.answered.timeMs.push(finishMs);
    this.answered.tag.push(tag);
  }
}
