/** A program that runs beside us: its log is kept, its end is noticed, and it never outlives us. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { environment, onProcessExit, sleep } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';

/** What is started. */
export interface ProgramOptions {
  /** For messages: `kube-apiserver`. */
  readonly name: string;
  readonly file: string;
  readonly arguments: readonly string[];
  /** Where standard output and standard error go. */
  readonly logFile: string;
}

/** A program that was started. */
export interface LocalProcess {
  readonly name: string;
  readonly pid: number;
  /** How it ended; undefined while it runs. */
  readonly end: string | undefined;
  /** Resolves when it has ended, with how. */
  readonly ended: Promise<string>;
  /** The last lines of its log. */
  tail(): string;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Asks it to end, and ends it when it does not. */
  stop(): Promise<void>;
}

/** It is given so long to end by itself. */
const graceMs = 5_000;
const tailLines = 15;
const tailBytes = 16_384;

/**
 * Starts a program in a session of its own, so that Ctrl-C reaches only us. Where the system has
 * `setpriv`, the kernel ends it should we be killed.
 *
 * @throws UserError when it cannot be started.
 */
export async function startProgram(options: ProgramOptions): Promise<LocalProcess> {
  const { name, file, logFile } = options;
  const guard = findProgram('setpriv', searchPath());
  const [command, args] =
    guard === undefined
      ? [file, options.arguments]
      : [guard, ['--pdeathsig', 'KILL', '--', file, ...options.arguments]];
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, { stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  const forget = onProcessExit(() => kill(child, 'SIGKILL'));
  let end: string | undefined;
  const ended = new Promise<string>(resolve => {
    child.on('exit', (code, signal) => {
      forget();
      end = signal === null ? `exit code ${code}` : `signal ${signal}`;
      resolve(end);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.on('spawn', resolve);
    child.on('error', error => {
      forget();
      reject(cannotStart(name, error));
    });
  });
  return {
    name,
    pid: child.pid ?? 0,
    ended,
    get end() {
      return end;
    },
    tail: () => tailOf(logFile),
    async kill() {
      kill(child, 'SIGKILL');
      await ended;
    },
    async stop() {
      if (end !== undefined) return;
      kill(child, 'SIGTERM');
      for (let waitedMs = 0; end === undefined && waitedMs < graceMs; waitedMs += 20)
        await sleep(20);
      if (end === undefined) kill(child, 'SIGKILL');
      await ended;
    },
  };
}

/** The folders of PATH. */
export function searchPath(): readonly string[] {
  return (environment('PATH') ?? '').split(delimiter).filter(folder => folder !== '');
}

/** The file of a program in the first folder that has it. */
export function findProgram(name: string, folders: readonly string[]): string | undefined {
  return folders.map(folder => join(folder, name)).find(file => existsSync(file));
}

function kill(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
}

function tailOf(file: string): string {
  if (!existsSync(file)) return '';
  const { size } = statSync(file);
  if (size <= tailBytes) return lastLines(readFileSync(file, 'utf8'));
  const buffer = Buffer.alloc(tailBytes);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, buffer, 0, tailBytes, size - tailBytes);
  closeSync(descriptor);
  return lastLines(buffer.toString('utf8'));
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-tailLines).join('\n');
}

function cannotStart(name: string, { message }: Error): UserError {
  return new UserError(`${name} cannot be started: ${message}`, {
    exitCode: exitCodes.backend,
    code: 'cannot-start',
    next: 'see that the file is there, is made for this machine and may be executed',
  });
}
