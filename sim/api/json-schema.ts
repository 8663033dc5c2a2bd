/** The parts of the schemas of custom resources. */
import { isRecord } from './equality.js';
import type { JSONSchemaProps } from './kinds/apiextensions.js';

/** Whether fields that the schema does not know are kept. */
export function preserves(schema: JSONSchemaProps): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

/** Whether a whole object may stand there, with metadata of its own. */
export function isEmbedded(schema: JSONSchemaProps): boolean {
  return schema['x-kubernetes-embedded-resource'] === true;
}

/** The schema of the items of a list. */
export function itemsOf({ items }: JSONSchemaProps): JSONSchemaProps | undefined {
  return isRecord(items) ? (items as JSONSchemaProps) : undefined;
}

/** The schema of the members of a map, if it has one. */
export function membersOf({ additionalProperties }: JSONSchemaProps): JSONSchemaProps | undefined {
  return isRecord(additionalProperties) ? (additionalProperties as JSONSchemaProps) : undefined;
}

/** Whether the schema of metadata says so much that it is taken as it is. */
export function isNamed(metadata: JSONSchemaProps | undefined): boolean {
  const { name, generateName } = metadata?.properties ?? {};
  return metadata?.type === 'object' && name?.type === 'string' && generateName?.type === 'string';
}
