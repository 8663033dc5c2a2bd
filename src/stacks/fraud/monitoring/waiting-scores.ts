/**
 * Scores by payment, of those whose labels are not known yet. Payments count up, so they lie in columns:
 * as entries of a map they would outlive many collections of garbage, for forty minutes each.
 */

/** What waits for its label. */
export interface WaitingScore {
  readonly score: number;
  readonly timeMs: number;
  /** Undefined as long as nobody has said. */
  readonly isAlert: boolean | undefined;
}

const state = { none: 0, waiting: 1, noAlert: 2, alert: 3 } as const;
const sizeMin = 4096;

/** The scores of one version. */
export class WaitingScores {
  /** The payment of the first place. */
  private first = 0;
  private scores = new Float64Array(0);
  private times = new Float64Array(0);
  private states = new Uint8Array(0);

  /** A payment was scored. */
  put(payment: number, score: number, timeMs: number): void {
    this.makeRoomFor(payment);
    const at = payment - this.first;
    this.scores[at] = score;
    this.times[at] = timeMs;
    this.states[at] = state.waiting;
  }

  /** Says whether its score was an alert, if that is known; without effect when it does not wait. */
  say(payment: number, isAlert: boolean | undefined): void {
    const at = payment - this.first;
    if (at < 0 || at >= this.states.length || this.states[at] === state.none) return;
    if (isAlert !== undefined) this.states[at] = isAlert ? state.alert : state.noAlert;
  }

  /** Takes out what waits of the payment. */
  take(payment: number): WaitingScore | undefined {
    const at = payment - this.first;
    if (at < 0 || at >= this.states.length || this.states[at] === state.none) return undefined;
    const isAlert = this.states[at] === state.waiting ? undefined : this.states[at] === state.alert;
    this.states[at] = state.none;
    return { score: this.scores[at] as number, timeMs: this.times[at] as number, isAlert };
  }

  /** Payments come nearly in order; the first ones leave some room for those that come late. */
  private makeRoomFor(payment: number): void {
    const { length } = this.states;
    if (length > 0 && payment >= this.first && payment < this.first + length) return;
    const low = length === 0 || payment < this.first ? payment - sizeMin / 4 : this.first;
    const first = Math.max(0, low);
    const end = Math.max(payment + 1, this.first + length);
    const size = Math.max(sizeMin, 2 ** Math.ceil(Math.log2(end - first)));
    const moved = <T extends Float64Array | Uint8Array>(from: T, to: T): T => {
      if (length > 0) to.set(from, this.first - first);
      return to;
    };
    this.scores = moved(this.scores, new Float64Array(size));
    this.times = moved(this.times, new Float64Array(size));
    this.states = moved(this.states, new Uint8Array(size));
    this.first = first;
  }
}
