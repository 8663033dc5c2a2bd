/** Runs kubectl as a process of its own. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Folders } from './normal.js';
import type { Ended, Step } from './transcript.js';

/** As long as a command may run. */
const commandMs = 60_000;
/** As long as a command runs before something is done beside it. */
const headStartMs = 700;
/** The pause between what is done beside it. */
const besideMs = 250;

/** npm adds folders that are not there, of which `kubectl plugin list` complains. */
const path = (process.env['PATH'] ?? '').split(':').filter(existsSync).join(':');

/** Waits in real time, for real processes. */
export function pause(ms: number): Promise<void> {
  return new Promise(done => void setTimeout(done, ms));
}

/** What commands need to run. */
export interface Runner {
  readonly kubectl: string;
  readonly folders: Folders;
  /** Puts saved outputs into a text. */
  fill(text: string): string;
}

/** Runs a command to its end; `beside` is done while it runs, before it is stopped. */
export async function runCommand(
  { argv, stdin = '', env, stopAfterMs }: Step,
  runner: Runner,
  beside?: () => Promise<void>,
): Promise<Ended> {
  const { home, dir } = runner.folders;
  const child = spawn(runner.kubectl, argv.map(runner.fill), {
    cwd: dir,
    env: {
      PATH: path,
      HOME: home,
      KUBECACHEDIR: join(home, 'cache'),
      TZ: 'UTC',
      LANG: 'C.UTF-8',
      // Each lives for a moment: nothing to collect.
      GOGC: 'off',
      ...env,
    },
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => (output[stream] += text));
  }
  // A command that does not read its input ends before it is written: that is no error.
  child.stdin.on('error', () => undefined).end(runner.fill(stdin));
  let isStopped = false;
  const stop = (): void => {
    isStopped = child.exitCode === null;
    child.kill('SIGKILL');
  };
  const exited = new Promise<number | null>((done, failed) => {
    child.on('close', done);
    child.on('error', failed);
  });
  const timer = setTimeout(stop, beside === undefined ? (stopAfterMs ?? commandMs) : commandMs);
  if (beside !== undefined) {
    await pause(headStartMs);
    await beside();
    await pause(stopAfterMs ?? 0);
    stop();
  }
  const code = await exited;
  clearTimeout(timer);
  return { code: isStopped ? 'stopped' : code, ...output };
}

/** Runs steps one after the other, with the pause between them that they were recorded with. */
export async function eachBeside(
  steps: readonly Step[],
  run: (step: Step) => Promise<void>,
): Promise<void> {
  for (const step of steps) {
    await run(step);
    await pause(besideMs);
  }
}
