/**
 * The schema of a kind as the API server publishes it, with what it refers to put in.
 * @upstream apiserver/pkg/cel/openapi/resolver/{discovery,refs}.go
 */
import { shapeOf, structOf, type Scalar, type Shape } from '../../api/facts.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import { itemsOf, membersOf } from '../../api/json-schema.js';
import type { Kind } from '../../api/object.js';
import type { Reconciliation, Request } from '../../client/contract.js';
import { call } from '../../client/requests.js';

type Schemas = Readonly<Record<string, PublishedSchema>>;
type Named = Pick<Kind, 'group' | 'version' | 'kind'>;

interface PublishedSchema extends JSONSchemaProps {
  readonly 'x-kubernetes-group-version-kind'?: readonly Named[];
}

interface Index {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>;
}

interface Document {
  readonly components?: { readonly schemas?: Schemas };
}

/** Asks for the schema of the kind; undefined when none is published. */
export function* publishedSchema(kind: Named): Reconciliation<JSONSchemaProps | undefined> {
  const index = yield* asked<Index>('/openapi/v3');
  const { group, version } = kind;
  const name = group === '' ? `api/${version}` : `apis/${group}/${version}`;
  const path = index?.paths[name]?.serverRelativeURL;
  if (path === undefined) return undefined;
  const schemas = (yield* asked<Document>(path))?.components?.schemas ?? {};
  const root = Object.entries(schemas).find(([, schema]) =>
    schema['x-kubernetes-group-version-kind']?.some(
      told => told.group === group && told.version === version && told.kind === kind.kind,
    ),
  );
  if (root === undefined) return undefined;
  return filled(root[1], schemas, [`${prefix}${root[0]}`]);
}

/** What stands at the path: JSON, of which the index does not say that it is. */
function* asked<T>(path: string): Reconciliation<T | undefined> {
  const request: Request<T | string> = { method: 'GET', path };
  const answer = yield* call(request);
  if (!answer.isOk) return undefined;
  return typeof answer.object === 'string' ? (JSON.parse(answer.object) as T) : answer.object;
}

const prefix = '#/components/schemas/';
const anything: JSONSchemaProps = { 'x-kubernetes-int-or-string': true };

/** The schema with those in it to which it refers. What refers to what it is within is any object. */
function filled(schema: JSONSchemaProps, all: Schemas, within: readonly string[]): JSONSchemaProps {
  const name = referenceOf(schema);
  if (name !== undefined) {
    if (within.includes(name)) return { type: 'object' };
    const told = all[name.slice(prefix.length)];
    if (told !== undefined) return filled(told, all, [...within, name]);
    return name.endsWith('.meta.v1.ObjectMeta')
      ? schemaOf(shapeOf('meta/v1.ObjectMeta'))
      : anything;
  }
  const { properties, format } = schema;
  const [items, members] = [itemsOf(schema), membersOf(schema)];
  return {
    ...schema,
    ...(format === 'int-or-string' && anything),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, one]) => [key, filled(one, all, within)]),
      ),
    }),
    ...(items && { items: filled(items, all, within) }),
    ...(members && { additionalProperties: filled(members, all, within) }),
  };
}

/** A reference may stand within allOf, to have a description of its own. */
function referenceOf({ $ref, allOf = [] }: JSONSchemaProps): string | undefined {
  if ($ref !== undefined) return $ref;
  for (const one of allOf) {
    const name = referenceOf(one);
    if (name !== undefined) return name;
  }
  return undefined;
}

const scalars: Readonly<Partial<Record<Scalar, JSONSchemaProps>>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer' },
  int64: { type: 'integer' },
  time: { type: 'string', format: 'date-time' },
  fieldsV1: { type: 'object' },
};

/** The schema of metadata, for a simulation without the documents of the built-in types. */
function schemaOf(shape: Shape): JSONSchemaProps {
  switch (shape.kind) {
    case 'struct': {
      const fields = structOf(shape.type).jsonFields;
      const properties = fields.map(field => [field.name, schemaOf(field.shape)] as const);
      return { type: 'object', properties: Object.fromEntries(properties) };
    }
    case 'list':
      return { type: 'array', items: schemaOf(shape.item) };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(shape.value) };
    case 'scalar':
      return scalars[shape.scalar] ?? anything;
  }
}
