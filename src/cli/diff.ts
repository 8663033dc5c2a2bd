/** `seatrial diff`: compares two kept runs; the exit code tells whether they came out alike. */
import { writeError, writeOut } from '../host.js';
import { exitCodes } from '../input/errors.js';
import { runOf } from '../report/kept-report.js';
import { diffTable, runDiff } from '../report/run-diff.js';
import { tableLines } from '../report/text-table.js';
import { findKeptRun } from '../scenario/find-kept-run.js';
import type { CliCommand } from './command.js';
import { outputOption } from './options.js';

/** The command. */
export const diffCommand: CliCommand = {
  define(program, act) {
    program
      .command('diff')
      .description('compare two kept runs: exit code 0 when they came out alike, 1 when not')
      .argument('<run>', 'id, the beginning or a part of one, folder, or latest')
      .argument('<other>', 'the same')
      .addOption(outputOption(['text', 'json']))
      .action((one: string, other: string, flags: { readonly output: string }) =>
        act(() => Promise.resolve(diff(one, other, flags.output))),
      );
  },
};

function diff(one: string, other: string, output: string): number {
  const [left, right] = [findKeptRun(one), findKeptRun(other)];
  const differences = runDiff(runOf(left), runOf(right));
  const isAlike = differences.length === 0;
  if (output === 'json') {
    writeOut(`${JSON.stringify({ one: left.id, other: right.id, isAlike, differences })}\n`);
  } else if (isAlike) {
    writeError(`${left.id} and ${right.id} came out alike\n`);
  } else {
    const table = diffTable(`one: ${left.id}, other: ${right.id}`, differences);
    writeOut(`${tableLines(table).join('\n')}\n`);
  }
  return isAlike ? exitCodes.pass : exitCodes.broken;
}
