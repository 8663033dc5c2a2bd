/** Definitions with what their types and fields are for. */
import type { TypeDescription } from '../contract.js';
import type { Core } from '../core.js';
import type { Json } from './documents.js';

const described = new WeakMap<Core, Map<string, Json>>();

/** A definition as it is told, if anybody knows a description; looked up once. */
export function withDescriptions(core: Core, name: string, definition: Json): Json {
  const { describeType } = core.options;
  if (describeType === undefined) return definition;
  let ofCore = described.get(core);
  if (ofCore === undefined) described.set(core, (ofCore = new Map()));
  let known = ofCore.get(name);
  if (known === undefined) {
    const description = describeType(name);
    known = description === undefined ? definition : describedType(definition, description);
    ofCore.set(name, known);
  }
  return known;
}

function describedType(definition: Json, { text, fields }: TypeDescription): Json {
  const properties = definition['properties'] as Readonly<Record<string, Json>> | undefined;
  return {
    ...(text !== undefined && { description: text }),
    ...definition,
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => {
          const description = fields[name];
          return [name, description === undefined ? property : { description, ...property }];
        }),
      ),
    }),
  };
}
