/** `seatrial down`: stops a cluster that `seatrial up` runs, and takes it out of the kubeconfig. */
import { runningClusters } from '../backends/registry.js';
import { interrupt, isProcessAlive, sleep, writeError } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import type { CliCommand } from './command.js';
import { runningCluster } from './running.js';

const waitMaxMs = 15_000;
const pollMs = 20;

/** The command. */
export const downCommand: CliCommand = {
  define(program, act) {
    program
      .command('down')
      .description('stop a cluster that `seatrial up` runs')
      .option('--name <name>', "the cluster's name", 'seatrial')
      .option('--all', 'stop every cluster')
      .action((flags: { readonly name: string; readonly all?: boolean }) =>
        act(async () => {
          const clusters = flags.all === true ? runningClusters() : [runningCluster(flags.name)];
          for (const { name, pid } of clusters) {
            interrupt(pid);
            await untilGone(name, pid);
            writeError(`cluster ${name} is down\n`);
          }
          return exitCodes.pass;
        }),
      );
  },
};

async function untilGone(name: string, pid: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < waitMaxMs; waitedMs += pollMs) {
    if (!isProcessAlive(pid)) return;
    await sleep(pollMs);
  }
  throw new UserError(`cluster ${name} (process ${pid}) does not end`, {
    exitCode: exitCodes.backend,
    code: 'does-not-end',
    next: `kill -9 ${pid}`,
  });
}
