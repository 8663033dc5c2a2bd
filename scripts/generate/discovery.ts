/** Writes sim/api/generated/discovery.ts: what the aggregated discovery of a fresh server says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFile, type TableFile } from './table-file.js';

/** The table of discovery. */
export function discoveryTable(factsFolder: string): TableFile {
  const value: unknown = JSON.parse(readFileSync(join(factsFolder, 'discovery.json'), 'utf8'));
  return tableFile('discovery', 'discovery.json', [
    { name: 'discovery', comment: 'Aggregated discovery v2: `{core, groups}`.', value },
  ]);
}
