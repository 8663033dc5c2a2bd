/** An errand in the weather: it goes the quick way while nothing but its lateness is to be said of it. */
import type { DirectMessenger, Messenger } from './client/errand.js';

/** The two ways of an errand. */
interface Ways {
  /** One event of the loop. */
  readonly direct: DirectMessenger;
  /** A timer and a request, to which happens what happens to all of them. */
  readonly timed: Messenger;
}

/** What an errand wants to know of the weather. */
interface ErrandWeather {
  /** Whether nothing happens to requests, but that some are late. */
  readonly isPassable: boolean;
  /** How late the next request is, in milliseconds. */
  lateMs(): number;
}

/** Runs one errand. */
export class WeatheredMessenger implements Messenger {
  private leavesMs = 0;

  constructor(
    private readonly way: ErrandWeather,
    private readonly ways: Ways,
  ) {}

  leaveAt(atMs: number): void {
    this.leavesMs = atMs;
    const { way, ways } = this;
    if (way.isPassable) ways.direct.leaveAt(atMs, way.lateMs());
    else ways.timed.leaveAt(atMs);
  }

  recall(): boolean {
    return this.ways.direct.recall() || this.ways.timed.recall();
  }

  /** The way is passable no more: what has not left yet leaves in the weather of its time. */
  turn(): void {
    if (this.ways.direct.recall()) this.ways.timed.leaveAt(this.leavesMs);
  }
}
