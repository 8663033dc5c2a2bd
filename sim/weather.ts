/**
 * The weather between the cluster's programs and its API server: what delays, refuses, loses and repeats
 * what travels there. Each process has a way of its own. In calm weather a request takes one branch more.
 */
import type { ApiAnswer, ApiRequest } from './api/request.js';
import type { Connect, Transport, WatchSink } from './client/contract.js';
import { TimedMessenger, type Errand, type Messenger } from './client/errand.js';
import type { Clock } from './engine/clock.js';
import { Random } from './engine/random.js';
import { restamped } from './restamped.js';
import { WeatheredMessenger } from './weathered-messenger.js';
import { WeatheredStream, type WatchTrouble } from './weathered-stream.js';

/** What happens to the requests of a process. */
export interface RequestTrouble {
  /** So much later do requests arrive. Default 0. */
  readonly delayMs?: number;
  /** The status that requests are answered with instead. Absent: they are served. */
  readonly code?: number;
  /** The part of the requests that it happens to, from 0 to 1. Default 1. */
  readonly share?: number;
  /** Whether the server serves the request all the same, so that only the answer is lost. Default false. */
  readonly isServed?: boolean;
  /** Only writes. Default false. */
  readonly onlyWrites?: boolean;
}

/** A client of the API server gives up after this: client-go's usual timeout, and the kubelet's for its status. */
const timeoutMs = 10_000;

/** What interleavings draw from: most requests and streams are as quick as ever, some are late. */
const requestLagsMs = [0, 0, 0, 0, 0, 0, 1, 3, 10, 40];
const streamLagsMs = [0, 0, 0, 0, 2, 10, 50, 250];

/** The weather of a cluster. */
export class Weather {
  private readonly ways = new Map<string, Way>();
  private readonly random: Random;

  /** `interleaving` 0 is calm weather; any other number is another order in which things reach each other. */
  constructor(
    private readonly clock: Clock,
    private readonly interleaving: number,
  ) {
    this.random = new Random(interleaving).fork('weather');
  }

  /** The way of a process to the API server. */
  around(process: string, connect: Connect): Connect {
    const way = this.way(process);
    return identity => new WeatheredTransport(connect(identity), way);
  }

  /** The way of a process, known or to come. */
  way(process: string): Way {
    const known = this.ways.get(process);
    if (known !== undefined) return known;
    const random = this.random.fork(process);
    const way = new Way(process, this.clock, random, this.interleaving !== 0);
    this.ways.set(process, way);
    return way;
  }
}

/** The way between one process and the API server. */
export class Way {
  /** Nothing happens on it, so that what travels need not stop. */
  isCalm: boolean;
  /** Nothing happens on it, but that what travels may be late. */
  isPassable = true;
  private offsetMs = 0;
  private isCut = false;
  private troubles: readonly RequestTrouble[] = [];
  private readonly streams = new Set<WeatheredStream>();
  private readonly messengers: WeatheredMessenger[] = [];
  private watchTroubles: readonly WatchTrouble[] = [];
  private countdown: { left: number; readonly action: () => void } | undefined;

  constructor(
    private readonly process: string,
    private readonly trueClock: Clock,
    private readonly random: Random,
    private readonly isRough: boolean,
  ) {
    this.isCalm = !isRough;
  }

  /**
   * The wall clock of the process jumps: what it writes has other times from now on. Its timers go on,
   * as Go's do, which measure by the monotonic clock; so do its comparisons of times.
   */
  stepClock(stepMs: number): void {
    this.offsetMs += stepMs;
    this.forecast();
  }

  /** Something happens to requests for a while. */
  trouble(trouble: RequestTrouble, forMs: number): void {
    this.troubles = withOne(this.troubles, trouble);
    this.forecast();
    this.later(forMs, 'clears', () => {
      this.troubles = without(this.troubles, trouble);
    });
  }

  /** Nothing gets through for a while: requests time out, streams fall silent and break. */
  cut(forMs: number): void {
    if (this.isCut) return;
    this.isCut = true;
    this.forecast();
    for (const stream of this.streams) stream.cut();
    this.later(forMs, 'is mended', () => {
      this.isCut = false;
      for (const stream of [...this.streams]) stream.mend();
    });
  }

  /** Something happens to watch events for a while. */
  watchTrouble(trouble: WatchTrouble, forMs: number): void {
    this.watchTroubles = withOne(this.watchTroubles, trouble);
    this.forecast();
    for (const stream of this.streams) stream.begin(trouble);
    this.later(forMs, 'clears', () => {
      this.watchTroubles = without(this.watchTroubles, trouble);
      for (const stream of [...this.streams]) stream.end(trouble);
    });
  }

  /** Calls back when the process has sent so many requests from now on: the last has left, its answer has not come. */
  afterRequests(count: number, action: () => void): void {
    this.countdown = { left: Math.max(count, 1), action };
    this.forecast();
  }

