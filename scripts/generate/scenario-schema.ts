/** Writes scenarios/scenario.schema.json, which editors complete scenarios by. */
import { writeFileSync } from 'node:fs';
import { scenarioSchema } from '../../src/scenario/schema.js';

/** The text of the published schema. */
export const scenarioSchemaText = `${JSON.stringify(scenarioSchema, null, 2)}\n`;

/** Writes the file. */
export function writeScenarioSchema(file: string): void {
  writeFileSync(file, scenarioSchemaText);
}
