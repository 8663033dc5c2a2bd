/** The types of built-in objects as their OpenAPI schemas give them to CEL. @upstream apiserver/pkg/cel/common/schemas.go */
import { shapeOf, structOf, type Scalar, type Shape } from '../facts.js';
import type { ObjectFields } from './check.js';
import { dynType, listType, mapType, objectType, simpleType, type CelType } from './types.js';

const scalarTypes: Readonly<Partial<Record<Scalar, CelType>>> = {
  string: simpleType('string'),
  bool: simpleType('bool'),
  int32: simpleType('int'),
  int64: simpleType('int'),
  float64: simpleType('double'),
  bytes: simpleType('bytes'),
  time: simpleType('timestamp'),
  microTime: simpleType('timestamp'),
  duration: simpleType('string'),
  intOrString: dynType,
  raw: objectType('runtime.RawExtension'),
  fieldsV1: objectType('meta/v1.FieldsV1'),
};

/** The CEL type of values of the built-in type; undefined for what schemas do not describe: quantities. */
function typeOfShape(shape: Shape): CelType | undefined {
  switch (shape.kind) {
    case 'struct':
      return objectType(shape.type);
    case 'list': {
      const item = typeOfShape(shape.item);
      return item && listType(item);
    }
    case 'map': {
      const value = typeOfShape(shape.value);
      return value && mapType(simpleType('string'), value);
    }
    case 'scalar':
      return scalarTypes[shape.scalar];
  }
}

const noFields: ObjectFields = new Map();
const known = new Map<string, ObjectFields>();

/** The fields of an object type that `builtInType` or its fields named; undefined for other names. */
export function builtInFields(typeName: string): ObjectFields | undefined {
  const found = known.get(typeName);
  if (found !== undefined) return found;
  if (typeName === 'runtime.RawExtension' || typeName === 'meta/v1.FieldsV1') return noFields;
  if (!typeName.includes('/') || shapeOf(typeName).kind !== 'struct') return undefined;
  const fields = new Map<string, CelType>();
  for (const { name, shape } of structOf(typeName).jsonFields) {
    const type = typeOfShape(shape);
    if (type !== undefined) fields.set(name, type);
  }
  known.set(typeName, fields);
  return fields;
}

/** The CEL type of a built-in Go type: `apps/v1.Deployment`. */
export function builtInType(goType: string): CelType {
  return objectType(goType);
}
