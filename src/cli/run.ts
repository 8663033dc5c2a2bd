/** `seatrial run`: runs scenarios and reports what came of them. */
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { elapsedMs, onInterrupt, processId, realNowMs, writeError } from '../host.js';
import { exitCodes } from '../input/errors.js';
import { namesKustomization } from '../input/manifest-files.js';
import { dealt, type Shard } from '../input/shard.js';
import { reporters } from '../report/index.js';
import type { RunOfScenario } from '../report/reporter.js';
import { hasFailed, isInconclusive, isVacuous } from '../scenario/judgement.js';
import { sailForReal } from '../scenario/real-voyage.js';
import { RunJournal } from '../scenario/journal/run-journal.js';
import type { RunResult } from '../scenario/run.js';
import { RunFolder, runsFolder, type RunStatus } from '../scenario/run-folder.js';
import { findScenarios, loadScenario, type Scenario } from '../scenario/scenario.js';
import { inVariant } from '../scenario/variants.js';
import { sail, type Voyage } from '../scenario/voyage.js';
import { version } from '../version.js';
import { backendNamed, type ChosenBackend } from '../backends/index.js';
import {
  backendAsked,
  backendOptions,
  realMaxMsByDefault,
  realSettings,
  type RealFlags,
} from './backend-options.js';
import type { CliCommand } from './command.js';
import { readConfiguration } from './configuration.js';
import { collect, colorOption, helpAfter, seedOf, seedOption, shardOption } from './options.js';
import { planReports } from './report-files.js';
import { writeReports } from './write-reports.js';

interface RunFlags extends Omit<RealFlags, 'backend'> {
  readonly backend?: string;
  readonly seed?: number;
  readonly reporter: readonly string[];
  readonly outputFile: readonly string[];
  readonly quiet?: boolean;
  readonly variant?: string;
  readonly shard?: Shard;
  readonly keep: boolean;
  readonly journal: boolean;
  readonly passWithNoTests?: boolean;
  readonly color: boolean;
}

/** The command. */
export const runCommand: CliCommand = {
  define(program, act) {
    const command: Command = program
      .command('run')
      .description('run scenarios: files, or folders that hold a scenario.yaml')
      .argument('[path...]', 'scenario files or folders (default: scenarios)')
      .addOption(seedOption())
      .option(
        '--reporter <name>',
        `how to report, repeatable: ${Object.keys(reporters).join(', ')}`,
        collect,
        [],
      )
      .option(
        '--outputFile <[reporter=]file>',
        'write a report to a file instead of standard output, repeatable',
        collect,
        [],
      )
      .option('--variant <name>', 'run a variant of the scenario, or all of them to compare')
      .addOption(shardOption('scenarios'))
      .option('--no-keep', `do not keep the run in ${runsFolder}`)
      .option('--no-journal', 'do not keep what `up --from` needs to open any instant of the run')
      .option('-q, --quiet', 'do not tell what happens while it runs')
      .option('--pass-with-no-tests', 'succeed when there is no scenario')
      .addOption(colorOption());
    backendOptions(command);
    command.addHelpText('after', helpAfter(examples, exitHelp));
    command.action((paths: readonly string[], flags: RunFlags) => act(() => run(paths, flags)));
  },
};

const examples = [
  'seatrial run scenarios/inference-service --seed 1',
  'seatrial run scenarios --outputFile junit=report.xml --outputFile html=report.html',
  'seatrial run scenarios/fraud --variant all',
];

const exitHelp = `Exit codes: 0 passed, 1 a step failed or a law was broken, 2 bad input, 3 the backend failed,
4 no verdict in the time there was, 5 nothing ran or no law had anything to judge, 130 stopped by Ctrl-C.`;

/** Runs scenarios as `seatrial run` does; what is not said is as it is there by default. */
export function runPaths(paths: readonly string[], flags: Partial<RunFlags>): Promise<number> {
  const usual = { reporter: [], outputFile: [], keep: true, journal: true, color: true };
  return run(paths, { ...usual, timeScale: 1, maxReal: realMaxMsByDefault, ...flags });
}

