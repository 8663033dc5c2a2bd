/** The contract of time: what every component gets instead of Date and setTimeout. */

/** An event that has been scheduled and can be taken back. */
export interface Timer {
  /** Takes the event back; without effect once it has run. */
  cancel(): void;
}

/** Something that ends, as the life of a process does. */
export interface Life {
  readonly isOver: boolean;
}

/** Time as a component sees it. In the simulator it is virtual; on a real cluster `src/host.ts` gives a real one. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Runs the action `delayMs` from now (0 = after the events that are due already). The label names
   * the event in the trace, so it must not depend on anything but the seed. The action of a life that
   * is over by then is not run: a timer that knows it needs no function around its action.
   */
  after(delayMs: number, label: string, action: () => void, life?: Life): Timer;
}
