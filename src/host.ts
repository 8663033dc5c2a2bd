/** The host: the only file through which real time, chance, timers, crypto and the process come in. */
import { createHash, randomInt } from 'node:crypto';
import { availableParallelism, homedir } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Clock } from '../sim/engine/clock.js';

/** Milliseconds since the epoch, of the real clock. */
export const realNowMs = (): number => Date.now();

/** Milliseconds from some start, for measuring how long something takes. */
export const elapsedMs = (): number => performance.now();

/** A seed for a run that was given none; it is printed, so that the run can be repeated. */
export const freshSeed = (): number => randomInt(2 ** 31);

/** The SHA-256 of parts that follow each other, in hex. */
export function sha256Hex(parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** The environment variable, or undefined when it is unset or empty. */
export function environment(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

/** The environment for a command that is started: this process's, with what it gets besides. */
export const environmentWith = (
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string | undefined>> => ({ ...process.env, ...more });

/** A signal that aborts after so many real milliseconds; it keeps no process alive. */
export const timeoutSignal = (delayMs: number): AbortSignal => AbortSignal.timeout(delayMs);

/** Sends a signal to a process and to all that it has started, if it leads a group; false: it is gone. */
export function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

/** The arguments of the command line, without node and the script. */
export const commandLine = (): readonly string[] => process.argv.slice(2);

/** How this very program is started: node, and what comes before the arguments of the command line. */
export const ownProgram = (): { readonly file: string; readonly before: readonly string[] } => ({
  file: process.execPath,
  before: [...process.execArgv, process.argv[1] ?? ''],
});

/** How many columns what is printed may take: COLUMNS, or those of the terminal; undefined: nobody says. */
export const columns = (): number | undefined => {
  const told = Number(environment('COLUMNS'));
  return Number.isSafeInteger(told) && told > 0 ? told : process.stdout.columns;
};

/** The version of node, without its v. */
export const nodeVersion = (): string => process.versions.node;

/** The folder in which the user's own files lie. */
export const homeFolder = (): string => environment('HOME') ?? homedir();

/** The number of this process. */
export const processId = (): number => process.pid;

/** The resident memory of this process, in bytes. */
export const residentBytes = (): number => process.memoryUsage().rss;

/**
 * Lets the heap grow by little at a time before it is collected.
 *
 * @param growthPercent Over what was alive after the last collection. Default 15, for work on inputs that
 *   are larger than memory. V8's own is up to 300.
 */
export const keepHeapSmall = (growthPercent = 15): void =>
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);

/** What is served for hours waits most of the time: it may rather collect than grow. */
export const servedGrowthPercent = 50;

/**
 * V8's flags for one simulation after the other, also once it runs; they are of the whole process.
 *
 * - Everything is allocated young, also what V8 has seen to live long: of one simulation after the other
 *   none lives on, and what is old when it dies keeps the rest of its simulation until all garbage is
 *   collected. It halves what is spent on collecting.
 * - The optimiser does not take whole call trees into each function (its own bound is 920 bytes). The
 *   simulation is broad, and in a thousand short runs compiling is a quarter of the CPU time: with half of
 *   it less is compiled twice, which takes two to five hundredths off the whole.
 */
export const shortRunFlags: readonly string[] = [
  '--no-allocation-site-pretenuring',
  '--max-inlined-bytecode-size-cumulative=460',
];

/** Sets them in this process. */
export const expectShortRuns = (): void => shortRunFlags.forEach(flag => setFlagsFromString(flag));

/**
 * Lets whoever reads the output stop reading (`seatrial run | head`): what comes then is for nobody, and
 * what runs is ended as ever, with nothing left behind. Other errors of the streams, such as a full disk,
 * are told to `fail`.
 */
export function letReadersGo(fail: (error: Error) => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') fail(error);
    });
  }
}

/**
 * Calls back when the process would end although it has not done what it was to do: nothing is left
 * that could go on. The result forgets about it.
 */
export function onStall(fail: () => void): () => void {
  process.once('beforeExit', fail);
  return () => void process.off('beforeExit', fail);
}

/** Writes data: what a command is asked for. */
export const writeOut = (text: string): void => void process.stdout.write(text);

/** Writes what is told on the side: progress, hints, errors. */
export const writeError = (text: string): void => void process.stderr.write(text);

/** What the user types. */
export const standardInput = (): NodeJS.ReadableStream => process.stdin;

/** Whether standard output is a terminal. */
export const isTerminal = (): boolean => process.stdout.isTTY === true;

/** Sets the code with which the process will end. */
export function setExitCode(code: number): void {
  process.exitCode = code;
}

/** Ends the process at once, for what must not wait for open handles. */
export const exitNow = (code: number): never => process.exit(code);

/** Whether a process of this number runs. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Asks a process to end, as Ctrl-C does. */
export const interrupt = (pid: number): void => void process.kill(pid, 'SIGINT');

/** Resolves after so many real milliseconds. */
export const sleep = (delayMs: number): Promise<void> =>
  new Promise(resolve => setTimeout(resolve, delayMs));

