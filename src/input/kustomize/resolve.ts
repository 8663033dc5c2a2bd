/**
 * Resolves kustomizations: resources, bases and components; generators; patches; namespace, names,
 * labels, annotations, images and replicas; replacements, vars and transformer configurations. What else
 * there is, is refused with the command that does it.
 *
 * @upstream sigs.k8s.io/kustomize/api/internal/target/kusttarget.go
 */
import { existsSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseManifests, type Manifest } from '../manifests.js';
import { readInput } from '../located.js';
import { configurationsOf, joined, noConfig, type FieldConfig } from './configurations.js';
import { generated } from './generators.js';
import { readKustomization, unresolved, type ReadKustomization } from './kustomization.js';
import { named } from './names.js';
import { patched } from './patches.js';
import { resourceOf, type Resource } from './resource.js';
import { transformedFurther } from './transformers.js';
import { transformed } from './transforms.js';
import { withVars, withVarValues } from './vars.js';

export { kustomizationIn } from './kustomization.js';

/** A base that needs itself, or a tower of them, ends here. */
const depthMax = 32;

/** What a kustomization has gathered: objects, and what it knows of their fields. */
interface Gathered {
  readonly resources: readonly Resource[];
  readonly config: FieldConfig;
}

const nothing: Gathered = { resources: [], config: noConfig };

/**
 * The objects of a folder's kustomization.
 *
 * @throws UserError when it uses what is not resolved here; InputError when it is wrong.
 */
export function resolveKustomization(folder: string): Manifest[] {
  const { resources, config } = accumulated(folder, nothing, { root: folder, depth: 0 });
  const all = withVarValues(named(resources, config), config);
  return all.map(({ manifest, object }) => ({ ...manifest, object }));
}

/** How deep below the user's own folder. */
interface Below {
  readonly root: string;
  readonly depth: number;
}

function accumulated(folder: string, before: Gathered, { root, depth }: Below): Gathered {
  const read = readKustomization(folder, root);
  if (depth > depthMax) throw unresolved(read, ['resources'], 'it leads back to itself');
  const { value } = read;
  const paths = [
    ...(value.resources ?? []).map((path, index) => ({ path, at: ['resources', index] })),
    ...(value.bases ?? []).map((path, index) => ({ path, at: ['bases', index] })),
  ];
  let current = before;
  for (const { path, at } of paths) {
    const { resources, config } = loaded(read, path, at, depth);
    current = {
      resources: [...current.resources, ...resources],
      config: joined(current.config, config),
    };
  }
  current = {
    resources: generated(current.resources, read),
    config: joined(current.config, configurationsOf(read)),
  };
  for (const [index, path] of (value.components ?? []).entries()) {
    current = accumulated(placeOf(read, path, ['components', index]), current, {
      root,
      depth: depth + 1,
    });
  }
  const { config } = current;
  const resources = transformed(patched(current.resources, read), { read, config });
  return { resources: withVars(transformedFurther(resources, read), read), config };
}

function loaded(
  read: ReadKustomization,
  path: string,
  at: readonly (string | number)[],
  depth: number,
): Gathered {
  const place = placeOf(read, path, at);
  if (statSync(place).isDirectory())
    return accumulated(place, nothing, { root: read.root, depth: depth + 1 });
  const manifests = parseManifests(readInput(place), place, { keepsLastLine: true });
  return { resources: manifests.map(manifest => resourceOf(manifest)), config: noConfig };
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
