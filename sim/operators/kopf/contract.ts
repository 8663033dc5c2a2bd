/** What an operator that is built on kopf consists of: handlers and timers of kinds. @upstream nolar/kopf 1.38.0 */
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import type { Random } from '../../engine/random.js';

/** How grave a line of the log is, as the type of the event that it becomes. */
export type Level = 'Normal' | 'Warning' | 'Error';

/** How a handler failed: for good, by an exception that nobody caught, or so that it says when to try again. */
export type Failure =
  | { readonly kind: 'permanent' | 'exception'; readonly message: string }
  | { readonly kind: 'temporary'; readonly message: string; readonly delayMs: number };

/** What a handler is told, and what it may do besides requests. */
export interface Cause<T> {
  readonly object: T;
  /** The handler's field before and now; undefined: it was not, or is not, there. */
  readonly old: unknown;
  readonly new: unknown;
  readonly nowMs: number;
  readonly random: Random;
  /** Fields of the status that are written when the handler has ended. */
  setStatus(fields: Readonly<Record<string, unknown>>): void;
  /** Writes a line, which becomes an event of the object. */
  log(message: string, level?: Level): void;
}

/** Does its work; tells how it failed, if it did. */
export type Run<T> = (cause: Cause<T>) => Reconciliation<Failure | undefined>;

/** Looks at changes of an object. */
export interface Handler<T> {
  readonly name: string;
  /** It runs only when this field changed, `status.phase`; else only when the object is new. */
  readonly field?: string;
  /** It runs only when the field is this now. */
  readonly wanted?: string;
  /**
   * The names of the annotations that hold its progress, without the prefix. kopf cuts long ones and
   * ends them with a hash (BLAKE2b), in two versions: so they are given here.
   */
  readonly keys: readonly string[];
  readonly run: Run<T>;
}

/** Runs again and again as long as the object is there. */
export interface Timer<T> {
  readonly name: string;
  readonly intervalMs: number;
  readonly run: Run<T>;
}

/** A kind whose objects are handled. */
export interface HandledKind<T extends HasMetadata = HasMetadata> {
  readonly kind: Kind<T>;
  /** Only objects with these labels. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The status is written by itself. */
  readonly hasStatusSubresource?: boolean;
  readonly handlers: readonly Handler<T>[];
  readonly timers?: readonly Timer<T>[];
}

/** Hides of which type the objects are, for lists of kinds. */
export function handled<T extends HasMetadata>(kind: HandledKind<T>): HandledKind {
  return kind as unknown as HandledKind;
}

/** What identifies a handler. */
export function idOf({ name, field }: Pick<Handler<never>, 'name' | 'field'>): string {
  return field === undefined ? name : `${name}/${field}`;
}

/** The prefix of all annotations and of the finalizer. */
export const prefix = 'kopf.zalando.org';
/** Keeps an object until its timers have stopped. */
export const finalizer = `${prefix}/KopfFinalizerMarker`;
