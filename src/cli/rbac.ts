/** `seatrial rbac`: prints the rights that a scenario needs on a foreign cluster. */
import { relative } from 'node:path';
import { stringify } from 'yaml';
import { RestMapper } from '../backends/rest-mapper.js';
import { bootSimulatedCluster } from '../backends/sim.js';
import { writeOut } from '../host.js';
import { exitCodes } from '../input/errors.js';
import { rolesFor } from '../scenario/rbac.js';
import { findScenarios, loadScenario } from '../scenario/scenario.js';
import { launch } from '../scenario/voyage.js';
import type { CliCommand } from './command.js';
import { namespacePrefix } from './options.js';

interface RbacFlags {
  readonly namespacePrefix?: string;
}

/** The command. */
export const rbacCommand: CliCommand = {
  define(program, act) {
    program
      .command('rbac')
      .description('print the roles that a scenario needs with --backend kubeconfig')
      .argument('<scenario>', 'a scenario file, or its folder')
      .option(
        '--namespace-prefix <text>',
        'for namespaces that an administrator makes: one Role in each',
        namespacePrefix,
      )
      .action((path: string, flags: RbacFlags) => act(() => rbac(path, flags)));
  },
};

async function rbac(path: string, flags: RbacFlags): Promise<number> {
  for (const file of findScenarios(path)) {
    const scenario = loadScenario(relative('.', file));
    // The kinds of operators are known from a cluster that has them.
    await using cluster = await bootSimulatedCluster(launch(scenario, { seed: 1 }));
    await cluster.advance('10s');
    const mapper = new RestMapper(request => cluster.request(request));
    const roles = await rolesFor(scenario, mapper, flags.namespacePrefix);
    writeOut(`# what ${scenario.file} needs; bind it to whoever runs seatrial\n`);
    writeOut(roles.map(role => stringify(role)).join('---\n'));
  }
  return exitCodes.pass;
}
