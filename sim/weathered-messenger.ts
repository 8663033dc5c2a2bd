/** An errand in the weather: it goes the quick way while the weather is calm. */
import type { Messenger } from './client/errand.js';

/** The two ways of an errand. */
interface Ways {
  /** One event of the loop. */
  readonly direct: Messenger;
  /** A timer and a request, to which happens what happens to all of them. */
  readonly timed: Messenger;
}

/** Runs one errand. */
export class WeatheredMessenger implements Messenger {
  private leavesMs = 0;

  constructor(
    private readonly way: { readonly isCalm: boolean },
    private readonly ways: Ways,
  ) {}

  leaveAt(atMs: number): void {
    this.leavesMs = atMs;
    const { direct, timed } = this.ways;
    (this.way.isCalm ? direct : timed).leaveAt(atMs);
  }

  recall(): boolean {
    return this.ways.direct.recall() || this.ways.timed.recall();
  }

  /** The weather is calm no more: what has not left yet leaves in the weather of its time. */
  turn(): void {
    if (this.ways.direct.recall()) this.ways.timed.leaveAt(this.leavesMs);
  }
}
