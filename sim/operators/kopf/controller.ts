/**
 * Runs handlers and timers as kopf does: an object is looked at when its changes have paused for a
 * tenth of a second, one handler at a time, and every line of the log about it becomes an event.
 * Left out: the copy of the progress in the status, which schemas prune; tracebacks behind the
 * messages of exceptions; peering, indices, daemons and webhooks; handlers of resuming.
 * @upstream nolar/kopf 1.38.0 kopf/_core/reactor
 */
import { isDeleting, keyOf } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import { rfc3339Micro } from '../../api/time.js';
import type {
  Controller,
  ControllerContext,
  ControllerDefinition,
  Identity,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { splitKey, watch } from '../../client/requests.js';
import { Changes } from './changes.js';
import type { HandledKind, Level, Timer } from './contract.js';
import { Cycle, logOutcome } from './cycle.js';
import { Journal } from './journal.js';
import { backoffMs } from './progress.js';

/** @upstream settings.batching.batch_window */
const windowMs = 100;
/** kopf has no bound of its own on the objects that it handles side by side. */
const workersMax = 1_000;
const journalKey = 'journal';

/** The one controller of an operator. */
export function kopfController(
  name: string,
  identity: Identity,
  kinds: readonly HandledKind[],
): ControllerDefinition {
  return { name, identity, create: context => new Operation(context, kinds) };
}

/** Whether a timer is at work just now, and whether it may go on after that. */
interface TimerState {
  isBusy: boolean;
  isStopped: boolean;
}

/** One life of the operator. */
class Operation implements Controller {
  readonly workers = workersMax;
  readonly watches: Controller['watches'];
  private readonly byResource: ReadonlyMap<string, HandledKind>;
  private readonly journal: Journal;
  /** By key: when the object's changes have paused long enough. */
  private readonly windows = new Map<string, number>();
  /** By key: when the object is to be touched. */
  private readonly touches = new Map<string, number>();
  /** By key of the object: which of its timers run, and which are at work. */
  private readonly timers = new Map<string, Map<string, TimerState>>();

  constructor(
    private readonly context: ControllerContext,
    kinds: readonly HandledKind[],
  ) {
    this.byResource = new Map(kinds.map(handled => [handled.kind.resource, handled]));
    this.journal = new Journal(() => context.queue.add(journalKey));
    this.watches = kinds.map(handled => {
      const { kind, labels = {} } = handled;
      const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
      return watch(kind, {
        ...(selector.length > 0 && { labelSelector: selector.join(',') }),
        on: ({ type, object }) =>
          this.hear(`${kind.resource} ${keyOf(object)}`, type === 'deleted'),
      });
    });
  }

  *reconcile(key: string, view: View): Reconciliation {
    if (key === journalKey) return yield* this.journal.post(() => this.context.clock.now());
    const [resource = '', objectKey = '', timer] = key.split(' ');
    const handled = this.byResource.get(resource);
    const { namespace, name } = splitKey(objectKey);
    const object = handled && view.get(handled.kind, namespace, name);
    if (handled === undefined || object === undefined) return undefined;
    if (timer !== undefined) return yield* this.runTimer(key, handled, object);
    const leftMs = (this.windows.get(key) ?? 0) - this.context.clock.now();
    if (leftMs > 0) return { requeueAfterMs: leftMs };
    if (this.windows.delete(key)) return yield* this.look(key, handled, object);
    return yield* this.touch(key, handled, object);
  }

  private hear(key: string, isGone: boolean): void {
    this.touches.delete(key);
    if (isGone) {
      this.windows.delete(key);
      this.timers.delete(key);
      return;
    }
    this.windows.set(key, this.context.clock.now() + windowMs);
    this.context.queue.addAfter(key, windowMs);
  }

  private *look(key: string, handled: HandledKind, object: HasMetadata): Reconciliation {
    const { clock } = this.context;
    if (isDeleting(object)) this.stopTimers(key);
    else for (const timer of handled.timers ?? []) this.startTimer(key, timer);
    const result = yield* new Cycle(handled, object, {
      random: this.context.random,
      now: () => clock.now(),
      log: (message, level) => this.log(handled, object, message, level),
      isTimerBusy: [...(this.timers.get(key)?.values() ?? [])].some(({ isBusy }) => isBusy),
    }).run();
    // What came meanwhile is looked at when that has paused, too.
    if (this.windows.has(key)) {
      this.windows.set(key, clock.now() + windowMs);
      return { requeueAfterMs: windowMs };
    }
    const { error, touchAfterMs } = result;
    if (error !== undefined) {
      this.windows.set(key, 0);
      return { retry: error };
    }
    if (touchAfterMs === undefined) return undefined;
    this.touches.set(key, clock.now() + touchAfterMs);
    return { requeueAfterMs: touchAfterMs };
  }

  private *touch(key: string, handled: HandledKind, object: HasMetadata): Reconciliation {
    const atMs = this.touches.get(key);
    if (atMs === undefined) return undefined;
    const nowMs = this.context.clock.now();
    if (atMs > nowMs) return { requeueAfterMs: atMs - nowMs };
    this.touches.delete(key);
    const changes = new Changes(handled, object);
    changes.touch(rfc3339Micro(nowMs).replace('Z', '+00:00'));
    const error = yield* changes.write();
    if (error === undefined) return undefined;
    this.touches.set(key, nowMs);
    return { retry: error };
  }

  private startTimer(key: string, { name }: Timer<HasMetadata>): void {
    const running = this.timers.get(key) ?? new Map<string, TimerState>();
    if (running.has(name)) return;
    running.set(name, { isBusy: false, isStopped: false });
    this.timers.set(key, running);
    this.context.queue.add(`${key} ${name}`);
  }

  /** Those that only wait end at once. */
  private stopTimers(key: string): void {
    const running = this.timers.get(key);
    for (const [name, state] of running ?? []) {
      state.isStopped = true;
      if (!state.isBusy) running?.delete(name);
    }
  }

  private *runTimer(key: string, handled: HandledKind, object: HasMetadata): Reconciliation {
    const [resource = '', objectKey = '', name = ''] = key.split(' ');
    const running = this.timers.get(`${resource} ${objectKey}`);
    const state = running?.get(name);
    const timer = (handled.timers ?? []).find(each => each.name === name);
    if (state === undefined || timer === undefined) return undefined;
    state.isBusy = true;
    const log = (message: string, level?: Level): void => this.log(handled, object, message, level);
    const failure = yield* timer.run({
      ...{ object, old: undefined, new: undefined, random: this.context.random, log },
      nowMs: this.context.clock.now(),
      setStatus: () => undefined,
    });
    logOutcome(`Timer '${name}'`, failure, { log });
    state.isBusy = false;
    if (state.isStopped) {
      running?.delete(name);
      return undefined;
    }
    if (failure === undefined) return { requeueAfterMs: timer.intervalMs };
    return { requeueAfterMs: failure.kind === 'temporary' ? failure.delayMs : backoffMs };
  }

  private log(
    { kind }: HandledKind,
    object: HasMetadata,
    message: string,
    level: Level = 'Normal',
  ): void {
    this.journal.add({ kind, object, level, message });
  }
}
