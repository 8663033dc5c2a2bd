/** What shells and kubectl are told of what can stand next: the answer to the hidden command `__complete`. */
import { Command } from 'commander';
import { commandNames, commandsFor } from '../index.js';
import { completionsOf } from './candidates.js';
import type { Completions } from './contract.js';
import { valuesOf } from './values.js';

/**
 * What can stand next, as cobra's `__complete` prints it, which kubectl and shells' scripts read: a line each,
 * with a tab before what is said of it, and a number that tells the shell what to do besides.
 */
export async function completionLines(
  given: readonly string[],
  { isDescribed }: { readonly isDescribed: boolean },
): Promise<string> {
  const words = withCurrent(given);
  const [name] = words;
  // To load all commands takes a while, and their names alone are known without.
  if (words.length <= 1 && !isDescribed && name?.startsWith('-') !== true) {
    const candidates = commandNames
      .filter(each => each.startsWith(name ?? ''))
      .map(value => ({ value }));
    return linesOf({ candidates }, false);
  }
  const program = new Command('seatrial').version('', '-V, --version');
  for (const command of await commandsFor(name)) command.define(program, async () => {});
  const asked = name === 'help' && words.length > 1 ? words.slice(1) : words;
  return linesOf(await completionsOf(program, asked, valuesOf), isDescribed);
}

/** Bits of cobra's directive. */
const directives = { noSpace: 2, noFiles: 4, onlyFolders: 16 } as const;

function linesOf({ candidates, besides, isOpen }: Completions, isDescribed: boolean): string {
  const lines = candidates.map(({ value, about }) =>
    about === undefined || !isDescribed ? value : `${value}\t${about.split('\n')[0] ?? ''}`,
  );
  const directive =
    (isOpen === true ? directives.noSpace : 0) +
    (besides === undefined ? directives.noFiles : 0) +
    (besides === 'folders' ? directives.onlyFolders : 0);
  return [...lines, `:${directive}`].map(line => `${line}\n`).join('');
}

/** `--current=WORD` says first what is being typed, for shells that would lose an empty last word. */
function withCurrent(words: readonly string[]): readonly string[] {
  const [, current] = /^--current=(.*)$/.exec(words[0] ?? '') ?? [];
  return current === undefined ? words : [...words.slice(1), current];
}
