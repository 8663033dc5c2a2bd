/**
 * Resolves kustomizations: resources, bases and components; generators; patches; namespace, names,
 * labels, annotations, images and replicas. What else there is, is refused with the command that does it.
 *
 * @upstream sigs.k8s.io/kustomize/api/internal/target/kusttarget.go
 */
import { existsSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseManifests, type Manifest } from '../../input/manifests.js';
import { readInput } from '../../input/located.js';
import { generated } from './generators.js';
import { readKustomization, unresolved, type ReadKustomization } from './kustomization.js';
import { named } from './names.js';
import { patched } from './patches.js';
import { resourceOf, type Resource } from './resource.js';
import { transformed } from './transforms.js';

export { kustomizationIn } from './kustomization.js';

/** A base that needs itself, or a tower of them, ends here. */
const depthMax = 32;

/**
 * The objects of a folder's kustomization.
 *
 * @throws UserError when it uses what is not resolved here; InputError when it is wrong.
 */
export function resolveKustomization(folder: string): Manifest[] {
  return named(accumulated(folder, [], 0)).map(({ manifest, object }) => ({ ...manifest, object }));
}

function accumulated(folder: string, before: readonly Resource[], depth: number): Resource[] {
  const read = readKustomization(folder);
  if (depth > depthMax) throw unresolved(read, ['resources'], 'it leads back to itself');
  const { value } = read;
  const paths = [
    ...(value.resources ?? []).map((path, index) => ({ path, at: ['resources', index] })),
    ...(value.bases ?? []).map((path, index) => ({ path, at: ['bases', index] })),
  ];
  let current = [...before];
  for (const { path, at } of paths) current.push(...loaded(read, path, at, depth));
  for (const [index, path] of (value.components ?? []).entries()) {
    current = accumulated(placeOf(read, path, ['components', index]), current, depth + 1);
  }
  return transformed(patched(generated(current, read), read), value);
}

function loaded(
  read: ReadKustomization,
  path: string,
  at: readonly (string | number)[],
  depth: number,
): Resource[] {
  const place = placeOf(read, path, at);
  if (statSync(place).isDirectory()) return accumulated(place, [], depth + 1);
  return parseManifests(readInput(place), place).map(manifest => resourceOf(manifest));
}

function placeOf(read: ReadKustomization, path: string, at: readonly (string | number)[]): string {
  const place = relative('.', join(read.folder, path)) || '.';
  if (existsSync(place)) return place;
  const isRemote = /^(https?:|git@|ssh:|github\.com\/)|\?ref=|\/\//.test(path);
  throw unresolved(
    read,
    at,
    isRemote ? `${path} is elsewhere: nothing is downloaded here` : `there is no ${place}`,
  );
}
