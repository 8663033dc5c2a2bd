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
function run(script: string, steps: Readonly<Record<number, 'TERM'>> = {}, image = ''): Ran {
  const loop = new Loop({ startMs: 0 });
  const ran: Ran = { lines: [], exitCode: undefined, exitMs: undefined, message: '' };
  const context: ContainerContext = {
    ...placeFor(loop),
    container: { name: 'c', image },
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
    expect(run(script).lines).toEqual(['p', 'hostname', 'os-release', 'passwd', 'q']);
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

it('copies a folder with all below it, if it is told to', () => {
  const script = [
    'mkdir -p /a/b; echo x > /a/b/c; cp /a /d || echo no',
    'cp -r /a /d; cat /d/b/c; mkdir /e; cp -a /a/. /e; cat /e/b/c; mv /a /e/; ls /e/a/b',
  ].join('\n');
  expect(run(script).lines).toEqual(["cp: omitting directory '/a'", 'no', 'x', 'x', 'c']);
});

it('takes a file that only the image could hold to be there where it is copied', () => {
  expect(run('cp /sample.war /app/; ls /app', {}, 'resouer/sample:v1').lines).toEqual([
    'sample.war',
  ]);
  const gone = "cp: can't stat '/sample.war': No such file or directory";
  expect(run('cp /sample.war /app/', {}, 'busybox').lines).toEqual([gone]);
  expect(run('mkdir /data; cp /data/x /y', {}, 'busybox').exitCode).toBe(1);
  expect(run('. /etc/os-release; echo $ID', {}, 'alpine:3.22').lines).toEqual(['alpine']);
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

describe('functions', () => {
  it('are called with arguments of their own', () => {
    const script = [
      'say() { echo "$1 $#"; }',
      'function twice {\n  say $1; say $1 more\n}',
      'function bracketed() (echo in; x=inner)',
      'set -- outer; x=own; twice a; bracketed; echo $1 $x',
    ].join('\n');
    expect(run(script).lines).toEqual(['a 1', 'a 2', 'in', 'outer own']);
    expect(run('f() { echo hi; } > /out; f; echo wrote; cat /out').lines).toEqual(['wrote', 'hi']);
    expect(run('f()\n\n{ for w; do echo "<$w>"; done; }; f "a b" c ""').lines).toEqual([
      ...['<a b>', '<c>', '<>'],
    ]);
    expect(run('f() { echo $#; g "$@"; g $*; }; g() { echo "$# $*"; }; f "a b" c').lines).toEqual([
      ...['2', '2 a b c', '3 a b c'],
    ]);
    expect(
      run('f() { echo $(( $1 + ${2} )); shift; echo $1; }; f 3 4; shift || echo no').lines,
    ).toEqual(['7', '4', 'no']);
  });

  it('return a status, to where they were called', () => {
    expect(run('f() { while true; do return 3; done; }; f; echo $?; exit 9')).toMatchObject({
      lines: ['3'],
      exitCode: 9,
    });
    expect(run('f() { false; return; }; f || echo failed; x=$(f; echo $?); echo $x').lines).toEqual(
      ['failed', '1'],
    );
    expect(run('f() { sleep 2; exit 4; }; f | cat; echo $?; f; echo never')).toMatchObject({
      lines: ['0'],
      exitCode: 4,
      exitMs: 4_000,
    });
    expect(run('return 5; echo never')).toMatchObject({ lines: [], exitCode: 5 });
    expect(run('f() { return 7; }; f & wait $!').exitCode).toBe(7);
  });

  it('leave the loops of their callers alone', () => {
    expect(run('f() { break; echo on; }; for i in 1 2; do f; echo $i; done').lines).toEqual([
      ...['on', '1', 'on', '2'],
    ]);
  });

  it('have variables of their own where they say so', () => {
    const script = 'f() { local a=1 b; c=1; a=2; echo $a; }; a=x; f; echo $a$b$c; local a';
    expect(run(script).lines).toEqual(['2', 'x1', 'sh: local: not in a function']);
  });

  it('are tests where they are called in one', () => {
    const script = 'set -e; f() { false; echo on; }; if f; then echo yes; fi; f; echo never';
    expect(run(script)).toMatchObject({ lines: ['on', 'yes'], exitCode: 1 });
  });

  it('come before the commands of their name, but not before special ones', () => {
    expect(run('ls() { echo mine; }; exit() { echo never; }; ls; exit 6')).toMatchObject({
      lines: ['mine'],
      exitCode: 6,
    });
    expect(run('( f() { echo in; }; f ); f').lines).toEqual(['in', 'sh: f: not found']);
  });

  it('handle signals', () => {
    const script = [
      '_term(){\n\tsleep 5\n\texit 143\n}',
      'trap _term SIGTERM\nwhile true; do\n\tsleep 1\ndone',
    ].join('\n');
    expect(isShellCommand(['/bin/sh', '-c', script])).toBe(true);
    expect(run(script, { 2_500: 'TERM' })).toMatchObject({ exitCode: 143, exitMs: 8_000 });
    expect(run(script).exitCode).toBeUndefined();
  });

  it('end a shell that they call without end', () => {
    expect(run('f() { f; }; f').exitCode).toBe(139);
    expect(run('f() { f & }; f; sleep 1; echo on')).toMatchObject({ lines: ['on'], exitCode: 0 });
  });

  it('are known when all that they call is', () => {
    const knows = (script: string) => isShellCommand(['sh', '-c', script]);
    expect(knows('a() { b 1; }; b() { echo $1; }; a')).toBe(true);
    expect(knows('a() { python train.py; }; a')).toBe(false);
    expect(knows('a; a() { echo; }')).toBe(false);
    expect(knows('a() { b; }; a')).toBe(false);
    expect(run('a() echo hi').lines).toEqual(['sh: syntax error: unexpected "echo hi"']);
  });
});

it('gives up where an expression is none', () => {
  expect(run('a="+"; echo $(( $a )); echo never')).toMatchObject({
    lines: ['sh: arithmetic syntax error'],
    exitCode: 2,
  });
});
