/** Reads files of vectors, plain or compressed. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The files of a folder and of those below it whose names end so (or so and .gz), sorted by path. */
export function vectorFiles(folder: string, ending: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap(name => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return vectorFiles(path, ending);
      return name.endsWith(ending) || name.endsWith(`${ending}.gz`) ? [path] : [];
    });
}

/** The text of a file, which is unpacked when its name ends in .gz. */
export function readText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** The JSON values of a file, one on a line. */
export function readLines<T>(path: string): T[] {
  return readText(path)
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T);
}
