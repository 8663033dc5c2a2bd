/** Completion as a shell has it: the script that the program prints is sourced, and asked. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshFolder, seatrial } from './seatrial.js';

const folder = freshFolder({ 'web.yaml': '', 'web/a.yaml': '' });
mkdirSync(join(folder, 'bin'));
for (const [name, file] of [
  ['seatrial', 'seatrial.js'],
  ['kubectl-seatrial', 'seatrial.js'],
  ['kubectl_complete-seatrial', 'kubectl-complete.js'],
] as const) {
  symlinkSync(resolve('dist/bin', file), join(folder, 'bin', name));
}
const env = { ...process.env, HOME: folder, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` };
const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

function told(program: string, ...args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', env });
  return `${stdout}${stderr}`;
}

/** What bash, which takes words apart at `=` and `:`, would put in place of the last word. */
function askBash(words: readonly string[]): string[] {
  writeFileSync(join(folder, 'completion.bash'), seatrial(folder, 'completion', 'bash').stdout);
  const script = `source completion.bash
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); __seatrial_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return told('bash', '-c', script, 'bash', ...words)
    .trimEnd()
    .split('\n');
}

describe.skipIf(!has('bash'))('bash', () => {
  it('completes by the script', () => {
    expect(askBash(['seatrial', 'run', '--reporter', 'ju'])).toEqual(['junit']);
    expect(askBash(['seatrial', 'compare', '--output', '=', 'j'])).toEqual(['json']);
    expect(askBash(['seatrial', 'bench', '--trace', 'w'])).toEqual(['web']);
  });
});

describe.skipIf(!has('fish'))('fish', () => {
  it('completes by the script', () => {
    const script = join(folder, 'seatrial.fish');
    writeFileSync(script, seatrial(folder, 'completion', 'fish').stdout);
    const ask = (line: string): string =>
      told('fish', '--no-config', '-c', `source ${script}; complete -C '${line}'`);
    expect(ask('seatrial run --reporter ju')).toBe('junit\n');
    expect(ask('seatrial check -f web.')).toContain('web.yaml');
  });
});

describe('kubectl', () => {
  it('finds the program as its plug-in, and asks it for completions', () => {
    expect(told('kubectl_complete-seatrial', 'get', 'clus')).toBe('clusters\n:4\n');
    expect(told('kubectl-seatrial', 'version')).toMatch(/^seatrial /);
  });

  it.skipIf(!has('kubectl'))('runs it', () => {
    expect(told('kubectl', 'seatrial', 'version')).toMatch(/^seatrial /);
    expect(told('kubectl', '__complete', 'seatrial', 'get', 'clus')).toMatch(/^clusters\n:4\n/);
  });
});
