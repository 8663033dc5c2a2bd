/** `seatrial compare`: runs a scenario on two backends and tells where they differ. */
import { relative } from 'node:path';
import { backendNamed } from '../backends/index.js';
import type { Cluster } from '../cluster.js';
import { writeError, writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { differencesOf, type Difference } from '../scenario/compare/differences.js';
import { FactBook, type Facts } from '../scenario/compare/facts.js';
import { namespacesOf } from '../scenario/footprint.js';
import { sailForReal } from '../scenario/real-voyage.js';
import type { RunResult } from '../scenario/run.js';
import { findScenarios, loadScenario, type Scenario } from '../scenario/scenario.js';
import { sail } from '../scenario/voyage.js';
import { backendOptions, realSettings, type RealFlags } from './backend-options.js';
import type { CliCommand } from './command.js';
import { outputOption, seedOf, seedOption } from './options.js';

interface CompareFlags extends Omit<RealFlags, 'backend'> {
  readonly backends: readonly string[];
  readonly seed?: number;
  readonly output: string;
  readonly quiet?: boolean;
}

/** The command. */
export const compareCommand: CliCommand = {
  define(program, act) {
    const command = program
      .command('compare')
      .description('run scenarios on two backends and tell where they differ')
      .argument('<path...>', 'scenario files or folders')
      .option('--backends <names>', 'two, with a comma between', split, ['sim', 'control-plane'])
      .addOption(seedOption())
      .addOption(outputOption(['text', 'json']))
      .option('-q, --quiet', 'do not tell what happens while they run');
    backendOptions(command, { isOwn: true });
    command.action((paths: readonly string[], flags: CompareFlags) =>
      act(() => compare(paths, flags)),
    );
  },
};

const split = (text: string): readonly string[] => text.split(',');

async function compare(paths: readonly string[], flags: CompareFlags): Promise<number> {
  const [first = '', second = ''] = flags.backends;
  if (flags.backends.length !== 2) {
    throw new UserError('two backends are compared', {
      exitCode: exitCodes.usage,
      code: 'not-two-backends',
      next: 'name them with a comma between: --backends sim,control-plane',
    });
  }
  // A name that is wrong, or a program that is missing, is told before anything sails.
  const real = flags.backends.map(backendNamed).filter(chosen => chosen !== undefined);
  const settings = realSettings({ ...flags, backend: second });
  for (const { backend } of real) await backend.lookForPrograms?.(settings.flags);
  const seed = seedOf(flags.seed);
  let code: number = exitCodes.pass;
  for (const file of paths.flatMap(findScenarios)) {
    const scenario = loadScenario(relative('.', file));
    const one = await runOn(first, scenario, seed, flags);
    const other = await runOn(second, scenario, seed, flags);
    const differences = differencesOf(one.facts, other.facts);
    tell(scenario, [one, other], differences, flags);
    const own = codeOf([one, other], differences);
    // A difference says more than a run that was cut.
    if (code !== exitCodes.broken && own !== exitCodes.pass) code = own;
  }
  return code;
}

/** A run, and the facts of its history. */
interface Side {
  readonly backend: string;
  readonly run: RunResult;
  readonly facts: ReadonlyMap<string, Facts>;
}

/** A scenario ends with its last step; what that led to comes after, sooner here and later there. */
const restMs = 5_000;

async function runOn(
  backend: string,
  scenario: Scenario,
  seed: number,
  flags: CompareFlags,
): Promise<Side> {
  const chosen = backendNamed(backend);
  const book = new FactBook({ namespaces: namespacesOf(scenario) });
  const atEnd = async (cluster: Cluster): Promise<void> => {
    await cluster.advance(restMs);
    for await (const entry of cluster.history()) book.add(entry);
  };
  const tellLine = (line: string): void => {
    if (flags.quiet !== true) writeError(`${backend}  ${line}\n`);
  };
  const options = { seed, tell: tellLine, atEnd };
  const run =
    chosen === undefined
      ? await sail(scenario, options)
      : await sailForReal(scenario, {
          ...options,
          ...realSettings({ ...flags, backend }),
          chosen,
        });
  return { backend, run, facts: book.close() };
}

const isUncut = ({ run }: Side): boolean => run.steps.every(({ result }) => result === 'passed');

function codeOf(sides: readonly Side[], differences: readonly Difference[]): number {
  if (differences.some(({ known }) => known === undefined)) return exitCodes.broken;
  return sides.every(isUncut) ? exitCodes.pass : exitCodes.inconclusive;
}

function tell(
  { name }: Scenario,
  sides: readonly [Side, Side],
  differences: readonly Difference[],
  { output }: CompareFlags,
): void {
  const backends = sides.map(({ backend }) => backend);
  const steps = sides.map(({ run }) => run.steps.map(({ title, result }) => ({ title, result })));
  const objects = new Set(sides.flatMap(({ facts }) => [...facts.keys()])).size;
  if (output === 'json') {
    const told = { scenario: name, backends, objects, steps, differences };
    return writeOut(`${JSON.stringify(told, undefined, 2)}\n`);
  }
  const unknown = differences.filter(({ known }) => known === undefined);
  writeOut(`${name}: ${objects} sorts of objects on ${backends.join(' and ')}\n`);
  for (const side of sides) {
    const failed = side.run.steps.find(({ result }) => result !== 'passed');
    if (failed === undefined) continue;
    writeOut(`  ${side.backend} ${failed.result}: ${failed.title}: ${failed.message ?? ''}\n`);
  }
  for (const difference of unknown) writeOut(lines(difference, backends));
  const rest = differences.length - unknown.length;
  for (const [why, count] of reasons(differences)) {
    writeOut(`  known, ${count}: ${why}\n`);
  }
  writeOut(`  ${unknown.length} differences, and ${rest} that are known\n`);
}

function lines({ sort, object, what, sides }: Difference, backends: readonly string[]): string {
  const width = Math.max(...backends.map(({ length }) => length));
  const told = sides.map(
    (text, index) => `    ${(backends[index] ?? '').padEnd(width)}  ${text}\n`,
  );
  return `  ${sort}: ${object}: ${what}\n${told.join('')}`;
}

function reasons(differences: readonly Difference[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { known } of differences) {
    if (known !== undefined) counts.set(known, (counts.get(known) ?? 0) + 1);
  }
  return counts;
}
