/** Writes sim/api/generated/bootstrap.ts: the objects that a fresh control plane has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFile, type TableFile } from './table-file.js';

/** The tables of bootstrap roles and of the other objects. */
export function bootstrapTables(factsFolder: string): TableFile {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(factsFolder, name), 'utf8'));
  return tableFile('bootstrap', 'bootstrap-rbac.json and bootstrap-objects.json', [
    {
      name: 'bootstrapRbac',
      comment: 'Roles and bindings: `{clusterroles, clusterrolebindings, ...}`.',
      value: read('bootstrap-rbac.json'),
    },
    {
      name: 'bootstrapObjects',
      comment: 'Other objects by the path of their collection.',
      value: read('bootstrap-objects.json'),
    },
  ]);
}
