/** Resolves kustomizations. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, UserError } from '../../input/errors.js';
import type { Manifest } from '../../input/manifests.js';

const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** The file of a folder's kustomization; undefined when it has none. */
export function kustomizationIn(folder: string): string | undefined {
  return names.map(name => join(folder, name)).find(file => existsSync(file));
}

/** The objects of a folder's kustomization. */
export function resolveKustomization(folder: string): Manifest[] {
  throw new UserError(`${folder} is a kustomization, which is not resolved here`, {
    exitCode: exitCodes.usage,
    code: 'kustomization',
    next: `kubectl kustomize ${folder} | seatrial check -f -`,
  });
}
