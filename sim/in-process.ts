/** The way from a component to the API server within the process, with its latencies. */
import type { ApiAnswer, ApiRequest, Connection, Serve, WatchEvent } from './api/request.js';
import type { Connect, Identity, Transport, WatchSink } from './client/contract.js';
import type { DirectMessenger, Errand } from './client/errand.js';
import type { Clock, Timer } from './engine/clock.js';
import type { Latencies } from './simulation.js';

/** Gives every identity its way to the server. */
export function inProcessConnect(serve: Serve, clock: Clock, latencies: Latencies): Connect {
  const courier = new Courier(clock, latencies.watchMs);
  return identity => new InProcessTransport(serve, clock, latencies, identity, courier);
}

/** What the two events of a request are called. */
interface Labels {
  readonly method: string;
  readonly path: string;
  readonly asked: string;
  readonly answered: string;
}

class InProcessTransport implements Transport {
  private readonly connection: Connection;
  private last: Labels | undefined;

  constructor(
    private readonly serve: Serve,
    private readonly clock: Clock,
    private readonly latencies: Latencies,
    private readonly identity: Identity,
    private readonly courier: Courier,
  ) {
    this.connection = { certificate: identity, omitsManagedFields: true, sourceIP: '127.0.0.1' };
  }

  send(request: ApiRequest, done: (answer: ApiAnswer) => void): void {
    const { requestMs, answerMs } = this.latencies;
    const { asked, answered } = this.labelsOf(request);
    this.clock.after(requestMs, asked, () =>
      this.serve(request, this.connection, answer => {
        this.clock.after(answerMs, answered, () => done(answer));
      }),
    );
  }

  messenger(errand: Errand): DirectMessenger {
    const { serve, clock, latencies, connection } = this;
    return new InProcessMessenger({ serve, clock, latencies, connection }, errand);
  }

  /** Most of those that ask often ask for the same thing again: a kubelet renews its lease. */
  private labelsOf({ method, path }: ApiRequest): Labels {
    if (this.last?.method !== method || this.last.path !== path) {
      const asked = `${this.identity.user} ${method} ${path}`;
      this.last = { method, path, asked, answered: `${asked} answered` };
    }
    return this.last;
  }

  watch(request: ApiRequest, sink: WatchSink): () => void {
    const stream = new WatchDelivery(this.clock, this.latencies, sink, this.courier);
    const label = `${this.identity.user} watch ${request.path}`;
    this.clock.after(this.latencies.requestMs, label, () => {
      if (stream.isClosed) return;
      this.serve(request, this.connection, answer => stream.open(answer, label));
    });
    return () => stream.close();
  }
}

/**
 * Runs an errand in one event, at the moment at which the request reaches the server: nothing changes for
 * who sends it while it travels. An answer that is not the usual one takes an event of its own.
 */
class InProcessMessenger implements DirectMessenger {
  private leavesMs = 0;
  private timer: Timer | undefined;

  constructor(
    private readonly way: {
      readonly serve: Serve;
      readonly clock: Clock;
      readonly latencies: Latencies;
      readonly connection: Connection;
    },
    private readonly errand: Errand,
  ) {}

  leaveAt(atMs: number, lateMs = 0): void {
    const { clock, latencies } = this.way;
    this.leavesMs = atMs;
    const delayMs = atMs + latencies.requestMs + lateMs - clock.now();
    this.timer = clock.after(delayMs, this.errand.label, this.arrive);
  }

  recall(): boolean {
    if (this.timer === undefined || this.leavesMs <= this.way.clock.now()) return false;
    this.timer.cancel();
    this.timer = undefined;
    return true;
  }

  private readonly arrive = (): void => {
    const { way, errand } = this;
    const { clock, latencies } = way;
    this.timer = undefined;
    const request = errand.request(this.leavesMs);
    if (request === undefined) return;
    let isAtOnce = true;
    way.serve(request, way.connection, answer => {
      if (isAtOnce && answer.status === 200) {
        errand.done(answer, clock.now() + latencies.answerMs);
        return;
      }
      const label = `${errand.label} answered`;
      clock.after(latencies.answerMs, label, () => errand.done(answer, clock.now()));
    });
    isAtOnce = false;
  };
}

/** Carries what happened in one moment to all who watch: one event of the loop, in which they hear of it one after another. */
class Courier {
  private bag: Bag | undefined;
  private bagMs = 0;
  /** Bags that were emptied, for the next moments. */
  private readonly empty: Bag[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly watchMs: number,
  ) {}

