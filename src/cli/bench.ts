/** `seatrial bench`: which way of allocating GPUs serves the jobs best, and by how much. */
import { Option } from 'commander';
import { tieRules, type TieRule } from '../../sim/scheduler/ties.js';
import { runBench, type BenchWorkload } from '../bench/bench.js';
import { policies } from '../bench/policies/index.js';
import type { Policy } from '../bench/policies/policy.js';
import { figuresCsv, reportJson, writeFiles } from '../bench/results/files.js';
import { inflationGroups, inflationMain } from '../bench/results/inflation-figures.js';
import { checkPublished, publishedText } from '../bench/results/published-check.js';
import { benchText } from '../bench/results/text.js';
import { generatedTrace } from '../bench/trace/generated.js';
import { readNodes, readPods } from '../bench/trace/openb.js';
import { readPublished } from '../bench/trace/published-folder.js';
import { whereToGetTraces } from '../bench/trace/rows.js';
import { coreCount, isTerminal, writeError, writeOut } from '../host.js';
import { exitCodes, meantOrKnown, UserError } from '../input/errors.js';
import type { CliCommand } from './command.js';
import { outputOption, wholeNumber } from './options.js';

interface BenchFlags {
  readonly trace?: string;
  readonly workload: string;
  readonly nodes?: string;
  readonly pods?: string;
  readonly policy?: string;
  readonly seeds: string;
  readonly ties?: TieRule;
  readonly tune: number;
  readonly baseline?: string;
  readonly workers?: number;
  readonly out?: string;
  readonly output: string;
}

/** The command. */
export const benchCommand: CliCommand = {
  define(program, act) {
    program
      .command('bench')
      .description('compare ways to allocate GPUs on a trace: published, generated, or your own')
      .argument('[source]', 'openb (published, with --trace) or generated', 'generated')
      .option('--trace <folder>', 'the folder that holds the openb traces')
      .option('--workload <names>', 'workloads of openb, with commas between', 'default')
      .option('--nodes <file>', "your nodes: CSV with openb's columns")
      .option('--pods <file>', "your pods: CSV with openb's columns")
      .option('--policy <names>', `with commas between: ${policyNames().join(', ')} (default: all)`)
      .option('--seeds <list>', '42-46, or 1,2,5', '42-46')
      .addOption(
        new Option(
          '--ties <rule>',
          'which of equal nodes: default as published, random for kube-scheduler',
        ).choices(tieRules),
      )
      .addOption(
        new Option('--tune <ratio>', 'the pods ask for so many times the GPUs')
          .argParser(ratioOf)
          .default(1.3),
      )
      .option('--baseline <policy>', 'what others are compared with (default: kube-default)')
      .addOption(new Option('--workers <n>', 'threads (default: cores)').argParser(wholeNumber))
      .option('--out <folder>', 'write CSV, JSON and an HTML page there')
      .addOption(outputOption(['text', 'json', 'csv']))
      .addHelpText('after', `\n${exitHelp}`)
      .action((source: string, flags: BenchFlags) => act(() => bench(source, flags)));
  },
};

const exitHelp = `Exit codes: 0 done, 1 published results lie beside the trace and were not met, 2 bad input,
3 files could not be written, 5 nothing to run.`;

