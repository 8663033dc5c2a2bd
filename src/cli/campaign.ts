/** `seatrial campaign`: a check on many machines, as an Indexed Job. */
import { Option, type Command } from 'commander';
import { stringify } from 'yaml';
import { connectCluster } from '../backends/kubeconfig.js';
import { readConfig } from '../backends/user-config.js';
import { campaignObjects } from '../check/campaign/job.js';
import { followCampaign, removeCampaign } from '../check/campaign/follow.js';
import { readCheckInput } from '../check/read-input.js';
import { onInterrupt, writeError, writeOut } from '../host.js';
import { exitCodes } from '../input/errors.js';
import { readReport, type ShardReport } from '../report/merge.js';
import { version } from '../version.js';
import type { CliCommand } from './command.js';
import { tellMerged } from './merge.js';
import { collect, durationOf, seedOf, seedOption, wholeNumber } from './options.js';

interface CampaignFlags {
  readonly filename: readonly string[];
  readonly image: string;
  readonly name: string;
  readonly namespace: string;
  readonly shards: number;
  readonly parallel?: number;
  readonly runs: number;
  readonly retries: number;
  readonly seed?: number;
  readonly submit?: boolean;
  readonly keep?: boolean;
  readonly within: number;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly reporter: readonly string[];
  readonly outputFile: readonly string[];
}

/** The command. */
export const campaignCommand: CliCommand = {
  define(program, act) {
    const command: Command = program
      .command('campaign')
      .description('check on many machines: print an Indexed Job, or submit and follow it')
      .argument('[words...]', 'further words for seatrial check, after --')
      .option('-f, --filename <path>', 'the manifests, repeatable', collect, [])
      .requiredOption('--image <image>', `a container image with seatrial ${version} in it`)
      .option('--name <name>', 'of the Job', 'seatrial-campaign')
      .option('-n, --namespace <name>', 'of the Job', 'default')
      .addOption(number('--shards <n>', 'how many parts', 8))
      .addOption(number('--parallel <n>', 'at most so many at a time (default: all)'))
      .addOption(number('--runs <n>', 'voyages of all shards together', 8000))
      .addOption(number('--retries <n>', 'tries of an index that crashed', 2))
      .addOption(seedOption())
      .option('--submit', 'submit it to the cluster of the kubeconfig, and follow it')
      .option('--keep', 'leave the Job there in the end')
      .addOption(
        new Option('--within <duration>', 'follow it for so long')
          .argParser(durationOf)
          .default(7_200_000, '2h'),
      )
      .option('--kubeconfig <file>', 'instead of $KUBECONFIG')
      .option('--context <name>', 'instead of the current one')
      .option('--reporter <name>', 'how to report, repeatable', collect, [])
      .option('--outputFile <[reporter=]file>', 'write a report to a file', collect, []);
    command.action((words: readonly string[], flags: CampaignFlags) =>
      act(() => campaign(words, flags)),
    );
  },
};

function number(flags: string, what: string, usual?: number): Option {
  const option = new Option(flags, what).argParser(wholeNumber);
  return usual === undefined ? option : option.default(usual);
}

async function campaign(words: readonly string[], flags: CampaignFlags): Promise<number> {
  const { name, namespace, image, shards, parallel, runs, retries } = flags;
  const { manifests } = readCheckInput(flags.filename);
  const objects = campaignObjects({
    name,
    namespace,
    image,
    shards: Math.max(shards, 1),
    seed: seedOf(flags.seed),
    runs,
    words,
    retries,
    manifests: manifests.map(({ object }) => stringify(object)).join('---\n'),
    ...(parallel !== undefined && { parallel }),
  });
  if (flags.submit !== true) {
    writeOut(objects.map(object => stringify(object)).join('---\n'));
    return exitCodes.pass;
  }
  return submit(objects, flags);
}

async function submit(
  objects: ReturnType<typeof campaignObjects>,
  flags: CampaignFlags,
): Promise<number> {
  let isInterrupted = false;
  const forget = onInterrupt(() => {
    isInterrupted = true;
  });
  await using cluster = await connectCluster({
    backend: 'kubeconfig',
    config: await readConfig(flags.kubeconfig, flags.context),
    // Nothing is judged, so nothing is recorded.
    isRecorded: () => false,
  });
  const { reports, failed } = await followCampaign(cluster, objects, {
    within: flags.within,
    tell: line => writeError(`${line}\n`),
    isInterrupted: () => isInterrupted,
  });
  forget();
  if (flags.keep !== true) {
    for (const left of await removeCampaign(cluster, objects)) {
      writeError(`left behind: kubectl delete -n ${flags.namespace} ${left}\n`);
    }
  }
  for (const { index, why } of failed) writeError(`shard ${index + 1} wrote no report: ${why}\n`);
  if (isInterrupted) return exitCodes.interrupted;
  if (reports.size === 0) return exitCodes.backend;
  const read = [...reports].map(([index, text]): ShardReport => readReport(text, `log ${index}`));
  return tellMerged(read, flags);
}
