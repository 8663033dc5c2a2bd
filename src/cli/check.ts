/** `seatrial check`: what is wrong with manifests, and what breaks on voyages around them; no test code needed. */
import { Option, type Command } from 'commander';
import { sift, writeBaseline } from '../check/baseline.js';
import { chosenCluster } from '../check/chosen-cluster.js';
import type { CheckInput } from '../check/input.js';
import { outcomeOf } from '../check/outcome.js';
import { readCheckInput } from '../check/read-input.js';
import { rules } from '../check/rules/index.js';
import { staticPass } from '../check/static-pass.js';
import { readAutoscaler } from '../gpu/autoscaler-config.js';
import { elapsedMs, writeError } from '../host.js';
import type { Shard } from '../input/shard.js';
import { exitCodes, UserError } from '../input/errors.js';
import { checkReporters, checkSummaries } from '../report/check/index.js';
import type { CheckReport } from '../report/check/report.js';
import { version } from '../version.js';
import {
  crewFor,
  sailAgain,
  sailAround,
  whyNoneSailed,
  type VoyageFlags,
} from './check-voyages.js';
import type { CliCommand } from './command.js';
import { readConfiguration } from './configuration.js';
import {
  autoscalerOption,
  collect,
  colorOption,
  helpAfter,
  lawSettingOption,
  runsByDefault,
  runsOf,
  seedOf,
  seedOption,
  shardOption,
  wholeNumber,
} from './options.js';
import { planReports, type PlannedReport } from './report-files.js';
import { writePlanned } from './write-reports.js';

interface CheckFlags extends Omit<VoyageFlags, 'runs'> {
  readonly runs?: number;
  readonly filename: readonly string[];
  readonly config?: string;
  readonly cluster?: string;
  readonly autoscaler?: string;
  readonly static?: boolean;
  readonly shard?: Shard;
  readonly seed?: number;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly reporter: readonly string[];
  readonly outputFile: readonly string[];
  readonly passWithNoTests?: boolean;
}

/** The command. */
export const checkCommand: CliCommand = {
  define(program, act) {
    const command: Command = program
      .command('check')
      .description('find what is wrong with manifests, and what breaks on voyages around them')
      .argument('[path...]', 'the same as -f')
      .option(
        '-f, --filename <path>',
        'files, folders or kustomizations, repeatable; - is standard input',
        collect,
        [],
      )
      .option('--config <file>', 'a kind configuration: the cluster for which they are meant')
      .addOption(autoscalerOption())
      .option('--cluster <file>', 'a snapshot instead: kubectl get nodes,pods -A -o yaml')
      .addOption(
        new Option(
          '--runs <n>',
          `voyages; also SEATRIAL_RUNS (default: ${runsByDefault})`,
        ).argParser(wholeNumber),
      )
      .addOption(new Option('--minutes <m>', 'stop after so long').argParser(Number))
      .option('--faults <kinds>', 'all, none, or kinds with commas between', 'all')
      .option('--laws <names>', 'judge by these, with commas between (default: all)')
      .addOption(lawSettingOption())
      .addOption(seedOption())
      .addOption(new Option('--workers <n>', 'threads (default: cores)').argParser(wholeNumber))
      .addOption(shardOption('voyages'))
      .option('--static', 'only look at the manifests: try no voyages')
      .option('--baseline <file>', 'do not tell the findings that this file knows')
      .option('--write-baseline <file>', 'write what is found now as known')
      .option(
        '--reporter <name>',
        `how to report, repeatable: ${Object.keys(checkReporters).join(', ')}`,
        collect,
        [],
      )
      .option(
        '--outputFile <[reporter=]file>',
        'write a report to a file instead of standard output, repeatable',
        collect,
        [],
      )
      .option('-q, --quiet', 'do not tell how far the voyages are')
      .option('--pass-with-no-tests', 'succeed when there is nothing to check')
      .addOption(colorOption())
      .addHelpText('after', helpAfter(examples, exitHelp));
    command.action((paths: readonly string[], flags: CheckFlags) => act(() => check(paths, flags)));
  },
};

