/** `seatrial doctor`: what of this machine each backend needs, and the next step where something is missing. */
import { Option } from 'commander';
import { realBackends } from '../backends/index.js';
import { writeOut } from '../host.js';
import { exitCodes } from '../input/errors.js';
import { tableLines } from '../report/text-table.js';
import type { CliCommand } from './command.js';
import { diagnose } from './doctor/checks.js';
import type { Finding } from './doctor/finding.js';
import { helpAfter, outputOption } from './options.js';

interface DoctorFlags {
  readonly backend: string;
  readonly output: string;
}

/** The command. */
export const doctorCommand: CliCommand = {
  define(program, act) {
    program
      .command('doctor')
      .description(
        'tell what this machine has of what backends need, and what to do where it has not',
      )
      .addOption(
        new Option('--backend <name>', 'the backend that is meant to run: what it needs counts')
          .choices(['sim', ...realBackends.map(({ name }) => name)])
          .default('sim'),
      )
      .addOption(outputOption(['text', 'json']))
      .addHelpText('after', helpAfter(examples, exitHelp))
      .action((flags: DoctorFlags) => act(() => doctor(flags)));
  },
};

const examples = ['seatrial doctor', 'seatrial doctor --backend control-plane -o json'];

const exitHelp =
  'Exit codes: 0 the backend has what it needs, 3 it has not. What only other backends need is told, and does not count.';

async function doctor({ backend, output }: DoctorFlags): Promise<number> {
  const findings = await diagnose();
  writeOut(output === 'json' ? `${JSON.stringify(findings, null, 2)}\n` : textOf(findings));
  const counts = ({ needed, state }: Finding): boolean =>
    state === 'missing' && (needed === 'always' || needed.includes(backend));
  return findings.some(counts) ? exitCodes.backend : exitCodes.pass;
}

function textOf(findings: readonly Finding[]): string {
  const rows = findings.map(({ name, state, says, next, needed }) => [
    state,
    name,
    needed === 'always' ? 'all' : needed.join(', '),
    next === undefined ? says : `${says} -> ${next}`,
  ]);
  const columns = ['state', 'what', 'needed by', 'found'];
  // Neither a title nor a rule as long as the longest next step.
  const [, header = '', , ...found] = tableLines({ title: '', columns, rows });
  const lines = [header, ...found];
  return lines.map(line => `${line.trimEnd()}\n`).join('');
}
