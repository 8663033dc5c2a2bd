/** Starts this command again in the background, and waits until its cluster is up. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { logFileOf, runningClusters, type RunningCluster } from '../backends/registry.js';
import {
  commandLine,
  environment,
  environmentWith,
  interrupt,
  onInterrupt,
  ownProgram,
  sleep,
  writeError,
  writeOut,
} from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { downCommandFor } from './running.js';

const pollMs = 50;
const mark = 'SEATRIAL_DETACHED';

/** Whether this process is the one in the background. */
export const isDetached = (): boolean => environment(mark) !== undefined;

/** The exit code is 0 when it is up, else that with which it ended; what it said is told. */
export async function detach(flags: {
  readonly name: string;
  readonly filename: readonly string[];
}): Promise<number> {
  const { name, filename } = flags;
  const running = runningClusters().find(cluster => cluster.name === name);
  if (running !== undefined) throw isTaken(name);
  const log = logFileOf(name);
  const child = startAgain(log, { readsInput: filename.includes('-') });
  // Who fails takes its log away, as it takes all: it is read through what was opened before.
  const heard = openSync(log, 'r');
  let isInterrupted = false;
  const forget = onInterrupt(() => {
    isInterrupted = true;
    if (child.pid !== undefined) interrupt(child.pid);
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.on('exit', code => resolve(code ?? exitCodes.backend));
    child.on('error', reject);
  });
  const cluster = await Promise.race([untilUp(name, child), ended]);
  forget();
  if (isInterrupted) return exitCodes.interrupted;
  if (typeof cluster === 'number') {
    writeError(readFileSync(heard, 'utf8'));
    return cluster;
  }
  child.unref();
  writeError(`cluster ${name} is up at ${cluster.server} (process ${cluster.pid}, log ${log})\n`);
  writeError(`stop: ${downCommandFor(name)}\n`);
  writeOut(`${cluster.kubeconfig}\n`);
  return exitCodes.pass;
}

/** It leads a session of its own: neither the terminal nor the shell that goes away ends it. */
function startAgain(log: string, { readsInput }: { readonly readsInput: boolean }): ChildProcess {
  const { file, before } = ownProgram();
  const output = openSync(log, 'w', 0o600);
  try {
    return spawn(file, [...before, ...commandLine()], {
      detached: true,
      stdio: [readsInput ? 'inherit' : 'ignore', output, output],
      // Else it would go down with the npx that started us.
      env: environmentWith({ [mark]: '1', npm_lifecycle_event: '' }),
    });
  } finally {
    closeSync(output);
  }
}

async function untilUp(name: string, child: ChildProcess): Promise<RunningCluster | number> {
  for (;;) {
    const up = runningClusters().find(each => each.name === name && each.pid === child.pid);
    if (up !== undefined) return up;
    if (child.exitCode !== null || child.signalCode !== null) return exitCodes.backend;
    await sleep(pollMs);
  }
}

function isTaken(name: string): UserError {
  return new UserError(`a cluster "${name}" runs already`, {
    exitCode: exitCodes.usage,
    code: 'name-taken',
    next: `stop it with: ${downCommandFor(name)}, or choose another --name`,
  });
}
