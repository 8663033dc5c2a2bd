/**
 * The streams of a command in a container. A simulated command runs at once, so it runs when all of its
 * input is there; a shell at a terminal runs one line after another.
 * @upstream apimachinery/pkg/util/remotecommand, kubelet/pkg/cri/streaming/remotecommand
 */
import { bytesOfText, textOfBytes } from '../../api/bytes-text.js';
import type { CommandResult, NodeEndpoint } from '../../api/node-endpoint.js';
import type { AnswerStream, StreamSink } from '../../api/request.js';

/** The channels of a stream that was upgraded. */
export const channels = { stdin: 0, stdout: 1, stderr: 2, outcome: 3, resize: 4 } as const;

/** A piece of what a command reads or writes, or how it ended (a Status). Input without data has ended. */
export interface ChannelItem {
  readonly channel: number;
  readonly data?: unknown;
}

/** Runs a command; returns what kills it. */
export type RunCommand = (
  command: readonly string[],
  stdin: string,
  done: (result: CommandResult) => void,
) => () => void;

/** Runs a command while its input comes; undefined for one that is given it as a whole. */
export type Converse = (
  command: readonly string[],
  write: (text: string, to: 'stdout' | 'stderr') => void,
  done: (result: CommandResult) => void,
) => ReturnType<NonNullable<NodeEndpoint['converse']>>;

/** Runs the command, after its input when it has any, or, where it can, while that comes. */
export function execStream(
  command: readonly string[],
  run: RunCommand,
  { hasInput, isTerminal, converse }: ExecStreams,
): AnswerStream {
  if (!hasInput) {
    return { start: sink => run(command, '', result => finish(sink, result, isTerminal)) };
  }
  if (isTerminal) return isShell(command) ? new Terminal(run) : new Piped(command, run, true);
  const piped = new Piped(command, run, false);
  return converse === undefined ? piped : new Live(command, converse, piped);
}

interface ExecStreams {
  readonly hasInput: boolean;
  readonly isTerminal: boolean;
  /** Default: every command is given its input as a whole. */
  readonly converse?: Converse;
}

function isShell([name = '', ...args]: readonly string[]): boolean {
  return /(^|\/)(ba|a)?sh$/.test(name) && args.every(arg => arg.startsWith('-') && arg !== '-c');
}

/** Tells all that the command wrote; a terminal has one stream, and its own ends of lines. */
function tell(sink: StreamSink, { stdout, stderr }: CommandResult, isTerminal: boolean): void {
  const shown = (text: string) => (isTerminal ? text.replaceAll('\n', '\r\n') : text);
  if (stdout !== '') {
    const data = isTerminal ? shown(stdout) : bytesOfText(stdout);
    sink.item({ channel: channels.stdout, data });
  }
  if (stderr === '') return;
  sink.item({ channel: isTerminal ? channels.stdout : channels.stderr, data: shown(stderr) });
}

function finish(sink: StreamSink, result: CommandResult, isTerminal: boolean): void {
  tell(sink, result, isTerminal);
  const { startError, exitCode } = result;
  const outcome = startError === undefined ? exitStatus(exitCode) : failedStart(startError);
  sink.item({ channel: channels.outcome, data: outcome });
  sink.end();
}

/** The Status of a command that could not be started, as runc and containerd word it. */
function failedStart(why: string) {
  const what = `OCI runtime exec failed: exec failed: unable to start container process: ${why}`;
  const text = `failed to exec in container: failed to start exec: ${what}: unknown`;
  const message = `Internal error occurred: error executing command in container: ${text}`;
  return {
    metadata: {},
    status: 'Failure',
    message,
    reason: 'InternalError',
    details: { causes: [{ message: `error executing command in container: ${text}` }] },
    code: 500,
  };
}

