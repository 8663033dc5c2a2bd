/** Writes reports where they go: standard output, files, and the job summary of a host that keeps one. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { environment, isTerminal, writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { reporters, summaries } from '../report/index.js';
import { colored, plain } from '../report/paint.js';
import type { Report } from '../report/reporter.js';
import type { PlannedReport } from './report-files.js';

/** What a report says: on standard output, perhaps in colour, in a file, and in the summary of a job. */
export interface ReportTexts {
  readonly out: string;
  readonly file: string;
  readonly summary?: string;
}

/**
 * Writes each report; files are never coloured.
 *
 * @throws UserError when a file cannot be written.
 */
export function writeReports(
  report: Report,
  plans: readonly PlannedReport[],
  { color = true }: { readonly color?: boolean } = {},
): void {
  const paint = isColored(color) ? colored : plain;
  writePlanned(plans, name => {
    const reporter = reporters[name];
    const summary = summaries[name]?.(report);
    return {
      out: reporter?.(report, paint) ?? '',
      file: reporter?.(report) ?? '',
      ...(summary !== undefined && { summary }),
    };
  });
}

/**
 * Writes the texts of each report where they go.
 *
 * @throws UserError when a file cannot be written.
 */
export function writePlanned(
  plans: readonly PlannedReport[],
  textsOf: (name: string) => ReportTexts,
): void {
  const summaryFile = environment('GITHUB_STEP_SUMMARY');
  for (const { name, file } of plans) {
    const { summary, ...texts } = textsOf(name);
    if (file === undefined) writeOut(texts.out);
    else written(file, () => writeFileSync(file, texts.file));
    if (summary === undefined || summaryFile === undefined) continue;
    written(summaryFile, () => appendFileSync(summaryFile, summary));
  }
}

/** NO_COLOR and --no-color before FORCE_COLOR before what standard output is. */
function isColored(wanted: boolean): boolean {
  if (!wanted || environment('NO_COLOR') !== undefined) return false;
  const forced = environment('FORCE_COLOR');
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal() && environment('TERM') !== 'dumb';
}

function written(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new UserError(`cannot write ${file}: ${(error as Error).message}`, {
      exitCode: exitCodes.backend,
      code: 'cannot-write',
      next: 'check that its folder exists and can be written; the run itself is kept',
    });
  }
}