/** Lets pending input and output be handled before going on. */
export const yieldToHost = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** Calls back when the user asks to stop (Ctrl-C, SIGTERM); returns what takes it back. */
export function onInterrupt(action: (signal: string) => void): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, action);
  return () => {
    for (const signal of signals) process.off(signal, action);
  };
}

/** How often it is looked whether the parent is still there. */
const parentEveryMs = 1_000;

/**
 * Calls back when the shell that npx started this process in has gone: npx hands a signal on to that shell
 * alone. Whoever starts this otherwise may want it to outlive the shell. Returns what takes it back.
 */
export function onNpxGone(action: () => void, parent = (): number => process.ppid): () => void {
  if (environment('npm_lifecycle_event') !== 'npx') return () => undefined;
  const first = parent();
  const timer = setInterval(() => {
    if (parent() === first) return;
    clearInterval(timer);
    action();
  }, parentEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Calls back when this process ends by itself, for what must not outlive it; returns what takes it back. */
export function onProcessExit(action: () => void): () => void {
  process.on('exit', action);
  return () => void process.off('exit', action);
}

/** Node's timers take no more. */
const timerMaxMs = 2 ** 31 - 1;

/** A clock of real time that can be stopped. */
export interface RealClock extends Clock {
  /** Takes back everything that is still to come, so that nothing holds the process. */
  stop(): void;
}

/** The same, but only when nobody else listens, so that the process would end at once. */
export function onLoneInterrupt(action: (signal: string) => void): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const listener = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) === 1) action(signal);
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

/** A clock of real time, for driving our components against a real API server. */
export function realClock(onError: (error: unknown) => void): RealClock {
  const timers = new Set<NodeJS.Timeout>();
  let isStopped = false;
  return {
    now: () => Date.now(),
    after(delayMs, _label, action, life) {
      if (isStopped) return { cancel: () => undefined };
      const run = (): void => {
        try {
          if (life?.isOver !== true) action();
        } catch (error) {
          onError(error);
        }
      };
      let timer: NodeJS.Timeout;
      // What is longer than a timer can be comes in hops.
      const wait = (leftMs: number): void => {
        const isLast = leftMs <= timerMaxMs;
        const next = (): void => {
          timers.delete(timer);
          if (isLast) run();
          else wait(leftMs - timerMaxMs);
        };
        timer = setTimeout(next, Math.min(leftMs, timerMaxMs));
        timers.add(timer);
      };
      wait(delayMs);
      return {
        cancel() {
          timers.delete(timer);
          clearTimeout(timer);
        },
      };
    },
    stop() {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

/**
 * Answers what the process that has started this one sends, one message after another, until that one
 * goes. Ctrl-C reaches both, and is the parent's to act upon.
 *
 * @param between Is done after each answer, when nothing of it is on the stack. Default: nothing.
 */
export function serveParent<Message>(
  answer: (message: Message) => Promise<object>,
  between: () => void = () => undefined,
): void {
  process.on('SIGINT', () => undefined);
  let before: Promise<unknown> = Promise.resolve();
  process.on('message', (message: Message) => {
    before = before.then(async () => {
      const reply = await answer(message);
      // Nobody is left to hear of it when the parent has gone meanwhile.
      process.send?.(reply, undefined, undefined, () => undefined);
    });
    before = before.then(() => new Promise(resolve => setImmediate(resolve))).then(between);
  });
}

/**
 * Collects what was allocated last and is over, if V8 lets us: in a process started with `--expose-gc`.
 * When nearly all of it is over this takes next to no time, for only what lives on is touched.
 */
export function collectYoung(): void {
  globalThis.gc?.({ type: 'minor', execution: 'sync' });
}

/** How many things this machine does at once. */
export const coreCount = (): number => availableParallelism();

/** How much bytecode a function runs before V8 considers it for its optimiser: at first, and by default. */
const optimizerBudgets = { atFirst: 400_000, later: 67_584 };
/** The major version of the last V8 of which this is known: Node 20's. */
const lastWithBudget = 11;
const shortRunMs = 5000;
let restoring: NodeJS.Timeout | undefined;

/**
 * Keeps V8's optimising compiler out of short runs. The simulation is broad: two thousand functions are
 * called some hundred times each, and compiling them took a third of the CPU time of a run of a
 * second, more than it gave back. A process that lives longer gets V8's own setting again.
 *
 * @param forMs Until then. Default 5 s.
 */
export function optimizeLate(forMs = shortRunMs): void {
  // Later V8s have a quick compiler between, and know no such budget.
  if (Number.parseInt(process.versions.v8, 10) > lastWithBudget) return;
  setFlagsFromString(`--interrupt-budget=${optimizerBudgets.atFirst}`);
  const restore = (): void => setFlagsFromString(`--interrupt-budget=${optimizerBudgets.later}`);
  clearTimeout(restoring);
  restoring = setTimeout(restore, forMs).unref();
}
