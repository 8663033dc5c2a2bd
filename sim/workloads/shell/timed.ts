/** What commands that wait for others have in common. */
import type { NetworkReply } from '../workload.js';
import type { CommandCall } from './commands.js';
import type { ShellMessage } from './host.js';
import type { Run } from './job.js';

/** A command that takes time; its run returns the exit status. */
export type TimedCommand = (call: CommandCall) => Run;

/** Sends a message and waits for what comes of it. */
export function* sent({ host }: CommandCall, message: ShellMessage): Run<NetworkReply> {
  let reply: NetworkReply = { isOk: false, error: 'timeout' };
  yield {
    kind: 'answer',
    start: done =>
      host.send(message, came => {
        reply = came;
        done();
      }),
  };
  return reply;
}

/** The options and the other words of a command line. */
export interface CommandOptions {
  /** By name without dashes; a flag is ''. A later one stands for an earlier. */
  readonly values: ReadonlyMap<string, string>;
  readonly words: readonly string[];
}

/** Reads `-s`, `-sk`, `-o file`, `-ofile`, `--name value`, `--name=value`. */
export function optionsOf(args: readonly string[], withValue: ReadonlySet<string>): CommandOptions {
  const values = new Map<string, string>();
  const words: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (!word.startsWith('-') || word === '-') words.push(word);
    else if (word.startsWith('--')) {
      const [name = '', ...rest] = word.slice(2).split('=');
      if (rest.length > 0) values.set(name, rest.join('='));
      else values.set(name, withValue.has(name) ? (args[++at] ?? '') : '');
    } else at = shortOptions(word.slice(1), { args, at, withValue, values });
  }
  return { values, words };
}

function shortOptions(
  letters: string,
  {
    args,
    at,
    withValue,
    values,
  }: {
    readonly args: readonly string[];
    readonly at: number;
    readonly withValue: ReadonlySet<string>;
    readonly values: Map<string, string>;
  },
): number {
  for (const [index, letter] of [...letters].entries()) {
    if (!withValue.has(letter)) {
      values.set(letter, '');
      continue;
    }
    const rest = letters.slice(index + 1);
    values.set(letter, rest === '' ? (args[at + 1] ?? '') : rest);
    return rest === '' ? at + 1 : at;
  }
  return at;
}

/** The first value that is there. */
export function valueOf(
  { values }: CommandOptions,
  ...names: readonly string[]
): string | undefined {
  for (const name of names) if (values.has(name)) return values.get(name);
  return undefined;
}
