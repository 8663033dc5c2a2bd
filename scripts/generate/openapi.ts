/** Writes sim/api/generated/openapi.ts: the definitions and the paths of the server's OpenAPI document. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFile, type TableFile } from './table-file.js';

/** The tables of definitions and paths. */
export function openapiTables(factsFolder: string): TableFile {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(factsFolder, name), 'utf8'));
  return tableFile('openapi', 'openapi-definitions.json and paths.json', [
    {
      name: 'openapiDefinitions',
      comment: 'OpenAPI v2 definitions without descriptions.',
      value: read('openapi-definitions.json'),
    },
    {
      name: 'openapiPaths',
      comment: 'Operation, action, consumed types and query parameters by path and method.',
      value: read('paths.json'),
    },
  ]);
}
