/** `seatrial keep`: writes a failed voyage as a scenario, to be run as a regression test. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex, writeError, writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { laws } from '../laws/index.js';
import { applyRefusals } from '../voyages/apply-refusals.js';
import { scenarioFiles } from '../voyages/keep.js';
import { runPlan } from '../voyages/run-plan.js';
import type { CliCommand } from './command.js';
import { collect } from './options.js';
import { voyageOf } from './voyage-of.js';

interface KeepFlags {
  readonly filename: readonly string[];
  readonly name?: string;
  readonly folder: string;
}

/** The command. */
export const keepCommand: CliCommand = {
  define(program, act) {
    program
      .command('keep')
      .description('write a failed voyage as a scenario that seatrial run runs from now on')
      .argument('<token|file>', 'st1:..., or a file of .seatrial/failures')
      .option('-f, --filename <path>', 'the manifests that it was about, repeatable', collect, [])
      .option('--name <name>', 'of the scenario (default: the law that it breaks, and a number)')
      .option('--folder <path>', 'where scenarios are', join('scenarios', 'regressions'))
      .action((word: string, flags: KeepFlags) => act(() => keep(word, flags)));
  },
};

async function keep(word: string, flags: KeepFlags): Promise<number> {
  const { plan, failure } = voyageOf(word, flags.filename);
  const { verdicts } = await runPlan(plan, { laws });
  const broken = verdicts.flatMap(({ kind, law }) => (kind === 'broken' ? [law] : []));
  const kept = failure === undefined ? broken : [...new Set([failure.law, ...broken])];
  if (kept.length === 0) {
    throw new UserError('the voyage breaks no law, so there is nothing to keep', {
      exitCode: exitCodes.usage,
      code: 'nothing-broken',
      next:
        'with the file of .seatrial/failures it is kept for the law that it broke then: seatrial keep FILE' +
        '; or look at what happens in it: seatrial replay ' +
        (word.startsWith('st1:') && word.length > 60 ? 'TOKEN' : word),
    });
  }
  const hash = sha256Hex([JSON.stringify(plan)]).slice(0, 8);
  const name = flags.name ?? `${kept[0] ?? ''}-${hash}`;
  const folder = join(flags.folder, name);
  if (existsSync(folder)) {
    throw new UserError(`there is a ${folder} already`, {
      exitCode: exitCodes.usage,
      code: 'name-taken',
      next: 'choose another --name, or remove it',
    });
  }
  const files = scenarioFiles(plan, {
    name,
    laws: kept,
    description: `A voyage that broke ${kept.join(', ')}.`,
    refused: await applyRefusals(plan),
  });
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  if (broken.length === 0)
    writeError('no law is broken any more: it is kept so that it stays so\n');
  writeOut(`${folder}\n`);
  return exitCodes.pass;
}
