/** `seatrial get`: the clusters that run on this machine, their kubeconfigs, and the runs that are kept. */
import { readFileSync } from 'node:fs';
import { Argument } from 'commander';
import { runningClusters } from '../backends/registry.js';
import { writeError, writeOut } from '../host.js';
import { exitCodes } from '../input/errors.js';
import type { CliCommand } from './command.js';
import { outputOption } from './options.js';
import { runningCluster } from './running.js';
import { printRuns } from './runs.js';

/** The command. */
export const getCommand: CliCommand = {
  define(program, act) {
    program
      .command('get')
      .description('list running clusters or kept runs, or print the kubeconfig of a cluster')
      .addArgument(
        new Argument('<what>', 'what to get').choices(['clusters', 'runs', 'kubeconfig']),
      )
      .option('--name <name>', "for kubeconfig: the cluster's name", 'seatrial')
      .addOption(outputOption(['text', 'json']))
      .action((what: string, flags: { readonly name: string; readonly output: string }) =>
        act(() => {
          if (what === 'kubeconfig') {
            writeOut(readFileSync(runningCluster(flags.name).kubeconfig, 'utf8'));
            return Promise.resolve(exitCodes.pass);
          }
          if (what === 'runs') {
            printRuns(flags.output);
            return Promise.resolve(exitCodes.pass);
          }
          const clusters = runningClusters();
          if (flags.output === 'json') writeOut(`${JSON.stringify(clusters)}\n`);
          else if (clusters.length === 0) writeError('no cluster runs on this machine\n');
          else writeOut(clusters.map(({ name, server }) => `${name}  ${server}\n`).join(''));
          return Promise.resolve(exitCodes.pass);
        }),
      );
  },
};
