/** `seatrial get`: the clusters that run on this machine, their kubeconfigs, and the runs and failures that are kept. */
import { readFileSync } from 'node:fs';
import { Argument } from 'commander';
import { runningClusters } from '../backends/registry.js';
import { writeError, writeOut } from '../host.js';
import { exitCodes } from '../input/errors.js';
import type { CliCommand } from './command.js';
import { outputOption } from './options.js';
import { runningCluster } from './running.js';
import { printRuns } from './runs.js';
import { failuresFolder, readFailures } from '../voyages/failures.js';
import { tableLines } from '../report/text-table.js';

/** The command. */
export const getCommand: CliCommand = {
  define(program, act) {
    program
      .command('get')
      .description(
        'list running clusters, kept runs or kept failures, or print the kubeconfig of a cluster',
      )
      .addArgument(
        new Argument('<what>', 'what to get').choices([
          'clusters',
          'runs',
          'failures',
          'kubeconfig',
        ]),
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
          if (what === 'failures') {
            printFailures(flags.output);
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

/** What `check` has kept: each file is what `replay` and `keep` take. */
function printFailures(output: string): void {
  const failures = readFailures();
  if (output === 'json') {
    return writeOut(`${JSON.stringify(failures.map(({ plan: _all, ...failure }) => failure))}\n`);
  }
  if (failures.length === 0) return writeError(`no failure is kept in ${failuresFolder}\n`);
  const rows = failures.map(({ law, version, file }) => [law, version, file]);
  const columns = ['law', 'version', 'file'];
  const [, ...lines] = tableLines({ title: '', columns, rows });
  writeOut(lines.map(line => `${line}\n`).join(''));
}
