/** `seatrial merge`: one report from those of shards. */
import { outcomeOf } from '../check/outcome.js';
import { rules } from '../check/rules/index.js';
import { writeError } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { readInput } from '../input/located.js';
import { laws } from '../laws/index.js';
import { checkReporters } from '../report/check/index.js';
import type { CheckReport } from '../report/check/report.js';
import { reporters } from '../report/index.js';
import { mergeChecks, mergeRuns, readReport, type ShardReport } from '../report/merge.js';
import { hasFailed, isInconclusive } from '../scenario/judgement.js';
import type { CliCommand } from './command.js';
import { collect } from './options.js';
import { planReports, type ReportFlags } from './report-files.js';
import { writePlanned, writeReports } from './write-reports.js';

/** The command. */
export const mergeCommand: CliCommand = {
  define(program, act) {
    program
      .command('merge')
      .description('put the JSON reports of shards together')
      .argument('<file...>', 'what `seatrial check|run --shard i/n --reporter json` wrote')
      .option('--reporter <name>', 'how to report, repeatable', collect, [])
      .option('--outputFile <[reporter=]file>', 'write a report to a file', collect, [])
      .action((files: readonly string[], flags: ReportFlags) => act(() => merge(files, flags)));
  },
};

function merge(files: readonly string[], flags: ReportFlags): Promise<number> {
  const reports = files.map(file => readReport(readInput(file), file));
  return Promise.resolve(tellMerged(reports, flags));
}

/**
 * Writes the report of all shards; gives the exit code of the whole.
 *
 * @throws UserError when reports of checks and of scenarios are mixed.
 */
export function tellMerged(reports: readonly ShardReport[], flags: ReportFlags): number {
  const checks = reports.filter(report => report.kind === 'CheckReport');
  const runs = reports.filter(report => report.kind === 'Report');
  if (checks.length > 0 && runs.length > 0) {
    throw new UserError('reports of checks and of scenarios do not go together', {
      exitCode: exitCodes.usage,
      code: 'mixed-reports',
      next: 'merge them one after the other',
    });
  }
  if (checks.length > 0) {
    const { report: merged, missing } = mergeChecks(checks);
    const report = whole(merged);
    const plans = planReports(flags, undefined, Object.keys(checkReporters));
    writePlanned(plans, name => {
      const text = checkReporters[name]?.(report) ?? '';
      return { out: text, file: text };
    });
    return withMissing(outcomeOf(report.findings, report.voyages), missing);
  }
  const { report, missing } = mergeRuns(runs);
  writeReports(report, planReports(flags, undefined, Object.keys(reporters)));
  const code = report.runs.some(hasFailed) ? exitCodes.broken : exitCodes.pass;
  const isOpen = report.backend !== 'sim' && report.runs.some(isInconclusive);
  return withMissing(code === exitCodes.pass && isOpen ? exitCodes.inconclusive : code, missing);
}

/** JSON holds what is constant of rules and laws by name only. */
function whole({ voyages, ...report }: CheckReport): CheckReport {
  const names = voyages?.laws.map(({ name }) => name) ?? [];
  return {
    ...report,
    rules,
    ...(voyages !== undefined && {
      voyages: { ...voyages, laws: laws.filter(({ name }) => names.includes(name)) },
    }),
  };
}

/** What is missing may hold anything: then nothing passes. */
function withMissing(code: number, missing: readonly number[]): number {
  if (missing.length === 0) return code;
  writeError(`there is no report of shard ${missing.join(', ')}\n`);
  return code === exitCodes.pass ? exitCodes.inconclusive : code;
}
