/** The names of files that a pattern stands for. @upstream POSIX.1 2.13.3 */
import type { ContainerFiles } from '../files/container-files.js';
import { type Chunk, patternSource } from './pattern.js';

/** The files and folders that match, sorted; those that begin with a dot must be asked for. */
export function fileNames(
  chunks: readonly Chunk[],
  { host, folder }: { readonly host: { readonly files: ContainerFiles }; readonly folder: string },
): readonly string[] {
  const text = chunks.map(chunk => chunk.text).join('');
  const base = text.startsWith('/') ? '' : folder === '/' ? '/' : `${folder}/`;
  const pattern = new RegExp(`^${patternSource(chunks, '[^/]')}$`);
  const wanted = text.split('/');
  const isShown = (name: string): boolean =>
    name
      .split('/')
      .every((part, index) => !part.startsWith('.') || wanted[index]?.startsWith('.') === true);
  const found = new Set<string>();
  for (const path of [...host.files.list('/'), ...host.files.folders('/')]) {
    if (!path.startsWith(base)) continue;
    const name = path.slice(base.length);
    for (let at = name.indexOf('/', 1); at > 0; at = name.indexOf('/', at + 1)) {
      found.add(name.slice(0, at));
    }
    found.add(name);
  }
  return [...found].filter(name => name !== '' && pattern.test(name) && isShown(name)).sort();
}