  send(inner: Transport, given: ApiRequest, done: (answer: ApiAnswer) => void): void {
    const { offsetMs } = this;
    const request = offsetMs === 0 ? given : restamped(given, this.trueClock.now(), offsetMs);
    this.count();
    if (this.isCut) {
      this.after(timeoutMs, 'times out', () => done(refusal(504, 'the request timed out')));
      return;
    }
    let delayMs = this.lateMs();
    for (const trouble of this.troubles) {
      const { code, share = 1, isServed = false, onlyWrites = false } = trouble;
      if (onlyWrites && request.method === 'GET') continue;
      if (share < 1 && this.random.float() >= share) continue;
      delayMs += trouble.delayMs ?? 0;
      if (code === undefined) continue;
      const answer = refusal(code, reasons[code]?.[1] ?? 'something went wrong');
      if (isServed) inner.send(request, () => done(answer));
      else this.after(delayMs + 1, 'refuses', () => done(answer));
      return;
    }
    if (delayMs === 0) inner.send(request, done);
    else this.after(delayMs, 'is slow', () => inner.send(request, done));
  }

  watch(inner: Transport, request: ApiRequest, sink: WatchSink): () => void {
    const refused = this.refusalOfWatch();
    if (refused !== undefined) {
      let isOpen = true;
      this.after(this.isCut ? timeoutMs : 1, 'refuses a watch', () => {
        if (isOpen) sink.end(refused);
      });
      return () => {
        isOpen = false;
      };
    }
    const stream = new WeatheredStream(this.trueClock, {
      sink,
      label: `${this.process} hears late`,
      path: request.path,
      ...(this.isRough && { lag: () => this.random.pick(streamLagsMs) }),
      over: () => this.streams.delete(stream),
    });
    this.streams.add(stream);
    stream.open(inner.watch(request, stream.inner));
    for (const trouble of this.watchTroubles) stream.begin(trouble);
    return () => stream.close();
  }

  private refusalOfWatch(): ApiAnswer | undefined {
    if (this.isCut) return refusal(504, 'the request timed out');
    for (const { code, share = 1, onlyWrites = false } of this.troubles) {
      if (code !== undefined && share === 1 && !onlyWrites) {
        return refusal(code, reasons[code]?.[1] ?? 'something went wrong');
      }
    }
    return undefined;
  }

  private count(): void {
    const { countdown } = this;
    if (countdown === undefined || --countdown.left > 0) return;
    this.countdown = undefined;
    this.forecast();
    this.after(0, 'reaches a request', countdown.action);
  }

  private later(forMs: number, what: string, action: () => void): void {
    this.after(forMs, what, () => {
      action();
      this.forecast();
    });
  }

  private after(delayMs: number, what: string, action: () => void): void {
    this.trueClock.after(delayMs, `the way of ${this.process} ${what}`, action);
  }

  /** How late the next request is, in milliseconds. */
  lateMs(): number {
    return this.isRough ? this.random.pick(requestLagsMs) : 0;
  }

  /** Who runs an errand: at once while nothing happens to requests; else it is a request like others. */
  messenger(transport: Transport, inner: Transport, errand: Errand): Messenger {
    const timed = new TimedMessenger(this.trueClock, transport, errand);
    const direct = inner.messenger?.(errand);
    if (direct === undefined) return timed;
    const messenger = new WeatheredMessenger(this, { direct, timed });
    this.messengers.push(messenger);
    return messenger;
  }

  private forecast(): void {
    const wasPassable = this.isPassable;
    this.isPassable =
      !this.isCut &&
      this.offsetMs === 0 &&
      this.troubles.length === 0 &&
      this.countdown === undefined;
    this.isCalm = this.isPassable && !this.isRough;
    if (!wasPassable || this.isPassable) return;
    for (const messenger of this.messengers) messenger.turn();
  }
}

function withOne<T>(all: readonly T[], one: T): readonly T[] {
  return all.includes(one) ? all : [...all, one];
}

function without<T>(all: readonly T[], one: T): readonly T[] {
  return all.filter(each => each !== one);
}

class WeatheredTransport implements Transport {
  constructor(
    private readonly inner: Transport,
    private readonly way: Way,
  ) {}

  send(request: ApiRequest, done: (answer: ApiAnswer) => void): void {
    if (this.way.isCalm) this.inner.send(request, done);
    else this.way.send(this.inner, request, done);
  }

  watch(request: ApiRequest, sink: WatchSink): () => void {
    return this.way.watch(this.inner, request, sink);
  }

  messenger(errand: Errand): Messenger {
    return this.way.messenger(this, this.inner, errand);
  }
}

/** The reason and the message of a refusal, by its status. @upstream k8s.io/apimachinery/pkg/api/errors */
const reasons: Readonly<Record<number, readonly [string, string]>> = {
  401: ['Unauthorized', 'Unauthorized'],
  409: [
    'Conflict',
    'the object has been modified; please apply your changes to the latest version',
  ],
  429: [
    'TooManyRequests',
    'the server has received too many requests and has asked us to try again',
  ],
  500: ['InternalError', 'an error on the server has prevented the request from succeeding'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'the server was unable to return a response in the time allotted'],
};

function refusal(code: number, message: string): ApiAnswer {
  const reason = reasons[code]?.[0] ?? '';
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code };
  return { status: code, headers: { 'content-type': 'application/json' }, body };
}
