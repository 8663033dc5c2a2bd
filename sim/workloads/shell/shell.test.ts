/** The small shell, as a container that runs in virtual time. */
import { describe, expect, it } from 'vitest';
import { idleContainer } from '../../../test/workloads/idle-container.js';
import { Loop } from '../../engine/loop.js';
import type { ContainerContext, ExecResult } from '../workload.js';
import { isShellCommand } from './knows.js';
import { shellBeside, shellStartError, startShell } from './program.js';

interface Ran {
  readonly lines: string[];
  exitCode: number | undefined;
  exitMs: number | undefined;
  message: string;
}

/** A container that does nothing yet. */
function placeFor(loop: Loop): ContainerContext {
  return idleContainer({
    env: { HOSTNAME: 'p' },
    clock: loop,
    network: {
      listen: () => undefined,
      send: () => undefined,
      resolve: () => [],
      files: () => ({ '/etc/hostname': 'p\n' }),
    },
  });
}

/** Runs a script; `steps` happen at their times. */
function run(script: string, steps: Readonly<Record<number, 'TERM'>> = {}): Ran {
  const loop = new Loop({ startMs: 0 });
  const ran: Ran = { lines: [], exitCode: undefined, exitMs: undefined, message: '' };
  const context: ContainerContext = {
    ...placeFor(loop),
    command: ['sh', '-c', script],
    log: line => ran.lines.push(line),
    exit: code => {
      ran.exitCode ??= code;
      ran.exitMs ??= loop.now();
    },
    terminationMessage: text => {
      ran.message = text;
    },
  };
  const program = startShell(context);
  for (const at of Object.keys(steps)) {
    loop.after(Number(at), 'step', () => program.terminate?.('SIGTERM'));
  }
  loop.runUntil(100_000);
  return ran;
}

describe('the small shell', () => {
  it('sleeps in virtual time and exits with the code', () => {
    expect(run('sleep 5; exit 3')).toMatchObject({ exitCode: 3, exitMs: 5_000 });
    expect(run('sleep 1.5')).toMatchObject({ exitCode: 0, exitMs: 1_500 });
    expect(run('sleep 1; [ 1 -ge 2 ]')).toMatchObject({ exitCode: 1 });
  });

  it('keeps files, counts and branches', () => {
    const script = 'n=$(cat /n 2>/dev/null || echo 0); n=$((n+1)); echo $n > /n; cat /n';
    expect(run(`${script}; ${script}`).lines).toEqual(['1', '2']);
    expect(run('if [ -f /none ]; then echo a; else echo b; fi').lines).toEqual(['b']);
    expect(run('for i in 1 2 3; do printf "%02d " $i; done').lines).toEqual(['01 02 03 ']);
    expect(run('i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done').lines).toHaveLength(3);
    expect(run('echo "a b" | grep -q b && echo found').lines).toEqual(['found']);
  });

  it('finds the files of its network until it writes its own', () => {
    const script = 'cat /etc/hostname; ls /etc; echo q > /etc/hostname; cat /etc/hostname';
    expect(run(script).lines).toEqual(['p', 'hostname', 'passwd', 'q']);
  });

  it('runs what it knows beside a program that has no shell', () => {
    const loop = new Loop({ startMs: 0 });
    const beside = shellBeside(placeFor(loop));
    const exec = (words: readonly string[], stdin = '') => {
      let result: ExecResult | undefined;
      beside(words, stdin, came => (result = came));
      loop.runUntil(loop.now() + 10_000);
      return result;
    };
    expect(exec(['cat', '/etc/hostname'])).toMatchObject({ stdout: 'p\n', exitCode: 0 });
    expect(exec(['sh'], 'echo a > /a; exit 3')).toMatchObject({ exitCode: 3 });
    expect(exec(['cat', '/a'])).toMatchObject({ stdout: 'a\n' });
    expect(exec(['sh', '-c', 'sleep 3; echo late'])).toMatchObject({ stdout: 'late\n' });
    expect(exec(['nvidia-smi'])).toBeUndefined();
  });

  it('handles the signals that it traps, and as a first process no others', () => {
    const waiting = "trap 'echo bye; exit 0' TERM; sleep 3600 & wait $!";
    expect(run(waiting, { 4_000: 'TERM' })).toMatchObject({
      exitCode: 0,
      exitMs: 4_000,
      lines: ['bye'],
    });
    expect(run('sleep 10', { 4_000: 'TERM' })).toMatchObject({ exitMs: 10_000 });
    const foreground = "trap 'exit 7' TERM; sleep 10";
    expect(run(foreground, { 4_000: 'TERM' })).toMatchObject({ exitCode: 7, exitMs: 10_000 });
  });

  it('does not run a handler within itself', () => {
    const slow = "trap 'sleep 14; exit 0' TERM; sleep 3600 & wait $!";
    expect(run(slow, { 1_000: 'TERM', 9_000: 'TERM' })).toMatchObject({ exitMs: 15_000 });
  });

  it('writes the termination message', () => {
    expect(run('echo bad > /dev/termination-log; exit 3').message).toBe('bad\n');
  });

  it('serves until it is stopped, and gives up at the first failure when told to', () => {
    expect(run('httpd -f -p 8080 -h /www; echo never').lines).toEqual([]);
    expect(run('set -e; false || true; if false; then :; fi; false; echo never')).toMatchObject({
      exitCode: 1,
      lines: [],
    });
    expect(run('head -c 3 /dev/zero | tr "\\0" x').lines).toEqual(['xxx']);
  });

  it('bounds loops that never sleep', () => {
    expect(run('i=0; while [ $i -lt 9000 ]; do i=$((i+1)); done; echo $i').lines).toEqual(['9000']);
  });

  it('leaves scripts that call other programs to their workloads', () => {
    expect(isShellCommand(['sh', '-c', 'sleep 5; exit 3'])).toBe(true);
    expect(isShellCommand(['/bin/sh', '-c', "trap 'exit 0' TERM; sleep 9 & wait $!"])).toBe(true);
    expect(isShellCommand(['sh', '-c', 'echo start && python train.py'])).toBe(false);
    expect(isShellCommand(['python', 'train.py'])).toBe(false);
  });

  it('knows what cannot be started', () => {
    expect(shellStartError(['/nope'])).toBe('exec: "/nope": stat /nope: no such file or directory');
    expect(shellStartError(['sleep', '5'])).toBeUndefined();
    expect(shellStartError(['python'])).toBe('exec: "python": executable file not found in $PATH');
  });
});

