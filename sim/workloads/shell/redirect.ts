/** Where a command's redirections lead its input and output. */
import { reasonText } from './asking/dial.js';
import { expandedText, type Expanding } from './expand.js';
import { fileWriter } from './file-writer.js';
import { Input } from './input.js';
import type { Run, Streams } from './job.js';
import type { Redirection } from './syntax.js';

/** The shell whose command it is. */
interface Redirecting extends Expanding {
  /** What it was started as: its complaints begin so. */
  readonly name: string;
}

/** The streams with the redirections in effect, one after another; undefined where one fails. */
export function* redirected(
  redirections: readonly Redirection[],
  streams: Streams,
  shell: Redirecting,
): Run<Streams | undefined> {
  let { stdin, out, err } = streams;
  for (const { descriptor, kind, target } of redirections) {
    const path = yield* expandedText(target, shell);
    if (path.startsWith('/dev/tcp/') && kind !== 'here' && kind !== 'duplicate') {
      const error = yield* connected(path, shell);
      if (error !== undefined) {
        err(`${shell.name}: connect: ${error}\n`);
        return undefined;
      }
      if (kind === 'read') stdin = new Input('');
      else if (descriptor === 2) err = ignored;
      else out = ignored;
    } else if (kind === 'here') stdin = new Input(path);
    else if (kind === 'read') {
      const content = shell.host.files.read(path);
      if (content === undefined) {
        const why = shell.host.files.problem(path, 'read') ?? 'No such file or directory';
        err(`${shell.name}: can't open ${path}: ${worded(why)}\n`);
        return undefined;
      }
      stdin = new Input(content);
    } else if (descriptor === 0) {
      if (kind !== 'duplicate') shell.misread(`sh: ${path}: bad file descriptor`);
      if (path === '-') stdin = new Input('');
    } else {
      let write: (text: string) => void;
      if (kind === 'duplicate') write = path === '-' ? ignored : path === '2' ? err : out;
      else if (path === '/dev/stdout') write = out;
      else if (path === '/dev/stderr') write = err;
      else {
        const opened = fileWriter(shell.host, path, kind);
        if ('problem' in opened) {
          err(`${shell.name}: can't create ${path}: ${worded(opened.problem)}\n`);
          return undefined;
        }
        ({ write } = opened);
      }
      if (descriptor === 2) err = write;
      else if (descriptor === 1) out = write;
    }
  }
  return { stdin, out, err };
}

/** As long as the kernel tries: six packets, each after twice the time. @upstream net.ipv4.tcp_syn_retries */
const connectMs = 127_000;

/** What bash makes of `/dev/tcp/HOST/PORT`: a connection. Undefined where it is made. */
function* connected(path: string, { host }: Redirecting): Run<string | undefined> {
  const [name = '', port = ''] = path.slice('/dev/tcp/'.length).split('/');
  let error: string | undefined;
  yield {
    kind: 'answer',
    start: done =>
      host.send(
        {
          host: name,
          port: Number(port),
          payload: { protocol: 'tcp', text: '' },
          timeoutMs: connectMs,
        },
        reply => {
          error = reply.isOk ? undefined : reasonText(reply.error);
          done();
        },
      ),
  };
  return error;
}

function ignored(): void {
  // A closed output.
}

/** The shell words one error of the C library in its own way. */
function worded(why: string): string {
  return why === 'No such file or directory' ? 'no such file' : why;
}
