/** `seatrial whatif`: changes something at an instant and compares the two futures over seeds. */
import {
  estimate,
  holm,
  pairedDifference,
  type PairedDifference,
} from '../bench/results/statistics.js';
import { elapsedMs, onInterrupt, writeError, writeOut } from '../host.js';
import { changeForms, changeOf, type Change } from '../incident/what-if/change.js';
import { future, type Future } from '../incident/what-if/futures.js';
import { exitCodes, UserError } from '../input/errors.js';
import { figuresOf } from '../report/comparison.js';
import { tableLines } from '../report/text-table.js';
import { findKeptRun } from '../scenario/find-kept-run.js';
import { findScenarios, loadScenario, type Scenario } from '../scenario/scenario.js';
import { inVariant } from '../scenario/variants.js';
import type { ComparedFigure, ReportTable } from '../stacks/stack.js';
import { existsSync } from 'node:fs';
import type { CliCommand } from './command.js';
import { readConfiguration } from './configuration.js';
import { collect, helpAfter, outputOption, seedOf, seedOption, wholeNumber } from './options.js';

interface WhatIfFlags {
  readonly at: string;
  readonly change: readonly string[];
  readonly seeds: number;
  readonly seed?: number;
  readonly variant?: string;
  readonly output: string;
}

/** The command. */
export const whatIfCommand: CliCommand = {
  define(program, act) {
    program
      .command('whatif')
      .description(
        'change something at an instant of a run, and compare the two futures over seeds',
      )
      .argument('<run|scenario>', 'a kept run (id, folder, latest), or a scenario')
      .requiredOption('--at <time>', '09:27, +1h12m, or 2026-08-20T09:27:00Z')
      .requiredOption(
        '--change <file|line>',
        `manifests to apply, or a line, repeatable: ${changeForms.join('; ')}`,
        collect,
        [],
      )
      .option('--seeds <n>', 'over so many seeds, in pairs', wholeNumber, 5)
      .addOption(seedOption())
      .option('--variant <name>', 'of a variant of the scenario')
      .addOption(outputOption(['text', 'json']))
      .addHelpText('after', helpAfter(examples))
      .action((word: string, flags: WhatIfFlags) => act(() => whatIf(word, flags)));
  },
};

const examples = [
  "seatrial whatif latest --at +30m --change 'scale deployment/scorer --replicas=6 -n fraud'",
  "seatrial whatif scenarios/fraud --at +2h --change 'add-nodes --like=fraud-worker --count=2'",
  'seatrial whatif latest --at 09:27 --change quota.yaml --seeds 10',
];

interface Pair {
  readonly base: Future;
  readonly changed: Future;
}

async function whatIf(word: string, flags: WhatIfFlags): Promise<number> {
  const changes = flags.change.map(changeOf);
  const configuration = readConfiguration();
  const { scenario, seed: ownSeed } = sourceOf(word, flags.variant);
  const first = flags.seed ?? ownSeed ?? seedOf(undefined, configuration.seed);
  const startedMs = elapsedMs();
  let isInterrupted = false;
  const forget = onInterrupt(() => {
    isInterrupted = true;
  });
  const pairs: Pair[] = [];
  for (let seed = first; seed < first + Math.max(flags.seeds, 1) && !isInterrupted; seed++) {
    const options = {
      seed,
      at: flags.at,
      config: configuration.cluster,
      isInterrupted: () => isInterrupted,
    };
    const base = await future(scenario, { ...options, changes: [] });
    const changed = await future(scenario, { ...options, changes });
    tellRefusals(changed);
    pairs.push({ base, changed });
    writeError(`seed ${seed}: both futures sailed\n`);
  }
  forget();
  if (isInterrupted) return exitCodes.interrupted;
  const compared = comparison(pairs);
  if (flags.output === 'json') {
    const shown = { scenario: scenario.name, at: flags.at, changes: flags.change, ...compared };
    writeOut(`${JSON.stringify({ ...shown, seeds: pairs.map(({ base }) => base.seed) })}\n`);
  } else {
    const seconds = ((elapsedMs() - startedMs) / 1000).toFixed(1);
    writeOut(`${tableLines(tableOf(compared.figures, changes, pairs)).join('\n')}\n`);
    const lines = [...lawLines(compared.laws), ...stepLines(pairs)];
    writeOut(`${lines.join('\n')}\n\n${verdictOf(compared)} (${seconds} s)\n`);
  }
  return exitCodes.pass;
}

