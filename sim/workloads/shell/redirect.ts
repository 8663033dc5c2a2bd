/** Where a command's redirections lead its input and output. */
import { expandedWords, type Expanding } from './expand.js';
import { fileWriter } from './file-writer.js';
import type { ShellHost } from './host.js';
import type { Run, Streams } from './job.js';
import type { Redirection } from './syntax.js';

/** The shell whose command it is. */
interface Redirecting extends Expanding {
  readonly host: ShellHost;
  /** What it was started as: its complaints begin so. */
  readonly name: string;
}

/** The streams with the redirections in effect, one after another. */
export function* redirected(
  redirections: readonly Redirection[],
  streams: Streams,
  shell: Redirecting,
): Run<Streams> {
  let { stdin, out, err } = streams;
  for (const { descriptor, kind, target } of redirections) {
    const path = (yield* expandedWords([target], shell)).join(' ');
    if (kind === 'read') {
      stdin = shell.host.files.read(path) ?? '';
      continue;
    }
    let write: (text: string) => void;
    if (kind === 'duplicate') write = path === '2' ? err : out;
    else write = fileWriter(shell.host, path, kind, text => err(`${shell.name}: ${text}`));
    if (descriptor === 2) err = write;
    else out = write;
  }
  return { stdin, out, err };
}
