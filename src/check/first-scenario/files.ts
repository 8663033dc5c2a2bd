/** What of the input a first scenario applies: folders whose manifests are all meant, else file by file. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { namesKustomization } from '../../input/manifest-files.js';
import type { Manifest } from '../../input/manifests.js';

/** Paths from the current folder, in an order in which they can be applied. */
export interface FilesToApply {
  /** What defines kinds: it takes a moment until they are served. */
  readonly ahead: readonly string[];
  readonly rest: readonly string[];
}

/** Sorts what was read: definitions ahead, namespaces first, kustomizations as a whole. */
export function filesToApply(
  inputs: readonly string[],
  manifests: readonly Manifest[],
): FilesToApply {
  const built = inputs.filter(namesKustomization).map(path => normalize(path));
  const plain = manifests
    .map(({ file, object }) => ({ file: normalize(file), kind: object.kind }))
    .filter(({ file }) => inputs.some(input => holds(input, file)));
  const filesWith = (wanted: string): ReadonlySet<string> =>
    new Set(plain.filter(({ kind }) => kind === wanted).map(({ file }) => file));
  const defining = filesWith('CustomResourceDefinition');
  const making = filesWith('Namespace');
  const files = [...new Set(plain.map(({ file }) => file))];
  const others = files
    .filter(file => !defining.has(file))
    .sort((a, b) => Number(making.has(b)) - Number(making.has(a)));
  return {
    ahead: asFolders(files.filter(file => defining.has(file))),
    rest: [...asFolders(others), ...built],
  };
}

/** Whether a file was read because of an input that is no kustomization. */
function holds(input: string, file: string): boolean {
  if (namesKustomization(input)) return false;
  const root = normalize(input).replace(/\/$/, '');
  return root === '.' || file === root || file.startsWith(`${root}/`);
}

/** A folder stands for its files where it holds no others, and they would be applied in the same order. */
function asFolders(files: readonly string[]): string[] {
  const folders = new Set(files.map(dirname));
  const whole = new Set(
    [...folders].filter(folder => {
      const own = files.filter(file => dirname(file) === folder);
      const first = files.indexOf(own[0] ?? '');
      const isTogether = files.slice(first, first + own.length).every(file => own.includes(file));
      return own.length > 1 && isTogether && own.join() === readable(folder).join();
    }),
  );
  return [...new Set(files.map(file => (whole.has(dirname(file)) ? dirname(file) : file)))];
}

function readable(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .filter(name => /\.(ya?ml|json)$/.test(name))
    .map(name => join(folder, name));
}
