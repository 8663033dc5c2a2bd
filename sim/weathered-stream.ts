/** A watch in the weather: what it brings may come late, at once after a while, not at all, or twice. */
import type { ApiAnswer, WatchEvent } from './api/request.js';
import type { WatchSink } from './client/contract.js';
import type { Clock } from './engine/clock.js';

/**
 * What happens to watch events. `stale`: they come all at once when it is over. `lost`: they never come,
 * and the stream then ends with 410, so that the watcher lists anew and never sees what was between.
 * `replayed`: the last events come once more, in their order, as from a server that lags.
 */
export interface WatchTrouble {
  readonly mode: 'stale' | 'lost' | 'replayed';
  /** `pods`: only watches of this resource. Default all. */
  readonly resource?: string;
}

/** What a stream is made from. */
export interface StreamOptions {
  readonly sink: WatchSink;
  readonly label: string;
  /** The path of the watch, with its query. */
  readonly path: string;
  /** How late the next events are; absent: never. */
  readonly lag?: () => number;
  /** The stream has ended or was closed. */
  over(): void;
}

const none: readonly WatchEvent[] = [];

/** So many events can come once more. */
const replayedMax = 20;
/** How late a stream is changes after so many deliveries. */
const deliveriesPerLag = 8;

/** One watch. */
export class WeatheredStream {
  /** What the server's events are given to. */
  readonly inner: WatchSink;
  private closeInner: (() => void) | undefined;
  private isOver = false;
  private isCut = false;
  private troubles: readonly WatchTrouble[] = [];
  /** What comes late, in order. Mostly it is one event, for which a list of one is made. */
  private held: WatchEvent[] | undefined;
  private isLate = false;
  private last: WatchEvent[] = [];
  private lagMs = 0;
  /** Hands over what waits where it arrived. Whatever happens to the watch does not happen to that. */
  private arrived: () => number | undefined = () => undefined;
  /** What is handed over has waited, and was as late as it is. */
  private isCatchingUp = false;
  private deliveries = 0;
  private readonly resource: string;

  constructor(
    private readonly clock: Clock,
    private readonly options: StreamOptions,
  ) {
    const { path } = options;
    const query = path.indexOf('?');
    const end = query < 0 ? path.length : query;
    this.resource = path.slice(path.lastIndexOf('/', end) + 1, end);
    this.lagMs = options.lag?.() ?? 0;
    this.inner = {
      event: event => this.take(event),
      end: refused => this.ended(refused),
      lateIfWaiting: (event, arrived) => this.lateIfWaiting(event, arrived),
    };
  }

  /** What comes while something is held comes after it. */
  private lateIfWaiting(event: WatchEvent, arrived: () => number | undefined): number | undefined {
    if (this.isOver || this.isCut) return undefined;
    if (this.troubles.length > 0 || this.held !== undefined) return undefined;
    this.arrived = arrived;
    const { sink, lag } = this.options;
    const lateMs = sink.lateIfWaiting?.(event, lag === undefined ? arrived : this.catchUp);
    if (lateMs === undefined) return undefined;
    this.turn();
    return lateMs + this.lagMs;
  }

  private readonly catchUp = (): number | undefined => {
    this.isCatchingUp = true;
    const restMs = this.arrived();
    this.isCatchingUp = false;
    return restMs;
  };

  /** The stream has been asked for; `close` ends it. */
  open(close: () => void): void {
    if (this.isOver) close();
    else this.closeInner = close;
  }

  close(): void {
    if (this.isOver) return;
    this.catchUp();
    this.isOver = true;
    this.closeInner?.();
    this.options.over();
  }

  cut(): void {
    this.catchUp();
    this.isCut = true;
    this.held = undefined;
  }

  /** The way is there again: the watcher finds its connection broken. */
  mend(): void {
    if (!this.isCut || this.isOver) return;
    this.close();
    this.options.sink.end();
  }

  begin(trouble: WatchTrouble): void {
    if (trouble.resource !== undefined && trouble.resource !== this.resource) return;
    this.catchUp();
    if (trouble.mode === 'replayed') return this.replay();
    if (!this.troubles.includes(trouble)) this.troubles = [...this.troubles, trouble];
  }

  end(trouble: WatchTrouble): void {
    if (!this.troubles.includes(trouble)) return;
    this.catchUp();
    this.troubles = this.troubles.filter(one => one !== trouble);
    if (this.isOver || this.isCut) return;
    if (trouble.mode === 'stale') {
      if (this.troubles.length === 0) this.deliverHeld();
      return;
    }
    this.close();
    this.options.sink.event({ type: 'ERROR', object: expired });
    this.options.sink.end();
  }

  private replay(): void {
    for (const event of this.last.slice(-replayedMax)) this.give(event);
  }

  private take(event: WatchEvent): void {
    if (this.isOver || this.isCut) return;
    if (event.type !== 'BOOKMARK') {
      this.last.push(event);
      // Cut only now and then: most of what comes is renewals of leases.
      if (this.last.length >= replayedMax * 2) this.last = this.last.slice(-replayedMax);
    }
    if (this.troubles.length === 0 && this.held === undefined) {
      if (this.isCatchingUp) return this.give(event);
      if (this.lagMs === 0) {
        this.turn();
        return this.give(event);
      }
    }
    for (const { mode } of this.troubles) if (mode === 'lost') return;
    if (this.held === undefined) this.held = [event];
    else this.held.push(event);
    if (this.troubles.length > 0 || this.isLate) return;
    this.isLate = true;
    this.clock.after(this.lagMs, this.options.label, () => {
      this.isLate = false;
      if (this.troubles.length === 0) this.deliverHeld();
    });
  }

  private deliverHeld(): void {
    const { held = none } = this;
    this.held = undefined;
    this.turn();
    for (const event of held) this.give(event);
  }

  private give(event: WatchEvent): void {
    if (!this.isOver && !this.isCut) this.options.sink.event(event);
  }

  private turn(): void {
    const { lag } = this.options;
    if (lag !== undefined && ++this.deliveries % deliveriesPerLag === 0) this.lagMs = lag();
  }

  private ended(refused?: ApiAnswer): void {
    if (this.isOver) return;
    // A cut connection tells nobody that the server has closed it.
    if (this.isCut) return;
    this.isOver = true;
    this.options.over();
    // What travelled still arrives before the end.
    const { held = none } = this;
    this.held = undefined;
    for (const event of held) this.options.sink.event(event);
    this.options.sink.end(refused);
  }
}

const expired = {
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message: 'too old resource version',
  reason: 'Expired',
  code: 410,
};
