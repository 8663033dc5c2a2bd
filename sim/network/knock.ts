/** The first packet of a connection, which TCP sends again as long as nothing comes back. */
import type { Clock } from '../engine/clock.js';

/** A connection that is to be made. */
export interface Knock {
  readonly label: string;
  /** When the first packet is sent again; each wait after is twice as long. */
  readonly retransmitMs: number;
  /** When the program gives up. */
  readonly timeoutMs: number;
  /** Whether the packet of this moment gets through. */
  readonly isThrough: () => boolean;
  readonly through: () => void;
  readonly timedOut: () => void;
}

/** Tries at once and then again and again, until the packet gets through or the time is up. */
export function knock(clock: Clock, connection: Knock): void {
  const { label, retransmitMs, timeoutMs, isThrough, through, timedOut } = connection;
  const attempt = (waitMs: number, passedMs: number): void => {
    if (isThrough()) return through();
    const leftMs = timeoutMs - passedMs;
    if (waitMs >= leftMs) return void clock.after(leftMs, `${label} times out`, timedOut);
    clock.after(waitMs, `${label} knocks again`, () => attempt(waitMs * 2, passedMs + waitMs));
  };
  attempt(retransmitMs, 0);
}