it('computes with expr, as scripts do that know no $(( ))', () => {
  const script = [
    'if [ $(expr ${HOSTNAME}1 : p) -eq 1 ]; then expr 7 % 2; fi',
    "expr 1 + 2 '*' 3; expr '(' 1 + 2 ')' '*' 3",
    'expr 4 % 2 || echo zero',
    "expr 10 '>' 9; expr b '<' a || echo no",
    "expr ab12 : 'ab\\([0-9]*\\)'; expr '' '|' none",
    'expr 1 / 0 || echo $?; expr 1 + x || echo $?',
  ].join('\n');
  expect(isShellCommand(['sh', '-c', script])).toBe(true);
  expect(run(script).lines).toEqual([
    ...['1', '7', '9', '0', 'zero', '1', '0', 'no', '12', 'none'],
    ...['expr: division by zero', '2', 'expr: non-numeric argument', '2'],
  ]);
});

it('moves and copies into a folder under the same name', () => {
  const script = [
    'echo a > /one; mv -v /one /tmp/; cat /tmp/one',
    'cp /tmp/one /two; mv /two /tmp; cat /tmp/two',
    'mv /one /tmp/ || echo gone',
  ].join('\n');
  expect(run(script).lines).toEqual([
    "'/one' -> '/tmp/one'",
    'a',
    'a',
    "mv: can't rename '/one': No such file or directory",
    'gone',
  ]);
});

it('takes [[ for test, as busybox does', () => {
  const script = 'if [[ -r /data/foo ]]\nthen\necho there\nelse\ntouch /data/foo\nfi';
  expect(isShellCommand(['sh', '-c', script])).toBe(true);
  expect(run(`${script}; ${script}; [[ a = b ]] || echo no; [[ a`).lines).toEqual([
    'there',
    'no',
    'sh: missing ]]',
  ]);
});