const examples = [
  'seatrial check -f overlays/prod --static',
  'seatrial check -f manifests/ --config kind-config.yaml --runs 200',
  'helm template chart/ | seatrial check -f - --cluster snapshot.yaml --reporter github',
];

const exitHelp = `Exit codes: 0 nothing is wrong, 1 an error was found or a law was broken, 2 bad input,
3 the simulation failed, 4 no verdict, 5 nothing to check, 130 stopped by Ctrl-C.`;

async function check(given: readonly string[], asked: CheckFlags): Promise<number> {
  const configuration = readConfiguration();
  const flags = { ...asked, runs: runsOf(asked.runs, configuration.runs) };
  const plans = planReports(flags, undefined, Object.keys(checkReporters));
  const inputs = [...given, ...flags.filename];
  if (inputs.length === 0) throw nothingNamed();
  const startMs = elapsedMs();
  const input = readCheckInput(inputs);
  if (input.manifests.length === 0 && input.unread.length === 0) {
    writeError(`no Kubernetes objects in ${inputs.join(', ')}\n`);
    if (flags.passWithNoTests === true) return exitCodes.pass;
    writeError('  next: name files of YAML or JSON, or folders that hold some\n');
    return exitCodes.nothingRan;
  }
  const isStatic = flags.static === true || flags.writeBaseline !== undefined;
  await using crew = isStatic ? undefined : crewFor(flags);
  const config = flags.config ?? (flags.cluster === undefined ? configuration.cluster : undefined);
  const autoscaler = flags.autoscaler === undefined ? undefined : readAutoscaler(flags.autoscaler);
  const { objects, pools } = await chosenCluster({
    manifests: input.manifests.map(({ object }) => object),
    ...(autoscaler !== undefined && { autoscaler }),
    ...(config !== undefined && { config }),
    ...(flags.cluster !== undefined && { cluster: flags.cluster }),
  });
  const { findings: all, survey } = staticPass(input, objects);
  if (flags.writeBaseline !== undefined) {
    writeBaseline(all, flags.writeBaseline);
    writeError(`${all.length} findings are written to ${flags.writeBaseline} as known\n`);
    return exitCodes.pass;
  }
  const { findings, silenced } = sift(all, flags.baseline);
  const seed = seedOf(flags.seed, configuration.seed);
  const voyages = crew && (await sailAround(survey, { flags, seed, pools, autoscaler, crew }));
  const about = aboutOf(input, inputs);
  const isUntried = voyages === undefined && !isStatic;
  await report(plans, {
    ...about,
    notes: [...about.notes, ...(isUntried ? whyNoneSailed(survey) : [])],
    findings,
    silenced,
    hasCluster: objects.length > 0,
    wallMs: elapsedMs() - startMs,
    ...(flags.shard !== undefined && { shard: flags.shard }),
    ...(voyages !== undefined && { voyages }),
  });
  return outcomeOf(findings, voyages);
}

function aboutOf(
  { manifests, notes }: CheckInput,
  inputs: readonly string[],
): Pick<CheckReport, 'version' | 'inputs' | 'objects' | 'kinds' | 'notes' | 'rules'> {
  const kinds = new Set(manifests.map(({ object }) => `${object.apiVersion} ${object.kind}`)).size;
  return { version, inputs, objects: manifests.length, kinds, notes, rules };
}

/** Reporters that tell what happened over time. */
const timed: readonly string[] = ['html'];

async function report(plans: readonly PlannedReport[], told: CheckReport): Promise<void> {
  const isTimed = plans.some(({ name }) => timed.includes(name));
  const counterexamples = isTimed ? await sailAgain(told.voyages) : [];
  const whole = { ...told, counterexamples };
  writePlanned(plans, name => {
    const text = checkReporters[name]?.(whole) ?? '';
    const summary = checkSummaries[name]?.(whole);
    return { out: text, file: text, ...(summary !== undefined && { summary }) };
  });
}

function nothingNamed(): UserError {
  return new UserError('nothing to check', {
    exitCode: exitCodes.usage,
    code: 'no-manifests',
    next: 'name manifests: seatrial check -f FOLDER, or pipe them: helm template CHART | seatrial check -f -',
  });
}
