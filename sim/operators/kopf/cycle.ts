/** One look at one object, after its changes have calmed down. @upstream kopf/_core/reactor/processing.py */
import { deepEqual } from '../../api/equality.js';
import { hasFinalizer, isDeleting } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import type { Random } from '../../engine/random.js';
import { Changes } from './changes.js';
import {
  finalizer,
  idOf,
  type Failure,
  type HandledKind,
  type Handler,
  type Level,
} from './contract.js';
import { essenceOf, fieldOf, handledEssence, keptEssence, type Essence } from './essence.js';
import { backoffMs, Progress, type Purpose } from './progress.js';

/** With what a cycle works. */
export interface Means {
  readonly random: Random;
  now(): number;
  log(message: string, level?: Level): void;
  /** The object's timers that are at work just now hold up its deletion. */
  readonly isTimerBusy: boolean;
}

/** How soon timers that are at work are looked after again. @upstream cancellation_polling */
const pollingMs = 60_000;
const titles = { create: 'Creation', update: 'Updating', delete: 'Deletion' } as const;

/** What comes of a cycle: an error, or after how long the object must be touched, if nothing was written. */
export interface CycleResult {
  readonly error?: string;
  readonly touchAfterMs?: number;
}

/** One cycle of one object. */
export class Cycle {
  private readonly changes: Changes;
  private readonly old: Essence | undefined;
  private readonly essence: Essence;

  constructor(
    private readonly handled: HandledKind,
    private readonly object: HasMetadata,
    private readonly means: Means,
  ) {
    this.changes = new Changes(handled, object);
    this.old = handledEssence(object);
    const fields = handled.handlers.flatMap(({ field }) => field ?? []);
    this.essence = essenceOf(object, fields);
  }

  *run(): Reconciliation<CycleResult> {
    const { object, handled, changes, means } = this;
    const isBlocked = hasFinalizer(object, finalizer);
    const mustBlock = (handled.timers ?? []).length > 0;
    const isLeaving = isDeleting(object);
    let delayMs: number | undefined = isLeaving && means.isTimerBusy ? pollingMs : undefined;
    if (mustBlock && !isBlocked && !isLeaving) {
      changes.setFinalizers([...(object.metadata.finalizers ?? []), finalizer]);
    } else {
      const purpose = this.purpose();
      if (purpose !== undefined && this.isMatched()) {
        const ownMs = yield* this.handle(purpose);
        if (ownMs !== undefined) delayMs = Math.min(ownMs, delayMs ?? Infinity);
      }
    }
    if (isLeaving && isBlocked && delayMs === undefined) {
      changes.setFinalizers((object.metadata.finalizers ?? []).filter(name => name !== finalizer));
    }
    const wasEmpty = changes.isEmpty;
    const error = yield* changes.write();
    if (error !== undefined) return { error };
    return wasEmpty && delayMs !== undefined ? { touchAfterMs: delayMs } : {};
  }

  private purpose(): Purpose | undefined {
    if (isDeleting(this.object)) return hasFinalizer(this.object, finalizer) ? 'delete' : undefined;
    if (this.old === undefined) return 'create';
    return deepEqual(this.old, this.essence) ? undefined : 'update';
  }

  /** Whether the kind's handlers can have anything to do with the object at all. */
  private isMatched(): boolean {
    return this.handled.handlers.some(
      ({ field }) =>
        field === undefined ||
        fieldOf(this.essence, field) !== undefined ||
        fieldOf(this.old, field) !== undefined,
    );
  }

  private isWanted({ field, wanted }: Handler<HasMetadata>, purpose: Purpose): boolean {
    if (field === undefined) return purpose === 'create';
    const now = fieldOf(this.essence, field);
    if (deepEqual(now, fieldOf(this.old, field))) return false;
    return wanted === undefined || now === wanted;
  }

  /** Runs the next handler; gives how long the soonest of the others must wait, if any is left. */
  private *handle(purpose: Purpose): Reconciliation<number | undefined> {
    const { changes, essence, handled, means } = this;
    const wanted = handled.handlers.filter(handler => this.isWanted(handler, purpose));
    const progress = new Progress(this.object, handled.handlers, purpose, means.now());
    progress.begin(wanted);
    for (const { purpose: other, counts } of progress.superseded()) {
      means.log(`${titles[other]} is superseded by ${titles[purpose].toLowerCase()}: ${counts}`);
      changes.annotate(progress.purged());
    }
    progress.repurpose();
    let isDone = true;
    if (wanted.length > 0) {
      const handler = progress.next(wanted);
      if (handler !== undefined) progress.ended(handler, yield* this.invoke(handler), means.now());
      isDone = progress.isDone;
      if (isDone) {
        means.log(`${titles[purpose]} is processed: ${progress.counts}`);
        changes.annotate(progress.purged());
      } else changes.annotate(progress.kept());
    }
    if (isDone && !deepEqual(this.old, essence)) changes.annotate(keptEssence(essence));
    return isDone ? undefined : progress.delayMs;
  }

  private *invoke(handler: Handler<HasMetadata>): Reconciliation<Failure | undefined> {
    const { changes, means, object } = this;
    const { field } = handler;
    const failure = yield* handler.run({
      object,
      old: field === undefined ? undefined : fieldOf(this.old, field),
      new: field === undefined ? undefined : fieldOf(this.essence, field),
      nowMs: means.now(),
      random: means.random,
      setStatus: fields => changes.setStatus(fields),
      log: (message, level) => means.log(message, level),
    });
    logOutcome(`Handler '${idOf(handler)}'`, failure, means);
    return failure;
  }
}

/** Logs how a handler or a timer ended. */
export function logOutcome(
  who: string,
  failure: Failure | undefined,
  { log }: Pick<Means, 'log'>,
): void {
  if (failure === undefined) return log(`${who} succeeded.`);
  const { kind, message } = failure;
  const how =
    kind === 'exception'
      ? `failed with an exception and will try again in ${backoffMs / 1_000} seconds`
      : kind === 'permanent'
        ? 'failed permanently'
        : 'failed temporarily';
  log(`${who} ${how}: ${message}`, 'Error');
}
