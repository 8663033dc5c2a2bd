import { expect, it } from 'vitest';
import {
  channels,
  execStream,
  type ChannelItem,
  type Converse,
  type RunCommand,
} from './exec-stream.js';

const textOf = (data: unknown) =>
  data instanceof Uint8Array ? new TextDecoder().decode(data) : data;
const bytes = (text: string) => new TextEncoder().encode(text);

/** Echoes what it reads, or its words. */
const run: RunCommand = (command, stdin, done) => {
  const isBad = command.includes('bad');
  const stdout = stdin === '' ? `${command.join(' ')}\n` : stdin;
  done({ stdout, stderr: isBad ? 'no\n' : '', exitCode: isBad ? 3 : 0 });
  return () => undefined;
};

interface Options {
  hasInput: boolean;
  isTerminal: boolean;
  converse?: Converse;
}

function started(command: readonly string[], options: Options) {
  const items: (readonly [number, unknown])[] = [];
  let hasEnded = false;
  const stream = execStream(command, run, options);
  stream.start({
    item: item => {
      const { channel, data } = item as ChannelItem;
      items.push([
        channel,
        channel === channels.outcome ? (data as { status: string }).status : textOf(data),
      ]);
    },
    end: () => (hasEnded = true),
  });
  const type = (data?: string) =>
    stream.receive?.({ channel: channels.stdin, ...(data !== undefined && { data: bytes(data) }) });
  return {
    items,
    type,
    hasEnded: () => hasEnded,
    receive: (item: ChannelItem) => stream.receive?.(item),
  };
}

it('runs at once without input, after the end of its input with it', () => {
  const plain = started(['echo'], { hasInput: false, isTerminal: false });
  expect([plain.items, plain.hasEnded()]).toEqual([
    [
      [1, 'echo\n'],
      [3, 'Success'],
    ],
    true,
  ]);
  const piped = started(['cat'], { hasInput: true, isTerminal: false });
  piped.type('a');
  piped.type('b\n');
  expect(piped.items).toEqual([]);
  piped.type();
  expect(piped.items).toEqual([
    [1, 'ab\n'],
    [3, 'Success'],
  ]);
  piped.type('late');
  expect(piped.items).toHaveLength(2);
});

it('hands on what comes, and what is told, while the input is open, where the command reads so', () => {
  const heard: unknown[] = [];
  const converse: Converse = ([name], write, done) => {
    if (name !== 'sh') return undefined;
    const input = (piece: string | undefined): void => {
      heard.push(piece);
      if (piece === undefined) done({ stdout: '', stderr: '', exitCode: 0 });
      else write(`${piece}!`, 'stdout');
    };
    return { input, stop: () => heard.push('stopped') };
  };
  const shell = started(['sh'], { hasInput: true, isTerminal: false, converse });
  shell.type('hi');
  expect([shell.items, shell.hasEnded()]).toEqual([[[1, 'hi!']], false]);
  shell.type();
  expect(heard).toEqual(['hi', undefined]);
  expect([shell.items.at(-1), shell.hasEnded()]).toEqual([[3, 'Success'], true]);

  const whole = started(['cat'], { hasInput: true, isTerminal: false, converse });
  whole.type('a');
  expect(whole.items).toEqual([]);
  whole.type();
  expect(whole.items).toEqual([
    [1, 'a'],
    [3, 'Success'],
  ]);
});

it('is a shell at a terminal: echoes, runs lines, forgets what was erased or interrupted', () => {
  const shell = started(['sh'], { hasInput: true, isTerminal: true });
  shell.receive({ channel: channels.resize, data: bytes('{"Width":80,"Height":24}') });
  shell.type('ax\u007f\r');
  shell.type('junk\u0003bad\r');
  shell.type('exit 2\r');
  expect(shell.items.map(([, data]) => data).join('')).toBe(
    [
      '/ # ax\b \b\r\nsh -c a\r\n',
      '/ # junk^C\r\n/ # bad\r\nsh -c bad\r\nno\r\n',
      '/ # exit 2\r\nFailure',
    ].join(''),
  );
  expect(shell.hasEnded()).toBe(true);
});
