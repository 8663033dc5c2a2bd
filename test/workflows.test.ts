/** The workflows are what GitHub takes, pin what they use, and call only what there is. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commandsFor } from '../src/cli/index.js';

const folder = '.github/workflows';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly name: string;
  readonly on: readonly string[];
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly 'runs-on': string;
        readonly 'timeout-minutes': number;
        readonly steps: readonly Step[];
      }
    >
  >;
}

const files = readdirSync(folder).filter(name => name.endsWith('.yml'));

const program = new Command('seatrial');
for (const command of await commandsFor(undefined))
  command.define(program, () => Promise.resolve());

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** The commands of a script, with lines that go on joined and comments left out. */
function commandsIn(script: string): string[] {
  return script
    .replaceAll(/\\\n\s*/g, ' ')
    .split(/\n|\|\||&&|\|/)
    .map(line => line.replace(/\s#.*$/, '').trim())
    .filter(line => line !== '');
}

function missingWord(words: readonly string[]): string | undefined {
  const [name = '', ...rest] = words;
  const command = program.commands.find(known => known.name() === name);
  if (command === undefined) return `seatrial ${name}`;
  const known = command.options.flatMap(({ long, short }) => [long, short]);
  const flag = rest.find(word => word.startsWith('-') && !known.includes(word.split('=')[0] ?? ''));
  if (flag !== undefined) return `seatrial ${name} ${flag}`;
  return rest.find(word => /^(scenarios|test)\//.test(word) && !existsSync(word));
}

/** What the command calls that is not there. */
function missingIn(command: string): string | undefined {
  const words = command
    .replace(/^[A-Z_]+=\S+ /, '')
    .split(/\s+/)
    .filter(word => word !== '');
  if (words.join(' ').startsWith('node dist/bin/seatrial.js ')) return missingWord(words.slice(2));
  if (words[0] === 'npm' && words[1] === 'run') {
    const script = words.slice(2).find(word => !word.startsWith('-')) ?? '';
    return script in manifest.scripts ? undefined : `npm run ${script}`;
  }
  if (words[0] === 'npx' && words[1] === 'vitest') {
    return words.slice(3).find(word => word.includes('/') && !existsSync(word));
  }
  if (words[0] === 'bash') return existsSync(words[1] ?? '') ? undefined : words[1];
  return undefined;
}

describe.each(files)('%s', file => {
  const text = readFileSync(join(folder, file), 'utf8');
  const workflow = parse(text) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap(job => job.steps);
  const scripts = steps.flatMap(({ run }) => run ?? []);

  it('has what GitHub wants, and asks for no rights', () => {
    expect(Object.keys(workflow).sort()).toEqual(['jobs', 'name', 'on', 'permissions']);
    const events = ['push', 'pull_request', 'workflow_dispatch'];
    expect(workflow.on.filter(event => !events.includes(event))).toEqual([]);
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(workflow.jobs)) {
      expect(job['runs-on']).toMatch(/^ubuntu-\d\d\.04$/);
      expect(job['timeout-minutes']).toBeGreaterThan(0);
    }
    const known = ['name', 'uses', 'run', 'if', 'with', 'env'];
    for (const step of steps) {
      expect(Object.keys(step).filter(key => !known.includes(key))).toEqual([]);
      expect([step.uses, step.run].filter(each => each !== undefined)).toHaveLength(1);
    }
  });

  it('pins every action to a commit, and tells its version', () => {
    const used = [...text.matchAll(/uses: (.*)/g)].map(([, what]) => what);
    expect(used.length).toBeGreaterThan(0);
    for (const what of used) expect(what).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('has scripts that a shell reads, and calls what there is', () => {
    for (const script of scripts) {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
    }
    const missing = scripts.flatMap(commandsIn).flatMap(command => missingIn(command) ?? []);
    expect(missing).toEqual([]);
  });
});

it('knows what is not there', () => {
  expect(missingIn('node dist/bin/seatrial.js run scenarios/fraud --backend kind')).toBeUndefined();
  expect(missingIn('node dist/bin/seatrial.js run scenarios/nothing')).toBe('scenarios/nothing');
  expect(missingIn('node dist/bin/seatrial.js run --bakend kind')).toBe('seatrial run --bakend');
  expect(missingIn('npm run --silent nothing')).toBe('npm run nothing');
});
