/**
 * Failures on disk: `.seatrial/failures/<law>-<hash>.yaml`, each readable as it stands. They are meant to
 * be committed: what has failed once is tried first, everywhere.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../host.js';
import { InputError } from '../input/errors.js';
import { autoscalerSchema } from '../gpu/autoscaler-schema.js';
import { readInput, type Located } from '../input/located.js';
import { checkSchema, type JsonSchema } from '../input/schema.js';
import { singleDocument } from '../input/single-document.js';
import type { Law } from '../laws/law.js';
import { happeningKinds } from '../scenario/happening.js';
import { version } from '../version.js';
import { yaml } from './commands.js';
import type { Counterexample } from './explored.js';
import type { VoyagePlan } from './plan.js';
import { storyOf } from './story.js';

/** The folder below the current one. */
export const failuresFolder = join('.seatrial', 'failures');

/** A failure that was kept. */
export interface Failure {
  readonly file: string;
  readonly token: string;
  readonly law: string;
  readonly version: string;
  /** Of the history, in that version. */
  readonly digest: string;
  readonly plan: VoyagePlan;
}

interface Written {
  readonly law: string;
  readonly version: string;
  readonly digest: string;
  readonly token: string;
  readonly plan: VoyagePlan;
}

const text: JsonSchema = { type: 'string' };

const schema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind', 'law', 'version', 'digest', 'token', 'plan'],
  properties: {
    apiVersion: { type: 'string', enum: ['seatrial.dev/v1alpha1'] },
    kind: { type: 'string', enum: ['Failure'] },
    law: text,
    version: text,
    digest: text,
    token: text,
    plan: {
      type: 'object',
      additionalProperties: false,
      required: ['cluster', 'objects', 'events', 'seed', 'settleMs'],
      properties: {
        cluster: {
          type: 'object',
          additionalProperties: false,
          required: ['pools'],
          properties: {
            pools: {
              type: 'array',
              items: { type: 'object', required: ['name', 'count'] },
            },
            autoscaler: autoscalerSchema,
            operators: { type: 'array', items: text },
            hasMetrics: { type: 'boolean' },
            hasGangs: { type: 'boolean' },
          },
        },
        objects: { type: 'array', items: { type: 'object', required: ['kind', 'metadata'] } },
        events: { type: 'array', items: { type: 'object', required: ['afterMs', 'kind'] } },
        seed: { type: 'integer', minimum: 0 },
        settleMs: { type: 'integer', minimum: 0 },
      },
    },
  },
};

/** Writes a counterexample down; returns its file. The same plan is the same file. */
export function saveFailure(
  example: Counterexample,
  law: Pick<Law, 'says' | 'source'>,
  folder: string = failuresFolder,
): string {
  mkdirSync(folder, { recursive: true });
  const hash = sha256Hex([JSON.stringify(example.plan)]).slice(0, 8);
  const file = join(folder, `${example.law}-${hash}.yaml`);
  const { law: name, digest, token, plan } = example;
  const told = storyOf(example, law).map(line => (line === '' ? '#' : `# ${line}`));
  const head = { apiVersion: 'seatrial.dev/v1alpha1', kind: 'Failure' };
  const written: Written = { law: name, version, digest, token, plan };
  writeFileSync(file, `${told.join('\n')}\n${yaml({ ...head, ...written })}`);
  return file;
}

/**
 * The failures that were kept, in the order of their files' names; none when there is no folder.
 *
 * @throws InputError with file and line of what is wrong in one.
 */
export function readFailures(folder: string = failuresFolder): Failure[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(name => name.endsWith('.yaml'))
    .sort()
    .map(name => readFailure(join(folder, name)));
}

/** Reads one failure. */
export function readFailure(file: string): Failure {
  const document = singleDocument(readInput(file), file, {
    ifEmpty: 'take the file that the search wrote',
  });
  checkSchema(document, schema);
  const { law, version: made, digest, token, plan } = document.value as Written;
  refuseUnknown(document, plan);
  return { file, law, version: made, digest, token, plan };
}

function refuseUnknown(document: Located, { events }: VoyagePlan): void {
  const index = events.findIndex(({ kind }) => !happeningKinds.includes(kind));
  if (index < 0) return;
  const path = ['plan', 'events', index, 'kind'];
  throw new InputError(
    { file: document.file, line: document.lineOf(path), field: `plan.events[${index}].kind` },
    `there is no event ${events[index]?.kind ?? ''}`,
    `there are: ${happeningKinds.join(', ')}`,
  );
}
