/** `seatrial demo`: runs a scenario that comes with the package: nothing is needed but the program. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Argument } from 'commander';
import { packageFolder } from '../version.js';
import type { CliCommand } from './command.js';
import { helpAfter, seedOption } from './options.js';
import { runPaths } from './run.js';

const folder = join(packageFolder, 'scenarios');

/** The command. */
export const demoCommand: CliCommand = {
  define(program, act) {
    program
      .command('demo')
      .description('run a scenario that comes with seatrial: GPUs fail, and a training goes on')
      .addArgument(
        new Argument('[scenario]', 'which one')
          .choices(shippedScenarios())
          .default('distributed-training'),
      )
      .addOption(seedOption())
      .addHelpText('after', helpAfter(examples))
      .action((name: string, flags: { readonly seed?: number }) =>
        act(() => runPaths([join(folder, name)], flags)),
      );
  },
};

const examples = ['seatrial demo', 'seatrial demo fraud --seed 1     # 26 hours of a platform'];

function shippedScenarios(): readonly string[] {
  return readdirSync(folder)
    .filter(name => existsSync(join(folder, name, 'scenario.yaml')))
    .sort();
}
