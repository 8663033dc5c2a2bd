/** `seatrial diff`: compares two kept runs; the exit code tells whether they came out alike. */
import { writeError, writeOut } from '../host.js';
import { closenessOf, closenessTable } from '../incident/compare/closeness.js';
import { finalObjects } from '../incident/compare/final-objects.js';
import { isIncident, readObjects, readRecorded } from '../incident/compare/recorded.js';
import { readSimulated } from '../incident/compare/simulated.js';
import { exitCodes, UserError } from '../input/errors.js';
import { Journal } from '../scenario/journal/reader.js';
import { folderShelf } from '../scenario/journal/shelf.js';
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
      .argument(
        '<run>',
        'id, the beginning or a part of one, folder, or latest; or what an import wrote',
      )
      .argument('<other>', 'the same')
      .addOption(outputOption(['text', 'json']))
      .action((one: string, other: string, flags: { readonly output: string }) =>
        act(() => Promise.resolve(diff(one, other, flags.output))),
      );
  },
};

function diff(one: string, other: string, output: string): number {
  if (isIncident(one)) return diffOfIncident(one, other, output);
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

/** How close a run is to what was recorded. */
function diffOfIncident(folder: string, other: string, output: string): number {
  const { id, path } = findKeptRun(other);
  const journal = Journal.open(folderShelf(() => path));
  if (journal === undefined) {
    throw new UserError(`${id} kept no journal`, {
      exitCode: exitCodes.usage,
      code: 'no-record',
      next: `run it again without --no-journal: seatrial run ${folder}`,
    });
  }
  const recorded = readRecorded(folder);
  const { fromMs, toMs } = recorded.observed;
  const { namespaces, eventsToMs } = recorded;
  const simulated = readSimulated(journal, {
    fromMs,
    toMs,
    namespaces,
    ...(eventsToMs !== undefined && { eventsToMs }),
  });
  const final = finalObjects(readObjects(folder), journal);
  const all = closenessOf(recorded, simulated, final);
  const isAlike = all.every(({ parted }) => parted === undefined);
  if (output === 'json') {
    writeOut(`${JSON.stringify({ one: folder, other: id, isAlike, closeness: all })}\n`);
  } else {
    const table = closenessTable(`recorded: ${folder}, simulated: ${id}`, all);
    writeOut(`${tableLines(table).join('\n')}\n`);
  }
  return isAlike ? exitCodes.pass : exitCodes.broken;
}
