/** Runs the command line as a user does, in a process of its own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { agentVariables } from '../../src/cli/report-files.js';

/** The built program, as users have it; `npm test` builds it first. */
const main = resolve('dist/bin/seatrial.js');

/** What a command printed and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home folder of its own: nothing of the user's is touched. */
export function freshFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-cli-'));
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

function environmentOf(
  home: string,
  more: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const { KUBECONFIG: _unset, SEATRIAL_SEED: _seed, ...rest } = process.env;
  // Whoever runs the tests, be it an agent or a job of GitHub, sees what people see.
  const unset = Object.fromEntries([...agentVariables, 'GITHUB_ACTIONS'].map(name => [name, '']));
  return { ...rest, ...unset, HOME: home, ...more };
}

/** Runs a command to its end in a folder, which is its home too. */
export function seatrial(folder: string, ...words: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: environmentOf(folder),
    timeout: 60_000,
  });
  return { code: status, stdout, stderr };
}

/** The same in a folder that is not its home: of the project, say. */
export function seatrialIn(cwd: string, ...words: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    cwd,
    encoding: 'utf8',
    env: environmentOf(freshFolder()),
    timeout: 60_000,
  });
  return { code: status, stdout, stderr };
}

/** The same with more in its environment. */
export function seatrialWith(
  more: Readonly<Record<string, string>>,
  folder: string,
  ...words: readonly string[]
): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: environmentOf(folder, more),
    timeout: 60_000,
  });
  return { code: status, stdout, stderr };
}

/** The same with its standard output in a file, of which nothing is told. */
export function seatrialInto(file: string, folder: string, ...words: readonly string[]): Ended {
  const output = openSync(file, 'w');
  const { status, stderr } = spawnSync(process.execPath, [main, ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: environmentOf(folder),
    stdio: ['ignore', output, 'pipe'],
    timeout: 60_000,
  });
  closeSync(output);
  return { code: status, stdout: '', stderr };
}

/** A command that goes on running. */
export interface Running {
  readonly process: ChildProcess;
  /** Waits until standard error holds the text. */
  says(text: string): Promise<void>;
  /** Waits for the end. */
  ended(): Promise<Ended>;
}

/** Starts a command that goes on. */
export function startSeatrial(folder: string, ...words: readonly string[]): Running {
  const child = spawn(process.execPath, [main, ...words], {
    cwd: folder,
    env: environmentOf(folder),
  });
  let stdout = '';
  let stderr = '';
  const waiters = new Set<() => void>();
  const news = (): void => waiters.forEach(waiter => waiter());
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    news();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    news();
  });
  const end = new Promise<Ended>(done =>
    child.on('close', code => {
      done({ code, stdout, stderr });
      news();
    }),
  );
  return {
    process: child,
    says: text =>
      new Promise((done, fail) => {
        const look = (): void => {
          if (stderr.includes(text)) done();
          else if (child.exitCode !== null)
            fail(new Error(`ended without saying "${text}": ${stderr}`));
          else return;
          waiters.delete(look);
        };
        waiters.add(look);
        look();
      }),
    ended: () => end,
  };
}
