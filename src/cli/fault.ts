/** `seatrial fault`: lets something go wrong in a running cluster. */
import { writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import type { CliCommand } from './command.js';
import { tellCluster } from './running.js';

/** The command. */
export const faultCommand: CliCommand = {
  define(program, act) {
    program
      .command('fault')
      .description('let something go wrong in a running cluster, as a counterexample writes it')
      .argument(
        '<fault>',
        'as JSON: {"kind":"crash","process":"kube-scheduler","forMs":10000}, {"kind":"gpu","node":"n1","gpu":0,"xid":79}',
      )
      .option('--name <name>', "the cluster's name", 'seatrial')
      .action((fault: string, flags: { readonly name: string }) =>
        act(() => inject(fault, flags.name)),
      );
  },
};

async function inject(text: string, name: string): Promise<number> {
  const fault = parsed(text);
  const told = JSON.parse(await tellCluster(name, '/seatrial/v1/fault', fault)) as {
    readonly now?: string;
    readonly error?: string;
    readonly next?: string;
  };
  if (told.error !== undefined) {
    const { next = 'seatrial fault --help tells what can go wrong' } = told;
    throw new UserError(told.error, { exitCode: exitCodes.usage, code: 'refused', next });
  }
  writeOut(`${told.now ?? ''} ${text}\n`);
  return exitCodes.pass;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UserError(`"${text}" is not JSON`, {
      exitCode: exitCodes.usage,
      code: 'bad-fault',
      next: `write it in single quotes: seatrial fault '{"kind":"node-down","node":"n1"}'`,
    });
  }
}
