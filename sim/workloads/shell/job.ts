/** What runs of the small shell yield, return and throw. */
import type { Input } from './input.js';

/** What a shell waits for. */
type ShellWait =
  | { readonly kind: 'sleep'; readonly ms: number }
  /** For the end of a job; the builtin `wait` is cut short by a signal that is trapped. */
  | { readonly kind: 'job'; readonly job: Job }
  /** For an answer from outside, such as a server's; `start` may call back at once. */
  | { readonly kind: 'answer'; readonly start: (done: () => void) => void };

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

/** Thrown through the generators: a function returns. */
export class ShellReturn extends Error {
  override readonly name = 'ShellReturn';
  constructor(readonly status: number) {
    super(`return ${status}`);
  }
}

/** Thrown through the generators: a loop is left, or its next round begins. */
export class LoopJump extends Error {
  override readonly name = 'LoopJump';
  /** `levels`: how many loops it goes up; 0 where the condition of a loop ends it. */
  constructor(
    readonly isBreak: boolean,
    readonly levels: number,
  ) {
    super('break');
  }
}

/** What a command reads and where it writes. */
export interface Streams {
  readonly stdin: Input;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** As long as anything lasts. */
export const foreverMs = 1e12;

/** How many commands run before a millisecond has gone by: it bounds loops that never sleep. */
export const commandsPerMsMax = 2_000;
