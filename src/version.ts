/** The versions: our own, and the Kubernetes that is simulated. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package: where package.json, kind-config.yaml and scenarios/ are. */
export const packageFolder: string = findPackageFolder();

const facts = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
};

/** The package's version. */
export const version: string = facts.version;

/** The oldest version of node that will do. */
export const nodeNeeded: string = facts.engines.node.replace('>=', '');

/** The Kubernetes that is simulated. */
export const kubernetesVersion = 'v1.36.2';

/** The code runs from src/ under tsx and vitest, and from dist/src/ when it is built. */
function findPackageFolder(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) {
      throw new Error(`no package.json in ${start} or above: seatrial runs from its own package`);
    }
  }
}
