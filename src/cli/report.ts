/** `seatrial report`: renders kept runs again, by any reporter. */
import { extname } from 'node:path';
import { exitCodes, UserError } from '../input/errors.js';
import { reporters } from '../report/index.js';
import { keptReport } from '../report/kept-report.js';
import { findKeptRun } from '../scenario/find-kept-run.js';
import type { CliCommand } from './command.js';
import { collect, colorOption } from './options.js';
import { planReports } from './report-files.js';
import { writeReports } from './write-reports.js';

interface ReportFlags {
  readonly reporter: readonly string[];
  readonly outputFile: readonly string[];
  readonly output?: string;
  readonly color: boolean;
}

/** The reporter that an output file of this ending is for. */
const byEnding: Readonly<Record<string, string>> = {
  '.html': 'html',
  '.htm': 'html',
  '.json': 'json',
  '.xml': 'junit',
  '.tap': 'tap',
};

/** The command. */
export const reportCommand: CliCommand = {
  define(program, act) {
    program
      .command('report')
      .description('tell again what came of kept runs: several are compared')
      .argument('[run...]', 'id, the beginning or a part of one, folder, or latest', ['latest'])
      .option(
        '--reporter <name>',
        `how to report, repeatable: ${Object.keys(reporters).join(', ')}`,
        collect,
        [],
      )
      .option('-o, --output <file>', 'write to a file; .html, .json, .xml and .tap say how')
      .option(
        '--outputFile <[reporter=]file>',
        'write a report to a file instead of standard output, repeatable',
        collect,
        [],
      )
      .addOption(colorOption())
      .action((names: readonly string[], flags: ReportFlags) => act(() => report(names, flags)));
  },
};

function report(names: readonly string[], flags: ReportFlags): Promise<number> {
  const plans = planReports(withOutput(flags), undefined, Object.keys(reporters));
  const told = keptReport(names.map(name => findKeptRun(name)));
  writeReports(told, plans, flags);
  return Promise.resolve(exitCodes.pass);
}

/** `-o FILE` is the output file of the one reporter that is named, or that its ending names. */
function withOutput({ reporter, outputFile, output }: ReportFlags): {
  readonly reporter: readonly string[];
  readonly outputFile: readonly string[];
} {
  if (output === undefined) return { reporter, outputFile };
  const name = reporter[0] ?? byEnding[extname(output).toLowerCase()];
  if (name === undefined) {
    throw new UserError(`it is not known how to report to ${output}`, {
      exitCode: exitCodes.usage,
      code: 'unknown-ending',
      next: `name a --reporter, or a file that ends with ${Object.keys(byEnding).join(', ')}`,
    });
  }
  const others = reporter.slice(1);
  return { reporter: [name, ...others], outputFile: [...outputFile, `${name}=${output}`] };
}
