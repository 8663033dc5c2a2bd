/** `seatrial run`: runs scenarios and reports what came of them. */
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import { bootSimulatedCluster } from '../backends/sim.js';
import { simulationOptions } from '../backends/sim-options.js';
import { elapsedMs, environment, onInterrupt, writeError, writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { modelWorkloads } from '../models/workloads.js';
import { reporters } from '../report/index.js';
import type { RunOfScenario } from '../report/reporter.js';
import { runScenario } from '../scenario/run.js';
import { findScenarios, loadScenario, type Scenario } from '../scenario/scenario.js';
import { version } from '../version.js';
import type { CliCommand } from './command.js';
import { readConfiguration } from './configuration.js';
import { collect, colorOption, seedOf, seedOption } from './options.js';

interface RunFlags {
  readonly seed?: number;
  readonly backend: string;
  readonly reporter: readonly string[];
  readonly outputFile: readonly string[];
  readonly quiet?: boolean;
  readonly passWithNoTests?: boolean;
}

/** The command. */
export const runCommand: CliCommand = {
  define(program, act) {
    const command: Command = program
      .command('run')
      .description('run scenarios: files, or folders that hold a scenario.yaml')
      .argument('[path...]', 'scenario files or folders (default: scenarios)')
      .addOption(seedOption())
      .addOption(
        new Option('--backend <name>', 'where to run')
          .choices(['sim'])
          .default('sim', 'sim: the simulation; the others are to come'),
      )
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
      .option('-q, --quiet', 'do not tell what happens while it runs')
      .option('--pass-with-no-tests', 'succeed when there is no scenario')
      .addOption(colorOption());
    command.action((paths: readonly string[], flags: RunFlags) => act(() => run(paths, flags)));
  },
};

async function run(given: readonly string[], flags: RunFlags): Promise<number> {
  const configuration = readConfiguration();
  const reports = planReports(flags, configuration.reporters);
  const paths = given.length > 0 ? given : (configuration.scenarios ?? ['scenarios']);
  const files = paths.flatMap(findScenarios);
  if (files.length === 0) {
    writeError(`no scenario.yaml in ${paths.join(', ')}\n`);
    return flags.passWithNoTests === true ? exitCodes.pass : exitCodes.nothingRan;
  }
  const scenarios = files.map(file => loadScenario(relative('.', file)));
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
    runs.push(
      await runOne(scenario, seed, configuration.cluster, {
        tell,
        isInterrupted: () => isInterrupted,
      }),
    );
  }
  forget();

  for (const { name, file } of reports) {
    const text = reporters[name]?.({ runs, seed, backend: flags.backend, version }) ?? '';
    if (file === undefined) writeOut(text);
    else writeFileSync(file, text);
  }
  if (isInterrupted) return exitCodes.interrupted;
  const hasFailed = runs.some(({ steps }) => steps.some(({ result }) => result === 'failed'));
  return hasFailed ? exitCodes.broken : exitCodes.pass;
}

async function runOne(
  scenario: Scenario,
  seed: number,
  configuredCluster: string | undefined,
  options: { readonly tell: (line: string) => void; readonly isInterrupted: () => boolean },
): Promise<RunOfScenario> {
  const startMs = elapsedMs();
  const { config = configuredCluster, operators, start } = scenario.cluster;
  const startedAtMs = start === undefined ? undefined : Date.parse(start);
  const booted = simulationOptions({
    seed,
    workloads: scenario.workloads,
    makers: modelWorkloads,
    ...(config !== undefined && { config }),
    ...(operators !== undefined && { operators }),
    ...(startedAtMs !== undefined && { startMs: startedAtMs }),
  });
  await using cluster = await bootSimulatedCluster(booted);
  const result = await runScenario(scenario, cluster, options);
  return {
    ...result,
    digest: cluster.digest(),
    wallMs: elapsedMs() - startMs,
    hints: hintsOf(scenario, seed),
  };
}

/** How to see it again, and how to look at it with kubectl. */
function hintsOf(scenario: Scenario, seed: number): string[] {
  const { file, folder } = scenario;
  const files = scenario.steps
    .filter(({ apply }) => (apply?.expect?.status ?? 200) < 300)
    .flatMap(({ apply }) => apply?.files ?? [])
    .map(name => ` -f ${join(folder, name)}`);
  const applied =
    files.length === 0 ? '' : `, then: kubectl --context seatrial apply${files.join('')}`;
  return [
    `again, to the byte:  npx seatrial run ${file} --seed ${seed}`,
    `with kubectl:        npx seatrial up --scenario ${file} --seed ${seed}${applied}`,
  ];
}

interface PlannedReport {
  readonly name: string;
  readonly file?: string;
}

/** Which reports go where, checked before anything runs. */
function planReports(flags: RunFlags, configured?: readonly string[]): PlannedReport[] {
  const files = new Map<string, string>();
  const named = flags.reporter.length > 0 ? flags.reporter : (configured ?? defaultReporters());
  for (const text of flags.outputFile) {
    const [, name, file] = /^(?:([\w-]+)=)?(.+)$/.exec(text) ?? [];
    files.set(name ?? named[0] ?? 'default', file ?? '');
  }
  const names = [...new Set([...named, ...files.keys()])];
  const unknown = names.find(name => reporters[name] === undefined);
  if (unknown !== undefined) {
    throw new UserError(`there is no reporter ${unknown}`, {
      exitCode: exitCodes.usage,
      code: 'unknown-reporter',
      next: `there are: ${Object.keys(reporters).join(', ')}`,
    });
  }
  return names.map(name => {
    const file = files.get(name);
    return file === undefined ? { name } : { name, file };
  });
}

function defaultReporters(): readonly string[] {
  return environment('GITHUB_ACTIONS') === 'true' ? ['default', 'github-actions'] : ['default'];
}