  take(stream: WatchDelivery): void {
    const nowMs = this.clock.now();
    if (this.bag !== undefined && this.bagMs === nowMs) {
      this.bag.put(stream);
      return;
    }
    const bag = this.empty.pop() ?? this.newBag();
    bag.put(stream);
    this.bag = bag;
    this.bagMs = nowMs;
    this.clock.after(this.watchMs, 'watches deliver', bag.open);
  }

  private newBag(): Bag {
    const bag: Bag = new Bag(() => {
      if (this.bag === bag) this.bag = undefined;
      bag.deliver();
      this.empty.push(bag);
    });
    return bag;
  }
}

/** The streams that have something to tell of one moment. Its list is used again: it is as long as it ever was. */
class Bag {
  private readonly streams: WatchDelivery[] = [];
  private size = 0;

  /** `open`: delivers what is in it. */
  constructor(readonly open: () => void) {}

  put(stream: WatchDelivery): void {
    this.streams[this.size++] = stream;
  }

  deliver(): void {
    for (let place = 0; place < this.size; place++) this.streams[place]?.arrive();
    this.size = 0;
  }
}

/** So many events wait at most before those that have arrived are handed over unasked. */
const waitingMax = 1024;

/** Events on their way to a watcher: those of one moment travel together, in order. */
class WatchDelivery {
  isClosed = false;
  private closeStream: (() => void) | undefined;
  /** What travels: mostly one event, which needs no list. */
  private first: WatchEvent | undefined;
  private others: WatchEvent[] | undefined;
  /** What waits to be asked for, and when each arrives, in order. */
  private waiting: WatchEvent[] = [];
  private arrivals: number[] = [];
  private label = '';

  constructor(
    private readonly clock: Clock,
    private readonly latencies: Latencies,
    private readonly sink: WatchSink,
    private readonly courier: Courier,
  ) {}

  open(answer: ApiAnswer, label: string): void {
    this.label = label;
    if (this.isClosed) return;
    if (answer.stream === undefined) return this.later('refused', () => this.sink.end(answer));
    this.closeStream = answer.stream.start({
      item: item => this.deliver(item as WatchEvent),
      end: () =>
        this.later('ended', () => {
          this.handOver(this.waiting.length);
          this.sink.end();
        }),
    });
  }

  close(): void {
    this.isClosed = true;
    this.closeStream?.();
  }

  private deliver(event: WatchEvent): void {
    if (this.first !== undefined) {
      (this.others ??= []).push(event);
      return;
    }
    const lateMs = this.sink.lateIfWaiting?.(event, this.arrived);
    if (lateMs !== undefined) {
      // None overtakes another.
      const before = this.arrivals[this.arrivals.length - 1] ?? 0;
      this.waiting.push(event);
      this.arrivals.push(Math.max(before, this.clock.now() + this.latencies.watchMs + lateMs));
      if (this.waiting.length >= waitingMax) this.arrived();
      return;
    }
    this.first = event;
    this.courier.take(this);
  }

  /** Hands over what has waited and has arrived; in how many milliseconds the rest will have. */
  private readonly arrived = (): number | undefined => {
    const { waiting, arrivals, clock } = this;
    if (waiting.length === 0) return undefined;
    const nowMs = clock.now();
    const lastMs = arrivals[arrivals.length - 1] ?? 0;
    let count = 0;
    if (lastMs <= nowMs) count = waiting.length;
    else while ((arrivals[count] ?? Infinity) <= nowMs) count++;
    if (count > 0) this.handOver(count);
    return lastMs > nowMs ? lastMs - nowMs : undefined;
  };

  private handOver(count: number): void {
    const { waiting } = this;
    this.waiting = waiting.slice(count);
    this.arrivals = this.arrivals.slice(count);
    for (let place = 0; place < count; place++) {
      if (!this.isClosed) this.sink.event(waiting[place] as WatchEvent);
    }
  }

  arrive(): void {
    // All that waits was told before, and is not overtaken.
    if (this.waiting.length > 0) this.handOver(this.waiting.length);
    const { first, others } = this;
    this.first = undefined;
    this.others = undefined;
    if (first !== undefined && !this.isClosed) this.sink.event(first);
    if (others === undefined) return;
    for (const each of others) if (!this.isClosed) this.sink.event(each);
  }

  private later(what: string, action: () => void): void {
    this.clock.after(this.latencies.watchMs, `${this.label} ${what}`, () => {
      if (!this.isClosed) action();
    });
  }
}
