/** Reads manifests from files: YAML or JSON, folders of them, and kustomizations. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { kustomizationIn, resolveKustomization } from './kustomize/resolve.js';
import { readInput } from './located.js';
import { parseManifests, type Manifest } from './manifests.js';

/**
 * The objects of a file, of a kustomization, or of all .yaml, .yml and .json files of a folder, in order;
 * Lists are opened. A folder with a kustomization means what that says, and so does the file itself.
 */
export function readManifests(path: string): Manifest[] {
  if (namesKustomization(path)) {
    return [...resolveKustomization(isKustomization(path) ? dirname(path) : path)];
  }
  if (existsSync(path) && statSync(path).isDirectory()) {
    return readdirSync(path)
      .sort()
      .filter(name => /\.(ya?ml|json)$/.test(name))
      .flatMap(name => readManifests(join(path, name)));
  }
  return parseManifests(readInput(path), path);
}

/** Whether it is a kustomization: its folder, or its file. */
export function namesKustomization(path: string): boolean {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  return isFolder ? kustomizationIn(path) !== undefined : isKustomization(path);
}

/** Whether the file has one of the names by which kustomize finds its own. */
export function isKustomization(path: string): boolean {
  return /^(kustomization\.ya?ml|Kustomization)$/.test(basename(path));
}
