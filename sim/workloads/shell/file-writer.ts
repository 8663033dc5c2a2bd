/** Where a redirection to a file writes: the file is made at once, and grows with each piece. */
import type { ShellHost } from './host.js';

/** Opens the file; whoever may not write it is told so, and writes to nowhere. */
export function fileWriter(
  { files }: ShellHost,
  path: string,
  kind: 'append' | 'write',
  complain: (text: string) => void,
): (text: string) => void {
  let content = kind === 'append' ? (files.read(path) ?? '') : '';
  if (!files.write(path, content)) {
    complain(`can't create ${path}: ${files.problem(path, 'write') ?? 'Permission denied'}\n`);
  }
  return text => {
    content += text;
    files.write(path, content);
  };
}
