/** How far the handlers of an object are: kept in its annotations between attempts. @upstream kopf/_core/actions/progression.py */
import { isRecord } from '../../api/equality.js';
import type { HasMetadata } from '../../api/object.js';
import { rfc3339Micro, timeMs } from '../../api/time.js';
import { idOf, prefix, type Failure, type Handler } from './contract.js';
import { pythonJson } from './essence.js';

/** Why handlers run. */
export type Purpose = 'create' | 'update' | 'delete';

/** How far one handler is. */
interface HandlerProgress {
  readonly started: string;
  readonly stopped?: string;
  readonly delayed?: string;
  readonly purpose: Purpose;
  readonly retries: number;
  readonly success: boolean;
  readonly failure: boolean;
  readonly message?: string;
}

/** After an exception a handler is tried again in a minute. @upstream DEFAULT_RETRY_DELAY */
export const backoffMs = 60_000;

const time = (ms: number): string => rfc3339Micro(ms).replace('Z', '+00:00');

const isFinished = ({ success, failure }: HandlerProgress): boolean => success || failure;

/** The progress of all handlers of an object in one cycle. */
export class Progress<T> {
  private readonly states = new Map<string, HandlerProgress>();
  private readonly active = new Set<string>();
  private readonly changed = new Set<string>();

  constructor(
    private readonly object: HasMetadata,
    /** All handlers of the kind. */
    private readonly owned: readonly Handler<T>[],
    private readonly purpose: Purpose,
    private readonly nowMs: number,
  ) {
    for (const handler of owned) {
      const stored = this.stored(handler);
      if (stored !== undefined) this.states.set(idOf(handler), stored);
    }
  }

  /** Takes up those of which nothing is known yet. */
  begin(handlers: readonly Handler<T>[]): void {
    for (const handler of handlers) {
      const id = idOf(handler);
      this.active.add(id);
      const known = this.states.get(id);
      if (known !== undefined) continue;
      const { purpose } = this;
      const fresh = { started: time(this.nowMs), purpose, retries: 0 };
      this.put(id, { ...fresh, success: false, failure: false });
    }
  }

  /** What was begun for another purpose and is given up for this one: `1 succeeded; ...`. */
  superseded(): readonly { readonly purpose: Purpose; readonly counts: string }[] {
    const others = [...this.states.values()].filter(({ purpose }) => purpose !== this.purpose);
    return [...new Set(others.map(({ purpose }) => purpose))].map(purpose => {
      const all = others.filter(state => state.purpose === purpose);
      const left = all.filter(state => !isFinished(state)).length;
      return { purpose, counts: `${counted(all)}; ${left} left to the moment.` };
    });
  }

  /** Those of another purpose go on for this one, if they are wanted; the others are forgotten. */
  repurpose(): void {
    for (const [id, state] of this.states) {
      if (state.purpose === this.purpose) continue;
      if (this.active.has(id)) this.put(id, { ...state, purpose: this.purpose });
      else this.states.delete(id);
    }
  }

  /** The next one: it waits for nothing, and was tried least often. */
  next(handlers: readonly Handler<T>[]): Handler<T> | undefined {
    const state = (handler: Handler<T>) => this.states.get(idOf(handler));
    const ready = handlers.filter(handler => {
      const progress = state(handler);
      return progress !== undefined && !isFinished(progress) && this.waitMs(progress) <= 0;
    });
    return ready.sort((a, b) => (state(a)?.retries ?? 0) - (state(b)?.retries ?? 0))[0];
  }

  /** Notes what came of a handler. */
  ended(handler: Handler<T>, failure: Failure | undefined, nowMs: number): void {
    const id = idOf(handler);
    const before = this.states.get(id);
    if (before === undefined) return;
    const { delayed: _, message: _m, ...rest } = before;
    const isFinal = failure === undefined || failure.kind === 'permanent';
    const delayMs = failure?.kind === 'temporary' ? failure.delayMs : backoffMs;
    this.put(id, {
      ...rest,
      ...(isFinal ? { stopped: time(nowMs) } : { delayed: time(nowMs + delayMs) }),
      retries: before.retries + 1,
      success: failure === undefined,
      failure: failure?.kind === 'permanent',
      ...(failure !== undefined && { message: failure.message }),
    });
  }

  get isDone(): boolean {
    return this.current().every(isFinished);
  }

  /** How long the soonest of those that are not done must wait; undefined: none must. */
  get delayMs(): number | undefined {
    const waits = this.current()
      .filter(state => !isFinished(state))
      .map(state => Math.max(this.waitMs(state), 0));
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  /** `2 succeeded; 0 failed.` */
  get counts(): string {
    return `${counted([...this.states.values()])}.`;
  }

  /** The annotations that keep it. */
  kept(): Readonly<Record<string, string>> {
    const pairs = this.owned.flatMap(handler => {
      const id = idOf(handler);
      const state = this.states.get(id);
      if (state === undefined || !this.changed.has(id)) return [];
      return handler.keys.map((key): [string, string] => [`${prefix}/${key}`, encoded(state)]);
    });
    return Object.fromEntries(pairs);
  }

  /** What removes the annotations that are there. */
  purged(): Readonly<Record<string, null>> {
    const annotations = this.object.metadata.annotations ?? {};
    const names = this.owned.flatMap(({ keys }) => keys.map(key => `${prefix}/${key}`));
    const there = names.filter(name => annotations[name] !== undefined);
    return Object.fromEntries(there.map(name => [name, null]));
  }

  private current(): readonly HandlerProgress[] {
    return [...this.states].filter(([id]) => this.active.has(id)).map(([, state]) => state);
  }

  private put(id: string, state: HandlerProgress): void {
    this.states.set(id, state);
    this.changed.add(id);
  }

  private waitMs({ delayed }: HandlerProgress): number {
    return (timeMs(delayed?.replace('+00:00', 'Z')) ?? 0) - this.nowMs;
  }

  private stored({ keys }: Handler<T>): HandlerProgress | undefined {
    for (const key of keys) {
      const text = this.object.metadata.annotations?.[`${prefix}/${key}`];
      const state = text === undefined ? undefined : decoded(text);
      if (state !== undefined) return state;
    }
    return undefined;
  }
}

function counted(states: readonly HandlerProgress[]): string {
  const successes = states.filter(({ success }) => success).length;
  const failures = states.filter(({ failure }) => failure).length;
  return `${successes} succeeded; ${failures} failed`;
}

/** In kopf's order; what is not there is left out. */
function encoded({ started, stopped, delayed, ...state }: HandlerProgress): string {
  const { purpose, retries, success, failure, message } = state;
  return pythonJson({
    started,
    ...{ stopped, delayed, purpose, retries, success, failure, message },
  });
}

function decoded(text: string): HandlerProgress | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? (value as unknown as HandlerProgress) : undefined;
  } catch {
    // Not ours: the handler begins anew.
    return undefined;
  }
}
