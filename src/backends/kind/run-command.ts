/** Runs a command of the host: its output, its end, and the end that a signal or a time-out puts to it. */
import { spawn } from 'node:child_process';
import { environmentWith, signalGroup, sleep } from '../../host.js';

/** How a command ended. */
export interface CommandResult {
  /** Undefined when it could not be started, or a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** The command is not installed. */
  readonly isMissing: boolean;
  /** The signal of the caller ended it. */
  readonly isAborted: boolean;
}

/** How a command is run. */
export interface CommandOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Ends the command and all that it has started. */
  readonly signal?: AbortSignal;
  /** Hears each line of standard error as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Output beyond this is dropped from the front: kubeadm's is 34 KB, logs may be endless. */
const outputMaxLength = 4_000_000;

/** What a command gets to end by itself before it is killed. */
const graceMs = 5000;

/**
 * Runs the command to its end. It leads a process group of its own, so that the terminal's Ctrl-C reaches
 * only us, and whatever it has started ends with it.
 */
export function runCommand(
  name: string,
  commandArguments: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { signal, onLine } = options;
  if (signal?.aborted === true) return Promise.resolve(ended({ isAborted: true }));
  return new Promise(resolve => {
    const child = spawn(name, [...commandArguments], {
      detached: true,
      env: environmentWith(options.environment ?? {}),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stdout = new Output();
    const stderr = new Output(onLine);
    child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.take(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.take(text));
    // A command that does not read its input closes it: its exit code tells the rest.
    child.stdin.on('error', () => undefined).end(options.input ?? '');
    const abort = (): void => void endGroup(child.pid);
    signal?.addEventListener('abort', abort);
    const finish = (result: Partial<CommandResult>): void => {
      signal?.removeEventListener('abort', abort);
      stderr.end();
      const isAborted = signal?.aborted === true;
      resolve(ended({ ...result, stdout: stdout.text, stderr: stderr.text, isAborted }));
    };
    child.on('error', error => {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      stderr.take(error.message);
      finish({ isMissing });
    });
    child.on('close', code => finish(code === null ? {} : { code }));
  });
}

function ended(result: Partial<CommandResult>): CommandResult {
  return {
    code: undefined,
    stdout: '',
    stderr: '',
    isMissing: false,
    isAborted: false,
    ...result,
  };
}

async function endGroup(pid: number | undefined): Promise<void> {
  if (pid === undefined || !signalGroup(pid, 'SIGTERM')) return;
  const pollMs = 50;
  for (let waitedMs = 0; waitedMs < graceMs; waitedMs += pollMs) {
    await sleep(pollMs);
    if (!signalGroup(pid, 'SIGTERM')) return;
  }
  signalGroup(pid, 'SIGKILL');
}

/** Gathers text, and tells whole lines as they come. */
class Output {
  text = '';
  private rest = '';

  constructor(private readonly onLine?: (line: string) => void) {}

  take(text: string): void {
    this.text = (this.text + text).slice(-outputMaxLength);
    if (this.onLine === undefined) return;
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.onLine(line);
  }

  end(): void {
    if (this.rest !== '') this.onLine?.(this.rest);
    this.rest = '';
  }
}
