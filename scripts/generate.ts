/**
 * Writes the generated tables of sim/api from a folder of facts about Kubernetes 1.36 (default:
 * ../shared/api-facts) and, where it is given, from a folder of the OpenAPI documents that it serves.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrapTables } from './generate/bootstrap.js';
import { discoveryTable } from './generate/discovery.js';
import { gatedTable } from './generate/gated.js';
import { generateKinds } from './generate/kinds.js';
import { openapiArchive } from './generate/openapi.js';
import { writeScenarioSchema } from './generate/scenario-schema.js';
import { typeTables } from './generate/types.js';

writeScenarioSchema('scenarios/scenario.schema.json');

const factsFolder = process.argv[2] ?? '../shared/api-facts';
if (!existsSync(factsFolder)) {
  console.error(`no folder ${factsFolder}: give the folder that holds types.json as the argument`);
  process.exit(2);
}
const files = generateKinds(factsFolder, 'sim/api/kinds');
console.error(`sim/api/kinds: ${files.length} files`);

const tableFolder = 'sim/api/generated';
mkdirSync(tableFolder, { recursive: true });
const makers = [typeTables, discoveryTable, bootstrapTables, gatedTable];
const tables = makers.map(table => table(factsFolder));
const archive = openapiArchive(process.argv[3] ?? '');
for (const { name, text } of archive === undefined ? tables : [...tables, archive]) {
  writeFileSync(join(tableFolder, `${name}.ts`), text);
  console.error(`${tableFolder}/${name}.ts: ${Math.round(text.length / 1024)} KiB`);
}
