/** Work that may have to wait: a generator that yields what it waits for, and runs at once when it need not. */

/** Something to wait for. */
export interface Wait {
  /** Begins it; `resume` is called once, with what came of it. */
  start(resume: (value: unknown) => void): void;
}

/** Work that ends in an R. */
export type Steps<R> = Generator<Wait, R, unknown>;

/** Waits for what calls back. */
export function* wait<T>(start: (resume: (value: T) => void) => void): Steps<T> {
  return (yield { start: start as Wait['start'] }) as T;
}

/** Runs the work; `done` is called at once unless it waits. */
export function runSteps<R>(steps: Steps<R>, done: (result: R) => void): void {
  const proceed = (value: unknown) => {
    const next = steps.next(value);
    if (next.done === true) done(next.value);
    else next.value.start(proceed);
  };
  proceed(undefined);
}
