/** What runs of the small shell yield, return and throw. */

/** What a shell waits for. */
type ShellWait =
  | { readonly kind: 'sleep'; readonly ms: number }
  /** For the end of a job; the builtin `wait` is cut short by a signal that is trapped. */
  | { readonly kind: 'job'; readonly job: Job };

/** A run of something that returns a T. */
export type Run<T = number> = Generator<ShellWait, T, 'done' | 'signal'>;

/** A command in the background. */
export interface Job {
  readonly pid: number;
  status: number | undefined;
  readonly whenDone: (() => void)[];
  /** Ends it from outside. */
  stop(status: number): void;
}

/** Thrown through the generators: the shell ends. */
export class ShellExit extends Error {
  override readonly name = 'ShellExit';
  constructor(readonly status: number) {
    super(`exit ${status}`);
  }
}

/** Thrown through the generators: a loop is left, or its next round begins. */
export class LoopJump extends Error {
  override readonly name = 'LoopJump';
  constructor(readonly isBreak: boolean) {
    super('break');
  }
}
