/** Work that takes virtual time, written as a generator: what goroutines are to the real kubelet. */
import type { Answer, Reconciliation, Request } from '../client/contract.js';
import { call } from '../client/requests.js';
import type { Clock } from '../engine/clock.js';

/** What a task waits for: milliseconds, or a call of `resume` (further calls have no effect). */
export type Wait = number | ((resume: () => void) => void);

/** A piece of work in steps. */
export type Task<R = void> = Generator<Wait, R, void>;

/** Runs a task to its end; it starts at once. */
export function runTask<R>(
  clock: Clock,
  label: string,
  task: Task<R>,
  done?: (result: R) => void,
): void {
  const advance = (): void => {
    for (;;) {
      const step = task.next();
      if (step.done) {
        done?.(step.value);
        return;
      }
      if (typeof step.value === 'number') {
        clock.after(step.value, label, advance);
        return;
      }
      if (!resumedAtOnce(step.value, advance)) return;
    }
  };
  advance();
}

/** Starts a wait; true when it was over before it began, so that the caller loops and does not recurse. */
function resumedAtOnce(wait: (resume: () => void) => void, advance: () => void): boolean {
  let state: 'starting' | 'waiting' | 'resumed' = 'starting';
  wait(() => {
    if (state === 'resumed') return;
    const wasWaiting = state === 'waiting';
    state = 'resumed';
    if (wasWaiting) advance();
  });
  if (isResumed(state)) return true;
  state = 'waiting';
  return false;
}

function isResumed(state: string): boolean {
  return state === 'resumed';
}

/** Runs tasks side by side and goes on when all have ended. */
export function* together(clock: Clock, label: string, tasks: readonly Task[]): Task {
  let left = tasks.length;
  if (left === 0) return;
  yield resume => {
    for (const task of tasks) {
      runTask(clock, label, task, () => {
        left--;
        if (left === 0) resume();
      });
    }
  };
}

/** Something that happens once, and that tasks wait for. */
export class Signal {
  private waiting: (() => void)[] | undefined = [];

  get isFired(): boolean {
    return this.waiting === undefined;
  }

  fire(): void {
    const waiting = this.waiting ?? [];
    this.waiting = undefined;
    for (const resume of waiting) resume();
  }

  /** Goes on when it is fired; at once when it was. */
  readonly wait = (resume: () => void): void => {
    if (this.waiting === undefined) resume();
    else this.waiting.push(resume);
  };

  /** A wait that ends at the signal or after a while, whichever is first. */
  waitAtMost(clock: Clock, delayMs: number, label: string): Wait {
    return resume => {
      if (this.isFired) {
        resume();
        return;
      }
      const timer = clock.after(delayMs, label, resume);
      this.wait(() => {
        timer.cancel();
        resume();
      });
    };
  }
}

/** Asks the API server by a job of its own, which is handed to `begin`. */
export function* asked<T>(
  request: Request<T>,
  begin: (job: () => Reconciliation) => void,
): Task<Answer<T>> {
  const got: { answer?: Answer<T> } = {};
  yield resume => begin(() => asking(request, got, resume));
  return got.answer ?? { isOk: false, status: 0, reason: '', message: '', body: undefined };
}

function* asking<T>(
  request: Request<T>,
  got: { answer?: Answer<T> },
  resume: () => void,
): Reconciliation {
  got.answer = yield* call(request);
  resume();
}
