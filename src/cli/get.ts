/** `seatrial get`: the clusters that run on this machine, and their kubeconfigs. */
import { readFileSync } from 'node:fs';
import { Argument } from 'commander';
import { runningClusters } from '../backends/registry.js';
import { writeError, writeOut } from '../host.js';
import { exitCodes } from '../input/errors.js';
import type { CliCommand } from './command.js';
import { outputOption } from './options.js';
import { runningCluster } from './running.js';

/** The command. */
export const getCommand: CliCommand = {
  define(program, act) {
    program
      .command('get')
      .description('list running clusters, or print the kubeconfig of one')
      .addArgument(new Argument('<what>', 'what to get').choices(['clusters', 'kubeconfig']))
      .option('--name <name>', "for kubeconfig: the cluster's name", 'seatrial')
      .addOption(outputOption(['text', 'json']))
      .action((what: string, flags: { readonly name: string; readonly output: string }) =>
        act(() => {
          if (what === 'kubeconfig') {
            writeOut(readFileSync(runningCluster(flags.name).kubeconfig, 'utf8'));
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
