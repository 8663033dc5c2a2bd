import { Command } from 'commander';
import { expect, it } from 'vitest';
import { commandsFor } from '../index.js';
import { metavarOf } from './candidates.js';
import { completionLines } from './lines.js';
import { isKnown } from './values.js';

const ask = async (...words: string[]): Promise<string[]> =>
  (await completionLines(words, { isDescribed: false })).trimEnd().split('\n');

it('knows of every option and argument what it can be, or that only the user does', async () => {
  const program = new Command('seatrial');
  for (const command of await commandsFor(undefined)) command.define(program, async () => {});
  const unknown: string[] = [];
  const walk = (command: Command): void => {
    for (const option of command.options) {
      if (!option.required || option.argChoices !== undefined) continue;
      if (!isKnown(option.long ?? '', metavarOf(option))) unknown.push(option.flags);
    }
    for (const argument of command.registeredArguments) {
      const name = `${command.name()} ${argument.name()}`;
      if (argument.argChoices === undefined && !isKnown(name, argument.name())) unknown.push(name);
    }
    command.commands.forEach(walk);
  };
  walk(program);
  expect(unknown).toEqual([]);
});

it('completes commands, and commands of commands', async () => {
  expect(await ask('ru')).toEqual(['run', 'runs', ':4']);
  expect(await ask('cluster', 'cr')).toEqual(['create', ':4']);
  expect(await ask('help', 'whati')).toEqual(['whatif', ':4']);
});

it('completes flags, choices and names, before and after a sign of equality', async () => {
  expect(await ask('run', '--rep')).toEqual(['--reporter', ':4']);
  expect(await ask('get', 'cl')).toEqual(['clusters', ':4']);
  expect(await ask('up', '--scheduler-ties', 'ra')).toEqual(['random', ':4']);
  expect(await ask('up', '--scheduler-ties=ra')).toEqual(['--scheduler-ties=random', ':4']);
  expect(await ask('run', '--backend', 'ki')).toEqual(['kind', ':4']);
  expect(await ask('explain', 'gpu-h')).toEqual(['gpu-held-once', ':4']);
});

it('goes on behind a comma, with what is not there yet', async () => {
  const laws = await ask('check', '--laws', 'hpa-settles,hpa-');
  expect(laws).toContain('hpa-settles,hpa-no-flapping');
  expect(laws).not.toContain('hpa-settles,hpa-settles');
});

it('tells the shell where files, folders or the beginning of a word stand', async () => {
  expect(await ask('check', '-f', '')).toEqual([':0']);
  expect(await ask('bench', '--trace', '')).toEqual([':16']);
  expect((await ask('check', '--law-setting', 'hpa-settles.ch')).at(-1)).toBe(':6');
  expect(await ask('run', '--seed', '')).toEqual([':4']);
});

it('takes nothing behind -- for a flag', async () => {
  expect(await ask('check', '--', '--rep')).toEqual([':0']);
});

it('takes what is typed from an option too, for shells that lose empty words', async () => {
  expect(await ask('--current=', 'cluster', 'kubeconfig')).toEqual([':4']);
  expect(await ask('--current=ru')).toEqual(['run', 'runs', ':4']);
});

it('says of each word what it is, as cobra does', async () => {
  const text = await completionLines(['explain', 'traf'], { isDescribed: true });
  expect(text).toContain('traffic\twho may connect to whom\n');
});
