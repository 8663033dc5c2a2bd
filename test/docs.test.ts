/** The documents say what is true: examples run, the published schema is ours, files that are named exist. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { knownArguments } from '../src/input/arguments.js';
import { seatrialIn } from './cli/seatrial.js';
import { scenarioSchemaText } from '../scripts/generate/scenario-schema.js';
import { commandsFor } from '../src/cli/index.js';
import { readSources } from './house/source.js';
import { Command } from 'commander';

const folder = 'test/.examples';
const documents = ['README.md', 'CONTRIBUTING.md', 'llms.txt'];

interface Example {
  readonly name: string;
  readonly code: string;
}

/** The fenced blocks of a language, in documents and in the comments of the library. */
function examples(language: string): Example[] {
  const fromDocuments = documents.map(path => ({ path, text: readFileSync(path, 'utf8') }));
  const fromComments = readSources(['src']).map(({ path, text }) => ({
    path,
    text: text.replaceAll(/^ \* ?/gm, ''),
  }));
  return [...fromDocuments, ...fromComments].flatMap(({ path, text }) =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
      (match, index) => ({ name: `${path} ${index + 1}`, code: match[1] ?? '' }),
    ),
  );
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(examples('ts'))('the example $name', ({ name, code }) => {
  it('runs', () => {
    const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.ts`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code.replaceAll(`from 'seatrial'`, `from '../../src/index.js'`));
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
  });
});

const commands = await commandsFor(undefined);

describe('what the documents name', () => {
  const known = new Set<string>();
  const program = new Command();
  for (const command of commands) command.define(program, () => Promise.resolve());
  for (const command of program.commands) known.add(command.name());

  it.each(documents)('%s names only commands that exist', path => {
    const text = [...readFileSync(path, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)]
      .map(match => match[1] ?? '')
      .join('');
    const named = [...text.matchAll(/^(?:npx )?seatrial ([a-z]+)/gm)].map(match => match[1]);
    expect(named.filter(name => !known.has(name ?? ''))).toEqual([]);
  });

  it.each(documents)('%s gives commands only options and choices that exist', async path => {
    for (const line of commandLines(path)) {
      const fresh = new Command('seatrial').exitOverride();
      fresh.configureOutput({ writeErr: () => undefined });
      for (const command of commands) command.define(fresh, () => Promise.resolve());
      const parsed = fresh.parseAsync(knownArguments(wordsOf(line)), { from: 'user' });
      await expect(parsed, line).resolves.toBeDefined();
    }
  });

  it.each(documents)('%s links only to files that exist', path => {
    const text = readFileSync(path, 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(match => match[1] ?? '');
    expect(links.filter(link => !existsSync(link))).toEqual([]);
  });
});

/** The commands of ours in the blocks of a document: of pipes, lists and substitutions each one. */
function commandLines(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)]
    .flatMap(match => (match[1] ?? '').split('\n'))
    .map(line => line.replace(/\s# .*$/, ''))
    .flatMap(line => line.split(/&&|\|(?!\|)|\$\(|;/))
    .map(part => part.trim().replace(/^npx /, '').replace(/\)$/, ''))
    .filter(part => part.startsWith('seatrial '));
}

/** Without the program; quotes taken off. */
function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)];
  return words.slice(1).map(([, single, double, bare]) => single ?? double ?? bare ?? '');
}

describe.each(commandLines('llms.txt'))('what llms.txt lets an agent try: %s', line => {
  it('passes', () => {
    const { code, stderr } = seatrialIn('.', ...wordsOf(line));
    expect(code, stderr).toBe(0);
  });
});

describe('the published schema', () => {
  it('is the one that scenarios are checked by (npm run generate writes it)', () => {
    expect(readFileSync('scenarios/scenario.schema.json', 'utf8')).toBe(scenarioSchemaText);
  });
});
