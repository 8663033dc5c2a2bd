/** `seatrial attach`: runs a program of this machine in the place of a Deployment's pods. */
import { readFileSync } from 'node:fs';
import { HttpClient } from '../backends/http-client.js';
import { standIn } from '../backends/outside/stand-in.js';
import { exitCodes, UserError } from '../input/errors.js';
import type { CliCommand } from './command.js';
import { helpAfter } from './options.js';
import { contextOf, runningCluster } from './running.js';

interface AttachFlags {
  readonly name: string;
  readonly namespace: string;
  readonly container?: string;
}

/** The command. */
export const attachCommand: CliCommand = {
  define(program, act) {
    program
      .command('attach')
      .description("run a program of this machine, an operator's, in the place of a Deployment")
      .argument(
        '<deployment>',
        'the Deployment: whose account, files, variables and Services it has',
      )
      .argument(
        '<program...>',
        "after --: the program, and what to add to the container's arguments",
      )
      .option('-n, --namespace <namespace>', "the Deployment's namespace", 'default')
      .option('--container <name>', 'which container it stands for (default: the first)')
      .option('--name <name>', "the cluster's name", 'seatrial')
      .addHelpText('after', helpAfter(examples))
      .action((deployment: string, words: readonly string[], flags: AttachFlags) =>
        act(() => attach(deployment, words, flags)),
      );
  },
};

const examples = ['seatrial attach -n jobset-system jobset-controller-manager -- ./manager'];

async function attach(
  deployment: string,
  words: readonly string[],
  { name, namespace, container }: AttachFlags,
): Promise<number> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const running = runningCluster(name);
  const config = new KubeConfig();
  config.loadFromString(readFileSync(running.kubeconfig, 'utf8'));
  config.setCurrentContext(contextOf(config.getContexts(), running.server, config));
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new UserError(`${running.kubeconfig} does not know the cluster "${name}"`, {
      exitCode: exitCodes.usage,
      code: 'no-such-context',
      next: 'end it with seatrial down, and start it again',
    });
  }
  const client = new HttpClient(config);
  try {
    const [program = '', ...added] = words;
    return await standIn(client, {
      ...{ deployment, namespace, program, added },
      server: running.server,
      authority: cluster.caData ?? '',
      ...(container !== undefined && { container }),
    });
  } finally {
    client.close();
  }
}
