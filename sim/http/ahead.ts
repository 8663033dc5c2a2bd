/**
 * Encodes what was written before anybody asks: the first list of many objects is then as quick as the
 * next. Only once a client has come, and only in a small part of the host's time.
 */
import { encodeObject } from './encode.js';

/** The objects of at most so many writes after a revision, and the last write that was looked at. */
export type LookAhead = (
  afterRevision: number,
  writesMax: number,
) => { readonly revision: number; readonly objects: readonly object[] };

/** A few milliseconds of work ... */
const writesMax = 40;
/** ... at a time. */
const pauseMs = 20;
/** What was written just now will most likely be written again. */
const restMs = 500;

/** Work that begins with the first client and goes on until it is stopped. */
export class Ahead {
  private revision = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly look: LookAhead) {}

  /** Begins, if it has not begun. */
  begin(): void {
    this.timer ??= this.in(restMs);
  }

  /** Ends for good. */
  stop(): void {
    clearTimeout(this.timer);
  }

  private in(delayMs: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.work(), delayMs).unref();
  }

  private work(): void {
    const { revision, objects } = this.look(this.revision, writesMax);
    for (const object of objects) encodeObject(object);
    const isDone = revision === this.revision;
    this.revision = revision;
    this.timer = this.in(isDone ? restMs : pauseMs);
  }
}
