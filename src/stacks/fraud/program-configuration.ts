/** Reads the configuration of a program from its volume, held to a schema. */
import type { ContainerContext } from '../../../sim/workloads/workload.js';
import { InputError } from '../../input/errors.js';
import { checkSchema, type JsonSchema } from '../../input/schema.js';
import { singleDocument } from '../../input/single-document.js';

/** A duration as configurations write it. */
export const durationSchema: JsonSchema = {
  type: 'string',
  pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
  examples: ['1h30m'],
};

/**
 * The document of a file.
 *
 * @throws InputError when it is missing, no YAML, or not as the schema has it.
 */
export function readConfigurationFile(
  context: ContainerContext,
  { folder, name }: { readonly folder: string; readonly name: string },
  schema: JsonSchema,
): unknown {
  const file = `${folder}/${name}`;
  const text = context.volume(folder)?.read(name);
  if (text === undefined)
    throw new InputError({ file }, 'there is no such file', 'mount a ConfigMap that has it');
  const document = singleDocument(text, file, {
    ifEmpty: 'mount the configuration of the program',
  });
  checkSchema(document, schema);
  return document.value;
}