async function bench(source: string, flags: BenchFlags): Promise<number> {
  const chosen = policiesOf(flags.policy);
  const setups = chosen.map(policy => ({
    name: policy.name,
    policy: policy.name,
    ties: tiesOf(policy, flags.ties),
    tune: flags.tune,
  }));
  let isReproduced = true;
  const workloads = tracesOf(source, flags).map((trace): BenchWorkload => ({
    trace,
    notes(own) {
      const folder = source === 'openb' ? flags.trace : undefined;
      const check = folder && checkPublished(folder, trace.name, own);
      if (check === undefined || check === '') return [];
      if (check.off.length > 0) isReproduced = false;
      return [publishedText(check)];
    },
  }));
  const report = await runBench({
    arrival: `pods arrive one by one and stay until they ask for ${Math.round(100 * flags.tune)} % of the GPUs`,
    workloads,
    setups,
    seeds: seedsOf(flags.seeds),
    baseline: baselineOf(flags.baseline, chosen),
    groups: inflationGroups,
    compared: [inflationMain(flags.tune), 'failed'],
    workers: flags.workers ?? coreCount(),
    keepsHeat: flags.out !== undefined,
    ...(isTerminal() && { onProgress: progress }),
  });
  if (flags.out !== undefined) {
    const files = writeFiles(flags.out, report, '');
    writeError(`written to ${flags.out}: ${files.join(', ')}\n`);
  }
  writeOut(
    flags.output === 'json'
      ? `${reportJson(report)}\n`
      : flags.output === 'csv'
        ? figuresCsv(report)
        : benchText(report),
  );
  return isReproduced ? exitCodes.pass : exitCodes.broken;
}

function progress(done: number, all: number): void {
  writeError(`\r${done} of ${all} runs${done === all ? '\n' : ''}`);
}

function tracesOf(source: string, { trace, workload, nodes, pods }: BenchFlags) {
  if (nodes !== undefined || pods !== undefined) {
    if (nodes === undefined || pods === undefined) {
      throw usage('own-input', '--nodes and --pods go together', 'give both files');
    }
    return [{ name: pods, nodes: readNodes(nodes), pods: readPods(pods) }];
  }
  if (source === 'generated') return [generatedTrace(1)];
  if (source !== 'openb') {
    const next = meantOrKnown(source, ['generated', 'openb']);
    throw usage('unknown-source', `there is no trace ${source}`, next ?? '');
  }
  if (trace === undefined) {
    throw usage('no-trace', 'openb is read from a folder that you name', whereToGetTraces);
  }
  return workload.split(',').map(name => readPublished(trace, name));
}

function policyNames(): string[] {
  return policies.map(({ name }) => name);
}

function policiesOf(text: string | undefined): readonly Policy[] {
  if (text === undefined) return policies;
  return [...new Set(text.split(','))].map(name => {
    const policy = policies.find(one => one.name === name || one.published === name);
    if (policy !== undefined) return policy;
    const next = meantOrKnown(name, policyNames()) ?? '';
    throw usage('unknown-policy', `there is no policy ${name}`, next);
  });
}

/** Policies of ATC'23 were published with their authors' rule; kube-scheduler draws. */
function tiesOf(policy: Policy, asked: TieRule | undefined): TieRule {
  if (policy.drawsAlways === true) return 'random';
  return asked ?? (policy.published === undefined ? 'random' : 'smallest-name');
}

function baselineOf(asked: string | undefined, chosen: readonly Policy[]): string {
  const names = chosen.map(({ name }) => name);
  if (asked === undefined) {
    return names.includes('kube-default') ? 'kube-default' : (names[0] ?? '');
  }
  if (names.includes(asked)) return asked;
  throw usage('unknown-baseline', `--baseline ${asked} is not among what runs`, names.join(', '));
}

/** Reads `42-46` and `1,2,5`. */
function seedsOf(text: string): number[] {
  const seeds = text.split(',').flatMap(part => {
    const [, from, to] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part.trim()) ?? [];
    if (from === undefined) throw badSeeds(text);
    const count = Number(to ?? from) - Number(from) + 1;
    if (count < 1 || count > seedsMax) throw badSeeds(text);
    return Array.from({ length: count }, (_, index) => Number(from) + index);
  });
  return [...new Set(seeds)];
}

const seedsMax = 1000;

function badSeeds(text: string): UserError {
  return usage('bad-seeds', `--seeds ${text} is no list of seeds`, 'write 42-46, or 1,2,5');
}

function ratioOf(text: string): number {
  const ratio = Number(text);
  if (ratio > 0 && ratio <= 10) return ratio;
  throw usage('bad-tune', `--tune ${text} is not a ratio`, 'give a number above 0, as 1.3');
}

function usage(code: string, message: string, next: string): UserError {
  return new UserError(message, { exitCode: exitCodes.usage, code, next });
}
