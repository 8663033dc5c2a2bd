/** `seatrial runs`: the kept runs, with what came of each. */
import { writeError, writeOut } from '../host.js';
import { exitCodes } from '../input/errors.js';
import { tableLines } from '../report/text-table.js';
import { keptRuns, type KeptRun } from '../scenario/kept-runs.js';
import { elapsed } from '../scenario/narrator.js';
import { runsFolder } from '../scenario/run-folder.js';
import type { CliCommand } from './command.js';
import { outputOption } from './options.js';

/** The command. */
export const runsCommand: CliCommand = {
  define(program, act) {
    program
      .command('runs')
      .description('list the runs that are kept, the oldest first')
      .addOption(outputOption(['text', 'json']))
      .action((flags: { readonly output: string }) =>
        act(() => {
          printRuns(flags.output);
          return Promise.resolve(exitCodes.pass);
        }),
      );
  },
};

/** Prints the kept runs of the current folder. */
export function printRuns(output: string): void {
  const runs = keptRuns();
  if (output === 'json') {
    return writeOut(`${JSON.stringify(runs.map(({ document: _all, ...run }) => run))}\n`);
  }
  if (runs.length === 0) return writeError(`no run is kept in ${runsFolder}\n`);
  const columns = ['run', 'scenario', 'variant', 'seed', 'verdict', 'cluster time', 'real time'];
  // No title: what is listed is what was asked for.
  const [, ...lines] = tableLines({ title: '', columns, rows: runs.map(rowOf) });
  writeOut(lines.map(line => `${line}\n`).join(''));
}

function rowOf(run: KeptRun): readonly string[] {
  const { id, facts, document = {} } = run;
  const { durationMs, wallMs } = document as Readonly<Record<string, number | undefined>>;
  return [
    id,
    facts?.scenario ?? '-',
    facts?.variant ?? '-',
    facts === undefined ? '-' : String(facts.seed),
    verdictOf(run),
    durationMs === undefined ? '-' : elapsed(durationMs),
    wallMs === undefined ? '-' : `${(wallMs / 1000).toFixed(1)} s`,
  ];
}

function verdictOf({ status, document }: KeptRun): string {
  const verdicts = (document?.['verdicts'] ?? []) as readonly { readonly kind: string }[];
  const broken = verdicts.filter(({ kind }) => kind === 'broken').length;
  return broken === 0 ? status : `${status}, ${broken} ${broken === 1 ? 'law' : 'laws'} broken`;
}
