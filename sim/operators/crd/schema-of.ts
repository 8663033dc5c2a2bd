/** Structural schemas of built-in types, as controller-gen writes them into CRDs. */
import { shapeOf, type FieldFact, type Shape, type StructShape } from '../../api/facts.js';

/** A structural schema. */
export type Schema = Readonly<Record<string, unknown>>;

const quantityPattern =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';

/** What controller-gen's generateEmbeddedObjectMeta leaves of an embedded object's metadata. */
const embeddedMetadata: Schema = {
  type: 'object',
  properties: {
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
    finalizers: { type: 'array', items: { type: 'string' } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    name: { type: 'string' },
    namespace: { type: 'string' },
  },
};

const scalarSchemas: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  float64: { type: 'number' },
  bytes: { type: 'string', format: 'byte' },
  time: { type: 'string', format: 'date-time' },
  microTime: { type: 'string', format: 'date-time' },
  duration: { type: 'string' },
  quantity: {
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    pattern: quantityPattern,
    'x-kubernetes-int-or-string': true,
  },
  intOrString: {
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    'x-kubernetes-int-or-string': true,
  },
};

const schemas = new Map<string, Schema>();

/** The schema of a built-in type, such as `core/v1.PodTemplateSpec`; made once and shared. */
export function schemaOf(type: string): Schema {
  let schema = schemas.get(type);
  if (schema === undefined) schemas.set(type, (schema = fromShape(shapeOf(type))));
  return schema;
}

function fromShape(shape: Shape): Schema {
  switch (shape.kind) {
    case 'struct':
      return shape.type === 'meta/v1.ObjectMeta' ? embeddedMetadata : fromStruct(shape);
    case 'list':
      return { type: 'array', items: fromShape(shape.item) };
    case 'map':
      return { type: 'object', additionalProperties: fromShape(shape.value) };
    case 'scalar':
      return scalarSchemas[shape.scalar] ?? { 'x-kubernetes-preserve-unknown-fields': true };
  }
}

/** References to an object of the namespace: their name, which may be left out, is then empty. */
const localReferences = new Set(
  [
    'LocalObjectReference',
    'ConfigMapEnvSource',
    'ConfigMapKeySelector',
    'ConfigMapProjection',
    'ConfigMapVolumeSource',
    'SecretEnvSource',
    'SecretKeySelector',
    'SecretProjection',
  ].map(name => `core/v1.${name}`),
);

function fromStruct(shape: StructShape): Schema {
  const known = schemas.get(shape.type);
  if (known !== undefined) return known;
  const required = shape.jsonFields.filter(field => field.isRequired).map(field => field.name);
  const schema: Schema = {
    type: 'object',
    properties: Object.fromEntries(
      shape.jsonFields.map(field => [
        field.name,
        field.name === 'name' && localReferences.has(shape.type)
          ? { ...fromField(field), default: '' }
          : fromField(field),
      ]),
    ),
    ...(required.length > 0 && { required: required.sort() }),
    ...(shape.isAtomic && { 'x-kubernetes-map-type': 'atomic' }),
  };
  schemas.set(shape.type, schema);
  return schema;
}

function fromField(field: FieldFact): Schema {
  const { listType, listMapKeys, mapType, default: byDefault } = field;
  const schema = fromShape(field.shape);
  return {
    ...(listMapKeys.length > 0 ? withKeys(schema, listMapKeys) : schema),
    ...(byDefault !== undefined && { default: byDefault }),
    ...(listType !== undefined && { 'x-kubernetes-list-type': listType }),
    ...(listMapKeys.length > 0 && { 'x-kubernetes-list-map-keys': listMapKeys }),
    ...(mapType !== undefined && { 'x-kubernetes-map-type': mapType }),
  };
}

/** The keys of a list that is a map are required of its items, unless they have a default. */
function withKeys(list: Schema, keys: readonly string[]): Schema {
  const items = list['items'] as Schema;
  const properties = items['properties'] as Readonly<Record<string, Schema>>;
  const required = (items['required'] ?? []) as readonly string[];
  const missing = keys.filter(
    key => !required.includes(key) && properties[key]?.['default'] === undefined,
  );
  if (missing.length === 0) return list;
  return { ...list, items: { ...items, required: [...required, ...missing].sort() } };
}
