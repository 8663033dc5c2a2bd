/** `seatrial time`: pauses, steps, forwards and resumes the virtual time of a running cluster. */
import { Argument } from 'commander';
import type { Pace } from '../backends/pacer.js';
import { writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import type { CliCommand } from './command.js';
import { outputOption, speedOf } from './options.js';
import { tellCluster } from './running.js';

interface TimeFlags {
  readonly name: string;
  readonly speed?: number;
  readonly output: string;
}

/** The command. */
export const timeCommand: CliCommand = {
  define(program, act) {
    program
      .command('time')
      .description('look at or steer the virtual time of a running cluster')
      .addArgument(
        new Argument('[action]', 'what to do')
          .choices(['show', 'pause', 'resume', 'step', 'forward'])
          .default('show'),
      )
      .argument('[duration]', 'for forward: how much time, such as 1h30m')
      .option('--name <name>', "the cluster's name", 'seatrial')
      .option('--speed <speed>', 'for resume: 1x, 60x, max', speedOf)
      .addOption(outputOption(['text', 'json']))
      .action((action: string, duration: string | undefined, flags: TimeFlags) =>
        act(() => steer(action, duration, flags)),
      );
  },
};

async function steer(
  action: string,
  duration: string | undefined,
  flags: TimeFlags,
): Promise<number> {
  if (action === 'forward' && duration === undefined) {
    throw new UserError('forward needs a duration', {
      exitCode: exitCodes.usage,
      code: 'no-duration',
      next: 'for example: seatrial time forward 1h30m',
    });
  }
  const body = { action, duration, speed: flags.speed };
  const text = await tellCluster(flags.name, '/seatrial/v1/time', body);
  const told = JSON.parse(text) as Pace & { readonly now: string; readonly error?: string };
  if (told.error !== undefined) {
    throw new UserError(told.error, { exitCode: exitCodes.usage, code: 'refused' });
  }
  const speed = told.isPaused ? 'paused' : `${told.speed ?? 'max'}x`;
  writeOut(flags.output === 'json' ? text : `${told.now} (${speed.replace('maxx', 'max')})\n`);
  return exitCodes.pass;
}
