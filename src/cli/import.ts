/** `seatrial import`: makes a scenario of what is left of an incident, or of a live cluster. */
import type { Command } from 'commander';
import { collect as read } from '../incident/collect.js';
import { tablesText } from '../incident/folder/tables.js';
import { writeFolder } from '../incident/folder/write-folder.js';
import type { Collection } from '../incident/rebuild/collection.js';
import { rebuild } from '../incident/rebuild/incident.js';
import { keepHeapSmall, realNowMs, writeError, writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import type { CliCommand } from './command.js';
import { collect, colorOption } from './options.js';

interface ImportFlags {
  readonly output: string;
  readonly name?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace: readonly string[];
  readonly anonymize: boolean;
  readonly asTest?: boolean;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

/** The command. */
export const importCommand: CliCommand = {
  define(program, act) {
    const command: Command = program
      .command('import')
      .description(
        'make a scenario of dumps, logs and metrics of an incident, or of a live cluster',
      )
      .argument(
        '[path...]',
        'files, folders and archives, all of one incident; - is standard input',
      )
      .option('-o, --output <dir>', 'the folder that is made', 'incident')
      .option('--name <name>', "the scenario's name (default: the folder's)")
      .option('--context <name>', 'read the live cluster of this context, without writing to it')
      .option('--kubeconfig <file>', 'the kubeconfig of the context')
      .option(
        '-n, --namespace <name>',
        'of a live cluster only this namespace, repeatable',
        collect,
        [],
      )
      .option('--no-anonymize', 'keep names, images, hosts, addresses and values as they are')
      .option('--as-test', 'write a property test around the incident as well')
      .option('--force', 'replace the folder if it is there')
      .option('-q, --quiet', 'print no tables')
      .addOption(colorOption());
    command.action((paths: readonly string[], flags: ImportFlags) => act(() => run(paths, flags)));
  },
};

/** Rows of a table that a terminal shows. */
const rowsMax = 20;

async function run(paths: readonly string[], flags: ImportFlags): Promise<number> {
  if (paths.length === 0 && flags.context === undefined) {
    throw new UserError('nothing to import', {
      exitCode: exitCodes.usage,
      code: 'no-input',
      next: 'give the dumps, logs and archives of the incident, or --context NAME of a live cluster',
    });
  }
  keepHeapSmall();
  const collection = await read(paths);
  try {
    if (flags.context !== undefined) {
      // Loaded only here: files need no client.
      const { readCluster } = await import('../incident/live/read-cluster.js');
      await readCluster(collection, {
        context: flags.context,
        namespaces: flags.namespace,
        tell: line => writeError(`${line}\n`),
        ...(flags.kubeconfig !== undefined && { kubeconfig: flags.kubeconfig }),
      });
    }
    if (collection.isEmpty) throw nothingKnown(paths, collection);
    const incident = rebuild(collection, new Date(realNowMs()).getUTCFullYear());
    const written = await writeFolder(incident, collection, {
      folder: flags.output,
      name: flags.name ?? nameOf(flags.output),
      isAnonymous: flags.anonymize,
      hasTest: flags.asTest === true,
      force: flags.force === true,
    });
    if (flags.quiet !== true) {
      writeOut(tablesText(written.tables, { isMarkdown: false, rowsMax }));
      writeOut('\n');
    }
    tellEnd(written);
    return exitCodes.pass;
  } finally {
    collection.writes.close();
  }
}

/** Why nothing can be made of what was given. */
function nothingKnown(paths: readonly string[], { problems, read }: Collection): UserError {
  const [first] = problems;
  const isTorn = [...read.keys()].some(format => format !== 'logs of containers');
  const why = first?.what.replace('; left out', '') ?? '';
  const place = first?.source.line === undefined ? '' : `:${first.source.line}`;
  const what = isTorn
    ? `nothing in ${paths.join(', ')} can be used: it was read as ${[...read.keys()].join(', ')}`
    : `nothing in ${paths.join(', ')} that an import knows`;
  return new UserError(what, {
    exitCode: exitCodes.usage,
    code: 'nothing-known',
    next:
      first === undefined
        ? 'see the formats in the README'
        : `first problem: ${first.source.file}${place}: ${why}${isTorn ? '; copy it again, whole' : ''}`,
  });
}

function tellEnd(written: Awaited<ReturnType<typeof writeFolder>>): void {
  const { folder, translation, bytes } = written;
  writeOut(`wrote ${folder} (${Math.ceil(bytes / 1024)} KiB)\n`);
  if (translation === undefined) {
    writeOut('nothing is anonymised: look through it before it leaves your hands\n');
  } else {
    writeOut(`no original word is left in it: a second pass looked through every file\n`);
    writeOut(`what stands for what is in ${translation}: keep it, do not commit it\n`);
  }
  writeOut(`next: seatrial run ${folder}\n`);
}

/** The folder's own name, as a scenario's may be. */
function nameOf(folder: string): string {
  const last = folder.replace(/\/+$/, '').split('/').at(-1) ?? '';
  const name = last
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'incident' : name;
}