async function run(given: readonly string[], asked: RunFlags): Promise<number> {
  const configuration = readConfiguration();
  const flags = { ...asked, backend: backendAsked(asked.backend, configuration.backend) };
  const reports = planReports(flags, configuration.reporters, Object.keys(reporters));
  const chosen = backendNamed(flags.backend);
  const paths = given.length > 0 ? given : (configuration.scenarios ?? ['scenarios']);
  const files = paths.flatMap(findScenarios);
  if (files.length === 0) {
    writeError(`no scenario.yaml in ${paths.join(', ')}\n`);
    if (flags.passWithNoTests === true) return exitCodes.pass;
    writeError('  next: name a scenario file, or a folder that holds a scenario.yaml\n');
    return exitCodes.nothingRan;
  }
  const all = files
    .map(file => loadScenario(relative('.', file)))
    .flatMap(scenario => variantsOf(scenario, flags.variant));
  const { shard } = flags;
  const scenarios = shard === undefined ? all : dealt(all, shard);
  const seed = seedOf(flags.seed, configuration.seed);
  writeError(`seatrial ${version}, seed ${seed}\n`);

  let isInterrupted = false;
  const forget = onInterrupt(() => {
    isInterrupted = true;
  });
  const runs: RunOfScenario[] = [];
  for (const scenario of scenarios) {
    if (isInterrupted) break;
    const tell = flags.quiet === true ? () => undefined : (line: string) => writeError(`${line}\n`);
    if (scenarios.length > 1) writeError(`\n${titleOf(scenario)}\n`);
    runs.push(
      await runOne(scenario, {
        seed: flags.seed ?? scenario.cluster.seed ?? seed,
        config: configuration.cluster,
        tell,
        isInterrupted: () => isInterrupted,
        flags,
        chosen,
        isKept: flags.keep,
        hasJournal: flags.keep && flags.journal,
      }),
    );
  }
  forget();

  writeReports(
    { runs, seed, backend: flags.backend, version, ...(shard !== undefined && { shard }) },
    reports,
    flags,
  );
  if (isInterrupted) return exitCodes.interrupted;
  if (runs.some(hasFailed)) return exitCodes.broken;
  if (runs.every(isVacuous)) return exitCodes.nothingRan;
  // A simulation is given all the time that a scenario asks for.
  return chosen !== undefined && runs.some(isInconclusive)
    ? exitCodes.inconclusive
    : exitCodes.pass;
}

interface RunSettings {
  readonly seed: number;
  readonly config: string | undefined;
  readonly tell: (line: string) => void;
  readonly isInterrupted: () => boolean;
  readonly flags: RealFlags;
  readonly chosen: ChosenBackend | undefined;
  readonly isKept: boolean;
  readonly hasJournal: boolean;
}

async function runOne(scenario: Scenario, settings: RunSettings): Promise<RunOfScenario> {
  const { seed, config, tell, isInterrupted, isKept, chosen, flags } = settings;
  const { backend } = flags;
  const startMs = elapsedMs();
  const folder = new RunFolder({
    scenario: scenario.name,
    file: scenario.file,
    ...(scenario.variant !== undefined && { variant: scenario.variant }),
    seed,
    backend,
    version,
    startedAt: new Date(realNowMs()).toISOString(),
    pid: processId(),
  });
  try {
    const options = {
      seed,
      tell,
      isInterrupted,
      ...(config !== undefined && { config }),
      ...(isKept && { folder }),
      ...(settings.hasJournal && { journal: new RunJournal(folder.shelf()) }),
    };
    const run =
      chosen === undefined
        ? withoutTrace(await sail(scenario, options))
        : await sailForReal(scenario, { ...options, chosen, ...realSettings(flags) });
    const { record: _record, ...facts } = run;
    const wallMs = elapsedMs() - startMs;
    const hints = hintsOf(scenario, seed, chosen === undefined ? '' : ` --backend ${backend}`);
    // The record lies beside it, in timeline.jsonl and series.csv.
    if (isKept) folder.finish(statusOf(run), { wallMs, ...facts, hints });
    const { path } = folder;
    return { ...run, seed, wallMs, ...(path !== undefined && { folder: path }), hints };
  } catch (error) {
    if (folder.path !== undefined) folder.finish('failed', { error: (error as Error).message });
    throw error;
  }
}

function withoutTrace({ trace: _trace, ...run }: Voyage): RunResult {
  return run;
}

function statusOf(run: RunResult): RunStatus {
  if (run.isInterrupted) return 'interrupted';
  return hasFailed(run) ? 'failed' : 'passed';
}

/** The scenario as it stands, one variant of it, or all of them. */
function variantsOf(scenario: Scenario, variant: string | undefined): Scenario[] {
  if (variant === undefined) return [scenario];
  if (variant !== 'all') return [inVariant(scenario, variant)];
  return [scenario, ...scenario.variants.map(({ name }) => inVariant(scenario, name))];
}

function titleOf({ name, variant }: Scenario): string {
  return variant === undefined ? name : `${name}, variant ${variant}`;
}

/** How to see it again, and how to look at it with kubectl. */
function hintsOf(scenario: Scenario, seed: number, backend: string): string[] {
  const { file, folder, variant } = scenario;
  const variantFlag = variant === undefined ? '' : ` --variant ${variant}`;
  const files = scenario.steps
    .filter(({ apply }) => (apply?.expect?.status ?? 200) < 300)
    .flatMap(({ apply }) => apply?.files ?? [])
    .map(name => join(folder, name));
  const applied = files.length === 0 ? '' : `, then: ${applyCommands(files).join(' && ')}`;
  return [
    `again${backend === '' ? ', to the byte' : ''}:  npx seatrial run ${file} --seed ${seed}${variantFlag}${backend}`,
    `with kubectl:        npx seatrial up --scenario ${file} --seed ${seed}${applied}`,
  ];
}

/** kubectl takes one kustomization at a time. */
function applyCommands(files: readonly string[]): string[] {
  const plain = files.filter(file => !namesKustomization(file)).map(file => ` -f ${file}`);
  const built = files.filter(namesKustomization).map(file => ` -k ${file}`);
  return [...(plain.length > 0 ? [plain.join('')] : []), ...built].map(
    flags => `kubectl --context seatrial apply${flags}`,
  );
}
