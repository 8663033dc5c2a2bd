/** The project's configuration: seatrial.config.yaml or .json in the current folder. A flag and the environment come before it. */
import { existsSync } from 'node:fs';
import { readInput } from '../input/located.js';
import { checkSchema, type JsonSchema } from '../input/schema.js';
import { documentIfAny } from '../input/single-document.js';

/** What a project can set for all its runs. */
export interface Configuration {
  readonly seed?: number;
  /** Files or folders of scenarios. */
  readonly scenarios?: readonly string[];
  /** A kind configuration for `up` and for scenarios that name none. */
  readonly cluster?: string;
  readonly reporters?: readonly string[];
  /** What `run` runs on. */
  readonly backend?: string;
  /** How many voyages `check` tries. */
  readonly runs?: number;
}

const texts: JsonSchema = { type: 'array', items: { type: 'string' } };

const schema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    seed: { type: 'integer', minimum: 0 },
    scenarios: texts,
    cluster: { type: 'string' },
    reporters: texts,
    backend: { type: 'string' },
    runs: { type: 'integer', minimum: 0 },
  },
};

const fileNames = ['seatrial.config.yaml', 'seatrial.config.yml', 'seatrial.config.json'];

/**
 * Reads the configuration; an empty one when there is no file.
 *
 * @throws InputError with the line of what is wrong.
 */
export function readConfiguration(): Configuration {
  const file = fileNames.find(name => existsSync(name));
  if (file === undefined) return {};
  const document = documentIfAny(readInput(file), file);
  if (document === undefined) return {};
  checkSchema(document, schema);
  return document.value as Configuration;
}
