/** `seatrial cluster`: real clusters on this machine, in containers, made and unmade by kind. */
import type { Command } from 'commander';
import { kind, toolOptions, type KindOptions } from '../backends/kind.js';
import { removeCluster } from '../backends/kind/create.js';
import { ownedClusters } from '../backends/kind/owned.js';
import { KindTool, type ContainerEngine } from '../backends/kind/tool.js';
import { writeError, writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import type { CliCommand } from './command.js';
import { collect, engineOption, outputOption } from './options.js';

interface Flags {
  readonly engine?: ContainerEngine;
}

interface CreateFlags extends Flags {
  readonly config?: string;
  readonly image?: string;
  readonly load: readonly string[];
  readonly merge?: boolean;
  readonly kubeconfig?: string;
  readonly wait: string;
  readonly logs?: string;
}

/** The default of every name. */
const defaultName = 'seatrial';

/** The command. */
export const clusterCommand: CliCommand = {
  define(program, act) {
    const cluster = program
      .command('cluster')
      .description('create, delete and look at real clusters in containers, by kind')
      .helpCommand(false);
    defineCreate(cluster, act);
    defineOthers(cluster, act);
  },
};

type Act = Parameters<CliCommand['define']>[1];

function defineCreate(cluster: Command, act: Act): void {
  cluster
    .command('create')
    .description('create a cluster; it stays until it is deleted')
    .argument('[name]', 'its name; default: the one in the configuration')
    .option('--config <file>', "a kind configuration (default: seatrial's own)")
    .option('--image <image>', "the node image (default: kind's own)")
    .option('--load <image>', 'an image of this machine for its nodes, repeatable', collect, [])
    .option('--merge', 'merge it into your kubeconfig')
    .option('--kubeconfig <file>', 'merge it into this kubeconfig instead')
    .option('--wait <duration>', 'how long it may take until all is ready', '10m')
    .option('--logs <folder>', "where the nodes' logs go when it fails")
    .addOption(engineOption())
    .action((name: string | undefined, flags: CreateFlags) => act(() => create(name, flags)));
}

function defineOthers(cluster: Command, act: Act): void {
  cluster
    .command('delete')
    .description('delete clusters, their entries in the kubeconfig they were merged into')
    .argument('[names...]', `their names; default: ${defaultName}`)
    .option('--all', 'all that seatrial has created on this machine')
    .option('--i-own-this-cluster', 'also one that seatrial has not created')
    .addOption(engineOption())
    .action((names: readonly string[], flags: DeleteFlags) => act(() => remove(names, flags)));
  cluster
    .command('list')
    .description('list the kind clusters of this machine')
    .addOption(engineOption())
    .addOption(outputOption(['text', 'json']))
    .action((flags: Flags & { readonly output: string }) => act(() => list(flags)));
  cluster
    .command('kubeconfig')
    .description('print the kubeconfig of a cluster')
    .argument('[name]', 'its name', defaultName)
    .addOption(engineOption())
    .action((name: string, flags: Flags) =>
      act(async () => {
        writeOut(await toolOf(flags).kubeconfig(name));
        return exitCodes.pass;
      }),
    );
  cluster
    .command('logs')
    .description("write the logs of a cluster's nodes into a folder")
    .argument('[name]', 'its name', defaultName)
    .option('--to <folder>', 'the folder', 'kind-logs')
    .addOption(engineOption())
    .action((name: string, flags: Flags & { readonly to: string }) =>
      act(async () => {
        await toolOf(flags).exportLogs(name, flags.to);
        writeOut(`${flags.to}\n`);
        return exitCodes.pass;
      }),
    );
}

const toolOf = (flags: Flags): KindTool => new KindTool(toolOptions(flags));

async function create(name: string | undefined, flags: CreateFlags): Promise<number> {
  const options: KindOptions = {
    keep: true,
    timeout: flags.wait,
    images: flags.load,
    onLine: line => writeError(`${line}\n`),
    mergeInto: flags.kubeconfig ?? flags.merge ?? false,
    ...(name !== undefined && { name }),
    ...(flags.config !== undefined && { config: flags.config }),
    ...(flags.image !== undefined && { image: flags.image }),
    ...(flags.engine !== undefined && { engine: flags.engine }),
    ...(flags.logs !== undefined && { logsFolder: flags.logs }),
  };
  await using cluster = await kind(options);
  writeError(`cluster ${cluster.name} is ready: ${cluster.nodes.length} nodes\n`);
  const isMerged = options.mergeInto !== false;
  writeError(
    isMerged
      ? `try:  kubectl --context kind-${cluster.name} get nodes\n`
      : `try:  seatrial cluster kubeconfig ${cluster.name} > kubeconfig.yaml\n`,
  );
  writeOut(`${cluster.name}\n`);
  return exitCodes.pass;
}

interface DeleteFlags extends Flags {
  readonly all?: boolean;
  readonly iOwnThisCluster?: boolean;
}

async function remove(names: readonly string[], flags: DeleteFlags): Promise<number> {
  const tool = toolOf(flags);
  const owned = ownedClusters().map(({ name }) => name);
  const chosen = flags.all === true ? owned : names.length > 0 ? names : [defaultName];
  const there = await tool.clusters();
  for (const name of chosen) {
    if (!owned.includes(name)) refuseForeign(name, { there, isAllowed: flags.iOwnThisCluster });
    await removeCluster(tool, name);
    writeError(`cluster ${name} is deleted\n`);
  }
  return exitCodes.pass;
}

/** kind itself deletes whatever it is told, and is content when there is nothing. */
function refuseForeign(
  name: string,
  { there, isAllowed = false }: { there: readonly string[]; isAllowed: boolean | undefined },
): void {
  if (!there.includes(name)) {
    throw new UserError(`there is no kind cluster "${name}"`, {
      exitCode: exitCodes.usage,
      code: 'no-such-cluster',
      next: there.length === 0 ? 'there is none at all' : `there are: ${there.join(', ')}`,
    });
  }
  if (isAllowed) return;
  throw new UserError(`seatrial has not created the kind cluster "${name}"`, {
    exitCode: exitCodes.usage,
    code: 'not-ours',
    next: 'if it is yours all the same, add --i-own-this-cluster',
  });
}

async function list(flags: Flags & { readonly output: string }): Promise<number> {
  const owned = new Map(ownedClusters().map(each => [each.name, each]));
  const names = new Set([...(await toolOf(flags).clusters()), ...owned.keys()]);
  const rows = [...names].sort().map(name => ({ name, isOurs: owned.has(name) }));
  if (flags.output === 'json') writeOut(`${JSON.stringify(rows)}\n`);
  else if (rows.length === 0) writeError('there is no kind cluster on this machine\n');
  else writeOut(rows.map(row => `${row.name}${row.isOurs ? '' : '  (not ours)'}\n`).join(''));
  return exitCodes.pass;
}
