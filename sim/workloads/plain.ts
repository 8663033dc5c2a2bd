/** The plain programs: run for ever, complete after a while, crash, or run a command. */
import { timeMs } from '../api/time.js';
import { listen } from './serving/listening.js';
import { waitCommand } from './shell/asking/kubectl.js';
import { startShell, shellStartError, startWaiting } from './shell/program.js';
import type { ContainerContext, Program, Workload } from './workload.js';

/** Makes a workload from the parameters that a scenario gives it. */
export type PlainMaker = (parameters: Readonly<Record<string, unknown>>) => Workload;

/** How long a program that completes runs, unless told otherwise. */
const defaultSeconds = 2;

/** Runs until it is stopped; on SIGTERM it ends with 0 at once. It takes connections. */
export const runForever: Workload = {
  name: 'run-forever',
  start: context => {
    listen(context);
    return { terminate: () => context.exit(0) };
  },
};

/** The same, and nobody listens. */
export const pause: Workload = {
  name: 'run-forever',
  start: context => ({ terminate: () => context.exit(0) }),
};

/** Runs until it is killed: it does not hear SIGTERM, as programs that are busy with a checkpoint. */
const stubborn: Workload = {
  name: 'stubborn',
  start: () => ({ terminate: () => undefined }),
};

/** Runs the container's own command in the small shell. */
export const command: Workload = {
  name: 'command',
  start: startShell,
  startError: shellStartError,
};

/** Runs a command that waits for others; programs that it calls and of which nothing is known take so long. */
export function waiting(seconds: number): Workload {
  return {
    name: 'waiting',
    start: context => {
      const strange = annotated(context, { seconds, code: 0 });
      const { command: words, container } = context;
      const command = waitCommand(container.image ?? '', words);
      return startWaiting(
        { ...context, command },
        { afterMs: strange.seconds * 1_000, status: strange.code },
      );
    },
  };
}

/** Ends after a while with an exit code. */
export function exitAfter(name: string, seconds: number, code: number): Workload {
  return {
    name,
    start: context => {
      const end = annotated(context, { seconds, code });
      const leftMs = Math.max(end.seconds * 1_000 - (context.ageMs ?? 0), 0);
      context.clock.after(leftMs, `workload ${name}`, () => context.exit(end.code));
      const program: Program = { terminate: () => context.exit(143) };
      return program;
    },
  };
}

/** How long `busy` works, and how long it rests. */
const busyMs = 60_000;

/**
 * Uses the CPU in waves, all pods in step: a minute of work, a minute of rest. An autoscaler that looks
 * only at the moment follows each wave; one that stabilises keeps the most that it needed.
 */
export function busy(cpuMillis: number): Workload {
  return {
    name: 'busy',
    start(context) {
      const turn = (): void => {
        const nowMs = context.clock.now();
        const isWorking = Math.floor(nowMs / busyMs) % 2 === 0;
        context.use({ cpuMillis: isWorking ? cpuMillis : cpuMillis / 10, memoryBytes: 0 });
        context.clock.after(busyMs - (nowMs % busyMs), 'workload busy turns', turn);
      };
      turn();
      return { terminate: () => context.exit(0) };
    },
  };
}

/** How often the pods look at how many they are, and how much there is to do. */
const sharedEveryMs = 5_000;

/** How much CPU a service needs in all from a time on, in milliseconds since the epoch. */
export interface LoadStep {
  readonly fromMs: number;
  readonly cpuMillis: number;
}

/** A service whose load is spread evenly over the pods that run: with more pods each has less to do. */
export function shareOfLoad(steps: readonly LoadStep[]): Workload {
  const running = new Set<ContainerContext>();
  return {
    name: 'share-of-load',
    start(context) {
      running.add(context);
      const look = (): void => {
        const nowMs = context.clock.now();
        const now = steps.findLast(({ fromMs }) => fromMs <= nowMs)?.cpuMillis ?? 0;
        context.use({ cpuMillis: Math.round(now / running.size), memoryBytes: 0 });
        context.clock.after(sharedEveryMs, 'workload shares the load', look);
      };
      look();
      return {
        terminate: () => context.exit(0),
        ended: () => void running.delete(context),
      };
    },
  };
}

/** `{ "2026-03-11T09:00:00Z": 1200 }`, by time. */
function loadSteps(load: unknown): readonly LoadStep[] {
  const steps = Object.entries(typeof load === 'object' && load !== null ? load : {});
  return steps
    .flatMap(([time, cpuMillis]) => {
      const fromMs = timeMs(time);
      return fromMs === undefined ? [] : [{ fromMs, cpuMillis: numberOf(cpuMillis, 0) }];
    })
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** A pod's annotations say how long and with which code, if anything does. */
function annotated(
  { pod }: ContainerContext,
  given: { readonly seconds: number; readonly code: number },
): { readonly seconds: number; readonly code: number } {
  const annotations = pod.metadata.annotations ?? {};
  return {
    seconds: numberOf(annotations['seatrial.dev/seconds'], given.seconds),
    code: numberOf(annotations['seatrial.dev/exit-code'], given.code),
  };
}

/** All plain workloads, by the names that scenarios and the label `seatrial.dev/workload` use. */
export const plainWorkloads: Readonly<Record<string, PlainMaker>> = {
  'run-forever': () => runForever,
  command: () => command,
  'complete-after': ({ seconds }) =>
    exitAfter('complete-after', numberOf(seconds, defaultSeconds), 0),
  crash: ({ seconds, exitCode }) =>
    exitAfter('crash', numberOf(seconds, defaultSeconds), numberOf(exitCode, 1)),
  stubborn: () => stubborn,
  busy: ({ cpuMillis }) => busy(numberOf(cpuMillis, 250)),
  'share-of-load': ({ load }) => shareOfLoad(loadSteps(load)),
  'exit-code': ({ seconds, exitCode }) =>
    exitAfter('exit-code', numberOf(seconds, 0), numberOf(exitCode, 0)),
};

function numberOf(value: unknown, byDefault: number): number {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : byDefault;
}
