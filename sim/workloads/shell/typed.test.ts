/** A shell whose input is still open: `kubectl exec -i POD -- sh`. */
import { expect, it } from 'vitest';
import { idleContainer } from '../../../test/workloads/idle-container.js';
import { Loop } from '../../engine/loop.js';
import { startShell, talkBeside } from './program.js';

/** Types the pieces one after another; tells what was written after each of them, and the exit code. */
function typed(pieces: readonly (string | undefined)[], command = ['sh']) {
  const loop = new Loop({ startMs: 0 });
  let [out, exitCode] = ['', undefined as number | undefined];
  const talk = talkBeside(idleContainer({ clock: loop }));
  const conversation = talk(
    command,
    (text, to) => (out += to === 'stderr' ? `(${text})` : text),
    result => (exitCode = result.exitCode),
  );
  const told = pieces.map(piece => {
    conversation?.input(piece);
    loop.runUntil(loop.now() + 10_000);
    const one = out;
    out = '';
    return one;
  });
  return { told, exitCode, isTaken: conversation !== undefined };
}

it('runs each command as it comes, and ends with exit while its input is open', () => {
  expect(typed(['echo hi\nexit 3\n'])).toMatchObject({ told: ['hi\n'], exitCode: 3 });
  expect(typed(['echo a', ' b\n', 'sleep 2; echo c\n'])).toEqual({
    told: ['', 'a b\n', 'c\n'],
    exitCode: undefined,
    isTaken: true,
  });
});

it('is one shell from line to line, to the end of its input', () => {
  const lines = ['x=1; cd /etc\n', 'f() { echo "$x in $(pwd)"; }\n', 'f\n', 'false', undefined];
  expect(typed(lines)).toMatchObject({ told: ['', '', '1 in /etc\n', '', ''], exitCode: 1 });
});

it('waits for the rest of a command of several lines', () => {
  const loop = ['for i in 1 2\n', 'do\n', 'echo $i\n', 'done\n'];
  expect(typed(loop).told).toEqual(['', '', '', '1\n2\n']);
  expect(typed(['echo a \\\n', 'b\n', 'true &&\n', 'echo "c\n', 'd"\n']).told).toEqual([
    '',
    'a b\n',
    '',
    '',
    'c\nd\n',
  ]);
  expect(typed(['cat <<E\n', 'a\n', 'E\n']).told).toEqual(['', '', 'a\n']);
  expect(typed(['echo a; )\n'])).toMatchObject({ exitCode: 2 });
});

it('gives its commands what comes after their line', () => {
  expect(typed(['read a\n', 'word\n', 'echo "<$a>"\n']).told).toEqual(['', '', '<word>\n']);
  expect(typed(['cat\n', 'one\n', 'two\n', undefined])).toMatchObject({
    told: ['', 'one\n', 'two\n', ''],
    exitCode: 0,
  });
  expect(typed(['sort\n', 'b\n', 'a\n', undefined]).told).toEqual(['', '', '', 'a\nb\n']);
  expect(typed(['sh\n', 'exit 4\n', 'echo $?\n']).told).toEqual(['', '', '4\n']);
});

it.each([
  [{ stdin: true }, ['read:one', 'two', 'closed']],
  [{}, ['read:closed']],
  // Terminals of containers are not played: nothing comes from there.
  [{ stdin: true, tty: true }, ['read:closed']],
])('reads as a container with %j what those who attach to it type', (container, lines) => {
  const loop = new Loop({ startMs: 0 });
  const log: string[] = [];
  const exits: number[] = [];
  const program = startShell({
    ...idleContainer({ clock: loop }),
    container: { name: 'c', ...container },
    command: ['sh', '-c', 'echo -n read: && cat && echo closed'],
    log: line => log.push(line),
    exit: status => exits.push(status),
  });
  loop.runUntil(60_000);
  expect(exits).toEqual(lines.length > 1 ? [] : [0]);
  program.input?.('one\ntw');
  program.input?.('o\n');
  expect(log).toEqual(lines.slice(0, Math.max(1, lines.length - 1)));
  program.input?.(undefined);
  expect(log).toEqual(lines);
  expect(exits).toEqual([0]);
});

it('leaves commands that are no shell, or one with a script, to be given all at once', () => {
  for (const command of [['cat'], ['sh', '-c', 'cat'], ['sh', '/script']]) {
    expect(typed([], command).isTaken).toBe(false);
  }
});