function sourceOf(
  word: string,
  variant: string | undefined,
): { readonly scenario: Scenario; readonly seed: number | undefined } {
  const named = (scenario: Scenario, name = variant): Scenario =>
    name === undefined ? scenario : inVariant(scenario, name);
  const [file] = existsSync(word) && !existsSync(`${word}/run.json`) ? findScenarios(word) : [];
  if (file !== undefined) {
    const scenario = named(loadScenario(file));
    return { scenario, seed: scenario.cluster.seed };
  }
  const { facts, path } = findKeptRun(word);
  if (facts === undefined) {
    throw new UserError(`${path}/run.json cannot be read`, {
      exitCode: exitCodes.usage,
      code: 'torn-run',
      next: 'name another run, or a scenario',
    });
  }
  return { scenario: named(loadScenario(facts.file), variant ?? facts.variant), seed: facts.seed };
}

function tellRefusals({ refusals }: Future): void {
  for (const refusal of refusals) {
    throw new UserError(`the change was refused: ${refusal}`, {
      exitCode: exitCodes.usage,
      code: 'change-refused',
      next: 'look at the instant: seatrial up --from RUN --at TIME',
    });
  }
}

/** A figure of both futures, over all seeds that measured it in both. */
interface FigureDifference {
  readonly name: string;
  readonly unit?: string;
  readonly base: number;
  readonly changed: number;
  /** Changed less base: the mean, and half of its 95 % interval. */
  readonly difference: number;
  readonly half?: number;
  /** Whether it is shown: by the paired t test, corrected for the number of figures (Holm). */
  readonly isShown: boolean;
  readonly seeds: number;
}

interface LawDifference {
  readonly law: string;
  /** In so many seeds it was broken. */
  readonly base: number;
  readonly changed: number;
}

interface Comparison {
  readonly figures: readonly FigureDifference[];
  readonly laws: readonly LawDifference[];
}

function comparison(pairs: readonly Pair[]): Comparison {
  const rows = pairs.map(({ base, changed }) => [allFigures(base), allFigures(changed)] as const);
  const names = [...new Set(rows.flatMap(([one]) => one.map(({ name }) => name)))];
  const measured = names.flatMap(name => {
    const both = rows.flatMap(([one, other]) => {
      const [left, right] = [valueOf(one, name), valueOf(other, name)];
      return left === undefined || right === undefined ? [] : [[left, right] as const];
    });
    if (both.length === 0) return [];
    const unit = rows[0]?.[0].find(figure => figure.name === name)?.unit;
    const base = both.map(([left]) => left);
    const changed = both.map(([, right]) => right);
    return [{ name, unit, base, changed, paired: pairedDifference(changed, base) }];
  });
  const shown = holm(measured.map(({ paired }) => paired.pValue ?? 1));
  const figures = measured.map(({ name, unit, base, changed, paired }, index) => ({
    name,
    ...(unit !== undefined && { unit }),
    base: estimate(base).mean,
    changed: estimate(changed).mean,
    difference: paired.mean,
    ...(paired.half !== undefined && { half: paired.half }),
    isShown: shown[index] === true || isAlwaysSo(paired),
    seeds: base.length,
  }));
  return { figures, laws: lawsOf(pairs) };
}

/** From so many seeds on, a difference that is the same in each of them needs no test. */
const alwaysSeedsMin = 3;

function isAlwaysSo({ count, mean, deviation }: PairedDifference): boolean {
  return count >= alwaysSeedsMin && mean !== 0 && deviation === 0;
}

