/** Writes the generated tables of sim/api from a folder of facts about Kubernetes 1.36 (default: ../shared/api-facts). */
import { existsSync } from 'node:fs';
import { generateKinds } from './generate/kinds.js';
import { generateServerTables } from './generate/server-tables.js';

const factsFolder = process.argv[2] ?? '../shared/api-facts';
if (!existsSync(factsFolder)) {
  console.error(`no folder ${factsFolder}: give the folder that holds types.json as the argument`);
  process.exit(2);
}
const files = generateKinds(factsFolder, 'sim/api/kinds');
console.error(`sim/api/kinds: ${files.length} files`);
generateServerTables(factsFolder, 'sim/server/generated');
