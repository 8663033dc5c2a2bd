import { Command } from 'commander';
import { expect, it } from 'vitest';
import { knownArguments } from '../input/arguments.js';
import { commandsFor } from './index.js';

/** The program as `main` builds it for one command, which does nothing. */
async function program(name: string): Promise<{ readonly all: Command; readonly told: string[] }> {
  const told: string[] = [];
  const hear = (text: string): void => void told.push(text);
  const all = new Command('seatrial').exitOverride();
  all.configureOutput({ writeOut: hear, writeErr: hear });
  for (const command of await commandsFor(name)) command.define(all, () => Promise.resolve());
  return { all, told };
}

it('gives examples in the help of the main commands, and each is understood as it stands', async () => {
  for (const name of ['run', 'check', 'explain', 'plan', 'up', 'replay', 'whatif', 'init']) {
    const { all, told } = await program(name);
    all.commands[0]?.outputHelp();
    const [, after = ''] = told.join('').split('Examples:\n');
    const examples = after.split('\n').flatMap(line => /seatrial .*/.exec(line) ?? []);
    expect([name, examples.length > 1]).toEqual([name, true]);
    for (const line of examples) {
      const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(
        ([, quoted, bare]) => quoted ?? bare,
      );
      const { all: fresh } = await program(name);
      await fresh.parseAsync(knownArguments(words.slice(1) as string[]), { from: 'user' });
    }
  }
});