function allFigures({ result, hardships, seed }: Future): readonly ComparedFigure[] {
  const run = { ...result, seed, wallMs: 0, hints: [] };
  const failed = result.steps.filter(step => step.result === 'failed').length;
  return [
    ...hardships,
    { name: 'steps that failed', value: failed },
    ...figuresOf(run).filter(({ name }) => name !== 'deployment time'),
  ];
}

function valueOf(figures: readonly ComparedFigure[], name: string): number | undefined {
  return figures.find(figure => figure.name === name)?.value;
}

function lawsOf(pairs: readonly Pair[]): readonly LawDifference[] {
  const counts = new Map<string, { base: number; changed: number }>();
  for (const pair of pairs) {
    for (const side of ['base', 'changed'] as const) {
      for (const { law, kind } of pair[side].result.verdicts) {
        if (kind !== 'broken') continue;
        const count = counts.get(law) ?? { base: 0, changed: 0 };
        counts.set(law, { ...count, [side]: count[side] + 1 });
      }
    }
  }
  return [...counts].map(([law, count]) => ({ law, ...count }));
}

function tableOf(
  figures: readonly FigureDifference[],
  changes: readonly Change[],
  pairs: readonly Pair[],
): ReportTable {
  const at = new Date(pairs[0]?.changed.changedMs ?? 0).toISOString();
  const words = changes.map(change => change.words).join('; ');
  const seeds = pairs.length === 1 ? 'one seed' : `${pairs.length} seeds, in pairs`;
  return {
    title: `What if, at ${at}: ${words} (${seeds})`,
    columns: ['', 'as it was', 'changed', 'difference', ''],
    rows: figures.map(({ name, unit, base, changed, difference, half, isShown }) => [
      unit === undefined ? name : `${name}, ${unit}`,
      number(base),
      number(changed),
      `${difference > 0 ? '+' : ''}${number(difference)}${half === undefined ? '' : ` ± ${number(half)}`}`,
      isShown ? (difference < 0 ? 'lower' : 'higher') : 'no difference shown',
    ]),
    notes: [
      pairs.length === 1
        ? 'one seed shows no difference of the rest: give --seeds 5'
        : '± is the 95 % interval of the mean over pairs of equal seeds; lower and higher hold for all figures at once (Holm), or are the same in every seed, of three or more',
    ],
  };
}

function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

function lawLines(laws: readonly LawDifference[]): readonly string[] {
  if (laws.length === 0) return ['no law is broken in either future'];
  return laws.map(({ law, base, changed }) => {
    return `law ${law}: broken in ${base} as it was, in ${changed} changed`;
  });
}

/** Which steps failed, and the first words that one of them failed with. */
function stepLines(pairs: readonly Pair[]): string[] {
  const titles = new Map<string, { base: number; changed: number; message: string }>();
  for (const pair of pairs) {
    for (const side of ['base', 'changed'] as const) {
      for (const { title, result, message = '' } of pair[side].result.steps) {
        if (result !== 'failed') continue;
        const known = titles.get(title) ?? { base: 0, changed: 0, message };
        titles.set(title, { ...known, [side]: known[side] + 1 });
      }
    }
  }
  return [...titles].map(
    ([title, { base, changed, message }]) =>
      `step ${title}: failed in ${base} as it was, in ${changed} changed: ${message}`,
  );
}

function verdictOf({ figures, laws }: Comparison): string {
  const shown = figures.filter(({ isShown }) => isShown);
  const mended = laws.filter(({ base, changed }) => base !== changed);
  if (shown.length === 0 && mended.length === 0) return 'no difference shown';
  const told = [
    ...shown.map(({ name, difference }) => `${name} ${difference < 0 ? 'lower' : 'higher'}`),
    ...mended.map(({ law, base, changed }) => `${law} broken ${changed < base ? 'less' : 'more'}`),
  ];
  return `shown: ${told.join(', ')}`;
}
