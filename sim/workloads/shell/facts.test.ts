/** The small shell does as dash 0.5.12 and busybox 1.35 do: each script was run by both, and they agreed. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { idleContainer } from '../../../test/workloads/idle-container.js';
import { Loop } from '../../engine/loop.js';
import type { ExecResult } from '../workload.js';
import { isShellCommand } from './knows.js';
import { shellBeside } from './program.js';

interface Fact {
  readonly script: string;
  readonly stdout: string;
  readonly status: number;
}

const facts = readFileSync('test/workloads/shell-facts.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as Fact);

function run(words: readonly string[], stdin = '', workingDir?: string): ExecResult | undefined {
  const loop = new Loop({ startMs: 0 });
  const container = { name: 'c', ...(workingDir !== undefined && { workingDir }) };
  const env = { HOME: '/root' };
  const beside = shellBeside(idleContainer({ clock: loop, env, container }));
  let result: ExecResult | undefined;
  beside(words, stdin, came => (result = came));
  loop.runUntil(100_000);
  return result;
}

it.each(facts)('$script', ({ script, stdout, status }) => {
  expect(run(['sh', '-c', script])).toMatchObject({ stdout, exitCode: status });
});

it('hands `set -e` on to the commands in words, as dash does and busybox does not', () => {
  expect(run(['sh', '-c', 'set -e; x=$(false; echo in); echo never'])).toMatchObject({
    stdout: '',
    exitCode: 1,
  });
});

it('does not guess what a script means that it cannot know', () => {
  const knows = (script: string) => isShellCommand(['sh', '-c', script]);
  expect(knows('case $1 in a) python train.py;; esac')).toBe(false);
  expect(knows('x=${1:-$(python version.py)}')).toBe(false);
  expect(knows('cat <<EOF\n$(python a.py)\nEOF')).toBe(false);
  expect(knows('eval "$COMMAND"')).toBe(false);
  expect(knows("eval 'echo hi'")).toBe(true);
  expect(knows('. /vault/secrets/env; echo $A')).toBe(false);
  expect(knows("trap 'python stop.py' TERM; sleep 9")).toBe(false);
  expect(knows('if command -v curl; then :; fi')).toBe(false);
  expect(knows('exec 3>&1; echo hi >&3')).toBe(false);
  expect(knows('sort -k2 /f; head -n 3 /f')).toBe(false);
  expect(knows('sort -n /f | head -3 | tr a-z A-Z; date +%F')).toBe(true);
  expect(knows('date -d yesterday')).toBe(false);
});

it('reads scripts from its input and from files, and names of files from where it is', () => {
  expect(run(['sh', '-c', "echo 'echo in $0' | sh; echo 'echo $1' > /s; sh /s a"])?.stdout).toBe(
    'in sh\na\n',
  );
  const script = 'echo q > f; cat /data/f; cd ..; cat data/f; pwd; echo $PWD';
  expect(run(['sh', '-c', script], '', '/data')?.stdout).toBe('q\nq\n/\n/\n');
});

it('tells what it is asked for that is not set', () => {
  expect(run(['sh', '-c', 'set -u; echo $NAME; echo never'])).toMatchObject({
    stderr: 'sh: NAME: parameter not set\n',
    exitCode: 2,
  });
  expect(run(['sh', '-c', 'echo ${NAME:?must be given}'])).toMatchObject({
    stderr: 'sh: NAME: must be given\n',
    exitCode: 2,
  });
});