/** The Status of a command that ended. */
export function exitStatus(exitCode: number) {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** What a client may send before the rest is dropped: nobody types more. */
const inputBytesMax = 16 * 1024 * 1024;

/** Hands on what comes in either direction at once, where the command is one that reads so. */
class Live implements AnswerStream {
  private readonly decoder = new TextDecoder();
  private conversation: ReturnType<Converse>;

  constructor(
    private readonly command: readonly string[],
    private readonly converse: Converse,
    private readonly otherwise: Piped,
  ) {}

  start(sink: StreamSink): () => void {
    const write = (text: string, to: 'stdout' | 'stderr'): void =>
      sink.item({ channel: channels[to], data: to === 'stdout' ? bytesOfText(text) : text });
    this.conversation = this.converse(this.command, write, result => finish(sink, result, false));
    if (this.conversation === undefined) return this.otherwise.start(sink);
    return () => this.conversation?.stop();
  }

  receive(item: unknown): void {
    if (this.conversation === undefined) return this.otherwise.receive(item);
    const { channel, data } = item as ChannelItem;
    if (channel !== channels.stdin) return;
    const piece = data as Uint8Array | undefined;
    if (piece === undefined) this.conversation.input(undefined);
    else this.conversation.input(this.decoder.decode(piece, { stream: true }));
  }
}

/** Gathers input until it ends. */
class Piped implements AnswerStream {
  private readonly pieces: Uint8Array[] = [];
  private length = 0;
  private sink: StreamSink | undefined;
  private stop: (() => void) | undefined;

  constructor(
    private readonly command: readonly string[],
    private readonly run: RunCommand,
    private readonly isTerminal: boolean,
  ) {}

  start(sink: StreamSink): () => void {
    this.sink = sink;
    return () => {
      this.sink = undefined;
      this.stop?.();
    };
  }

  receive(item: unknown): void {
    const { channel, data } = item as ChannelItem;
    const { sink } = this;
    if (channel !== channels.stdin || sink === undefined) return;
    const piece = data as Uint8Array | undefined;
    if (piece !== undefined && this.length < inputBytesMax) {
      this.pieces.push(Uint8Array.from(piece));
      this.length += piece.length;
    }
    // Whoever types at a terminal ends with Control-D.
    const isEnded = piece === undefined || (this.isTerminal && piece.at(-1) === endOfInputByte);
    if (!isEnded) return;
    this.sink = undefined;
    const text = textOfBytes(joined(this.pieces, this.length));
    const typed = text.split(endOfInput)[0]?.replaceAll('\r', '\n') ?? '';
    this.stop = this.run(this.command, this.isTerminal ? typed : text, result =>
      finish(sink, result, this.isTerminal),
    );
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

const endOfInput = '\u0004';
const endOfInputByte = 4;
const interrupt = '\u0003';
const erase = ['\u007f', '\b'];
const prompt = '/ # ';

/** A shell at a terminal: it echoes, and runs what was typed at the end of each line. */
class Terminal implements AnswerStream {
  private line = '';
  private sink: StreamSink | undefined;
  private lastExitCode = 0;
  private readonly decoder = new TextDecoder();

  constructor(private readonly run: RunCommand) {}

  start(sink: StreamSink): () => void {
    this.sink = sink;
    this.show(prompt);
    return () => void (this.sink = undefined);
  }

  receive(item: unknown): void {
    const { channel, data } = item as ChannelItem;
    if (channel !== channels.stdin) return;
    if (data === undefined) return this.end(this.lastExitCode);
    for (const key of this.decoder.decode(data as Uint8Array, { stream: true })) this.type(key);
  }

  private type(key: string): void {
    if (key === '\r' || key === '\n') this.enter();
    else if (key === endOfInput) {
      if (this.line === '') this.end(this.lastExitCode);
    } else if (key === interrupt) {
      this.line = '';
      this.show(`^C\r\n${prompt}`);
    } else if (erase.includes(key)) {
      if (this.line === '') return;
      this.line = this.line.slice(0, -1);
      this.show('\b \b');
    } else if (key >= ' ' && this.line.length < inputBytesMax) {
      this.line += key;
      this.show(key);
    }
  }

  private enter(): void {
    const line = this.line.trim();
    this.line = '';
    this.show('\r\n');
    const exit = /^exit(?:\s+(\d+))?$/.exec(line);
    if (exit !== null) return this.end(Number(exit[1] ?? this.lastExitCode));
    if (line === '' || this.sink === undefined) return this.show(prompt);
    this.run(['sh', '-c', line], '', result => {
      this.lastExitCode = result.exitCode;
      if (this.sink !== undefined) tell(this.sink, result, true);
      this.show(prompt);
    });
  }

  private show(text: string): void {
    this.sink?.item({ channel: channels.stdout, data: text });
  }

  private end(exitCode: number): void {
    const { sink } = this;
    this.sink = undefined;
    if (sink !== undefined) finish(sink, { stdout: '', stderr: '', exitCode }, true);
  }
}
