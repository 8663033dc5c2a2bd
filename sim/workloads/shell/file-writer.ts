/** Where a redirection to a file writes: the file is made at once, and grows with each piece. */
import type { ShellHost } from './host.js';

/** Opens the file; what keeps it from being written is told. */
export function fileWriter(
  { files }: ShellHost,
  path: string,
  kind: 'append' | 'write',
): { readonly write: (text: string) => void } | { readonly problem: string } {
  const content = kind === 'append' ? (files.read(path) ?? '') : '';
  if (!files.write(path, content)) {
    return { problem: files.problem(path, 'write') ?? 'Permission denied' };
  }
  return {
    // Others may write to it meanwhile, as those that append do.
    write: text => void files.write(path, (files.read(path) ?? '') + text),
  };
}
