/**
 * Errands: requests that a component makes again and again, each at a time that it says beforehand. A
 * transport that knows the time may make one event of the timer, the request and the answer.
 */
import type { ApiAnswer, ApiRequest } from '../api/request.js';
import type { Clock, Timer } from '../engine/clock.js';
import type { Answer, Request, Transport } from './contract.js';

/** What is asked, and what becomes of it. */
export interface Errand<Asked = ApiRequest, Told = ApiAnswer> {
  /** Names it in the trace. */
  readonly label: string;
  /** The request as it leaves at that time; undefined: nothing leaves. */
  request(leavesMs: number): Asked | undefined;
  /** The answer arrives then: now, or so soon that nothing comes between. */
  done(answer: Told, arrivesMs: number): void;
}

/** An errand as controllers have it. */
export type TypedErrand<T> = Errand<Request<T>, Answer<T>>;

/** Runs one errand, once at a time. */
export interface Messenger {
  /** Lets it leave at a time that is not over, in milliseconds since the epoch. */
  leaveAt(atMs: number): void;
  /** Takes it back; false when it has left. */
  recall(): boolean;
}

/** The messenger of a transport that makes one event of an errand. */
export interface DirectMessenger extends Messenger {
  /** `lateMs`: so much longer than usual the request is on its way. Default 0. */
  leaveAt(atMs: number, lateMs?: number): void;
}

/** The messenger of a transport that has none of its own: a timer, and then a request. */
export class TimedMessenger implements Messenger {
  private timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly transport: Pick<Transport, 'send'>,
    private readonly errand: Errand,
  ) {}

  leaveAt(atMs: number): void {
    const { clock, errand, transport } = this;
    this.timer = clock.after(atMs - clock.now(), errand.label, () => {
      this.timer = undefined;
      const request = errand.request(atMs);
      if (request === undefined) return;
      transport.send(request, answer => errand.done(answer, clock.now()));
    });
  }

  recall(): boolean {
    const { timer } = this;
    this.timer = undefined;
    timer?.cancel();
    return timer !== undefined;
  }
}
