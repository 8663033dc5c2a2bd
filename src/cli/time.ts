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
  readonly namespace?: string;
  readonly within?: string;
}

/** What the door of the cluster answers. */
interface Told extends Pace {
  readonly now: string;
  readonly error?: string;
  readonly next?: string;
  /** Whether what was waited for holds. */
  readonly holds?: boolean;
}

/** The command. */
export const timeCommand: CliCommand = {
  define(program, act) {
    program
      .command('time')
      .description('look at or steer the virtual time of a running cluster')
      .addArgument(
        new Argument('[action]', 'what to do')
          .choices(['show', 'pause', 'resume', 'step', 'forward', 'ff', 'rewind', 'until'])
          .default('show'),
      )
      .argument(
        '[what]',
        "for forward (or ff) and rewind: how much time, such as 1h30m; for until: what to wait for, such as deployment/web '.status.readyReplicas >= 3'",
      )
      .argument('[expression]', 'for until: a field against a value, exists, gone, or CEL')
      .option('-n, --namespace <name>', 'for until: the namespace (default: any)')
      .option(
        '--within <duration>',
        'for until: give up after this (default: 24h; 1h for a name that is not there)',
      )
      .option('--name <name>', "the cluster's name", 'seatrial')
      .option('--speed <speed>', 'for resume: 1x, 60x, max', speedOf)
      .addOption(outputOption(['text', 'json']))
      .action(
        (
          action: string,
          what: string | undefined,
          expression: string | undefined,
          flags: TimeFlags,
        ) => act(() => steer(action, [what, expression], flags)),
      );
  },
};

async function steer(
  word: string,
  [what, expression]: readonly [string | undefined, string | undefined],
  flags: TimeFlags,
): Promise<number> {
  const action = word === 'ff' ? 'forward' : word;
  const needs = { forward: 'a duration', rewind: 'a duration', until: 'an expression' }[action];
  if (needs !== undefined && what === undefined) {
    throw new UserError(`${word} needs ${needs}`, {
      exitCode: exitCodes.usage,
      code: 'no-duration',
      next:
        action === 'until'
          ? "for example: seatrial time until deployment/web '.status.readyReplicas >= 3'"
          : `for example: seatrial time ${word} 1h30m`,
    });
  }
  const { namespace, within, speed } = flags;
  const sought = [what, expression].filter(part => part !== undefined).join(' ');
  const body =
    action === 'until'
      ? { action, expression: sought, namespace, duration: within }
      : { action, duration: what, speed: speed === Infinity ? null : speed };
  const text = await tellCluster(flags.name, '/seatrial/v1/time', body);
  const told = JSON.parse(text) as Told;
  if (told.error !== undefined) {
    throw new UserError(told.error, {
      exitCode: exitCodes.usage,
      code: 'refused',
      ...(told.next !== undefined && { next: told.next }),
    });
  }
  const pace = told.isPaused ? 'paused' : `${told.speed ?? 'max'}x`;
  const found = told.holds === false ? ', and it never held' : '';
  writeOut(
    flags.output === 'json' ? text : `${told.now} (${pace.replace('maxx', 'max')})${found}\n`,
  );
  return told.holds === false ? exitCodes.broken : exitCodes.pass;
}
