/**
 * What is known of the built-in types: fields in Go's order with everything that decoding, patches,
 * apply, protobuf and hashes ask about them. A type is read from its table line when first asked for.
 */
import { invariant } from '../engine/invariant.js';
import { kindTypes, types } from './generated/types.js';
import { apiVersionOf, type Kind } from './object.js';

/** How the server treats a list that is applied. */
export type ListType = 'atomic' | 'set' | 'map';

/** A field of a Go struct. */
export interface FieldFact {
  readonly name: string;
  readonly goName: string;
  readonly type: string;
  readonly isPointer: boolean;
  readonly omitsEmpty: boolean;
  readonly omitsZero: boolean;
  /** Its fields stand in the parent's JSON. */
  readonly isInline: boolean;
  readonly isRequired: boolean;
  /** The protobuf field number, 0 when there is none. */
  readonly proto: number;
  readonly patchStrategies: readonly string[];
  readonly patchMergeKey: string | undefined;
  readonly listType: ListType | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: string | undefined;
  /** The default of a key field, where it is not the zero value. */
  readonly default: string | undefined;
  /** The shape of its values, read when first asked for. */
  readonly shape: Shape;
}

/** What values of a type look like. */
export type Shape = StructShape | ListShape | MapShape | ScalarShape;

/** A Go struct. */
export interface StructShape {
  readonly kind: 'struct';
  readonly type: string;
  /** As Go prints the type: `v1.Container`. */
  readonly goType: string;
  /** As declared: inline fields are fields. */
  readonly fields: readonly FieldFact[];
  /** As JSON has them: inline structs are dissolved. */
  readonly jsonFields: readonly FieldFact[];
  readonly byName: ReadonlyMap<string, FieldFact>;
  /** The inline structs in which fields of JSON stand, by the fields' names, from the outermost on. */
  readonly embedding: ReadonlyMap<string, readonly string[]>;
  /** Applied as a whole. */
  readonly isAtomic: boolean;
}

/** A list. */
export interface ListShape {
  readonly kind: 'list';
  readonly goType: string;
  readonly item: Shape;
  /** Whether it is a named Go type, which protobuf wraps into a message when it is a map's value. */
  readonly isNamed: boolean;
}

/** A map with strings as keys. */
export interface MapShape {
  readonly kind: 'map';
  readonly goType: string;
  readonly value: Shape;
  readonly keyGoType: string;
}

/** What is neither struct, list nor map. */
export interface ScalarShape {
  readonly kind: 'scalar';
  readonly scalar: Scalar;
  readonly goType: string;
}

/** The scalars, and the types that encode themselves. */
export type Scalar =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'bytes'
  | 'any'
  | 'quantity'
  | 'time'
  | 'microTime'
  | 'duration'
  | 'intOrString'
  | 'raw'
  | 'fieldsV1'
  | 'json'
  | 'schemaOrBool'
  | 'schemaOrArray'
  | 'schemaOrStringArray';

const scalars = new Map<string, readonly [Scalar, string]>([
  ['string', ['string', 'string']],
  ['bool', ['bool', 'bool']],
  ['int32', ['int32', 'int32']],
  ['int64', ['int64', 'int64']],
  ['float64', ['float64', 'float64']],
  ['bytes', ['bytes', '[]uint8']],
  ['any', ['any', 'interface {}']],
  ['api/resource.Quantity', ['quantity', 'resource.Quantity']],
  ['meta/v1.Time', ['time', 'v1.Time']],
  ['time.Time', ['time', 'time.Time']],
  ['meta/v1.MicroTime', ['microTime', 'v1.MicroTime']],
  ['meta/v1.Duration', ['duration', 'v1.Duration']],
  ['meta/v1.FieldsV1', ['fieldsV1', 'v1.FieldsV1']],
  ['util/intstr.IntOrString', ['intOrString', 'intstr.IntOrString']],
  ['runtime.RawExtension', ['raw', 'runtime.RawExtension']],
  ['runtime.Unknown', ['raw', 'runtime.Unknown']],
  ['apiextensions/v1.JSON', ['json', 'v1.JSON']],
  ['apiextensions/v1.JSONSchemaPropsOrBool', ['schemaOrBool', 'v1.JSONSchemaPropsOrBool']],
  ['apiextensions/v1.JSONSchemaPropsOrArray', ['schemaOrArray', 'v1.JSONSchemaPropsOrArray']],
  [
    'apiextensions/v1.JSONSchemaPropsOrStringArray',
    ['schemaOrStringArray', 'v1.JSONSchemaPropsOrStringArray'],
  ],
]);

// The tables are ours: their form is what scripts/generate/types.ts writes.
type Lines = Readonly<Record<string, string>>;
let typeLines: Lines | undefined;
let typesOfKinds: Lines | undefined;

/** The type of a built-in kind: `apps/v1.Deployment`; undefined for kinds that are not built in. */
export function typeOfKind(kind: Pick<Kind, 'group' | 'version' | 'kind'>): string | undefined {
  typesOfKinds ??= kindTypes() as Lines;
  return typesOfKinds[`${apiVersionOf(kind)} ${kind.kind}`];
}

/** The built-in kinds of a version of a group (`apps/v1`), in the order of their names; none when it is not built in. */
export function kindsOf(apiVersion: string): readonly string[] {
  typesOfKinds ??= kindTypes() as Lines;
  const start = `${apiVersion} `;
  const keys = Object.keys(typesOfKinds).filter(key => key.startsWith(start));
  return keys.map(key => key.slice(start.length)).sort();
}

/** The versions of groups that have a built-in kind of this name: `apps/v1` for Deployment. */
export function apiVersionsOf(kind: string): readonly string[] {
  typesOfKinds ??= kindTypes() as Lines;
  const keys = Object.keys(typesOfKinds).filter(key => key.endsWith(` ${kind}`));
  return keys.map(key => key.slice(0, -kind.length - 1));
}

let groupVersions: ReadonlySet<string> | undefined;

/** Whether built-in kinds are known in this version of a group: `apps/v1`. */
export function isGroupVersion(apiVersion: string): boolean {
  typesOfKinds ??= kindTypes() as Lines;
  groupVersions ??= new Set(Object.keys(typesOfKinds).map(key => key.split(' ')[0] ?? ''));
  return groupVersions.has(apiVersion);
}

/** The shape of a built-in kind, or undefined. */
export function shapeOfKind(
  kind: Pick<Kind, 'group' | 'version' | 'kind'>,
): StructShape | undefined {
  const type = typeOfKind(kind);
  return type === undefined ? undefined : structOf(type);
}

/** The shape of a struct type such as `core/v1.PodTemplateSpec`. */
export function structOf(type: string): StructShape {
  const shape = shapeOf(type);
  invariant(shape.kind === 'struct', `${type} must be a struct`);
  return shape;
}

const shapes = new Map<string, Shape>();

/** The shape of a type as the table writes it: `[]core/v1.Container`, `map[string]string`, `int32`. */
export function shapeOf(type: string): Shape {
  const known = shapes.get(type);
  if (known !== undefined) return known;
  const shape = madeShape(type);
  shapes.set(type, shape);
  return shape;
}

function madeShape(type: string): Shape {
  const scalar = scalars.get(type);
  if (scalar !== undefined) return { kind: 'scalar', scalar: scalar[0], goType: scalar[1] };
  if (type.startsWith('[]')) {
    const item = type.slice(2);
    return new LazyList(item, `[]${goTypeOf(item)}`, false);
  }
  if (type.startsWith('map[')) {
    const end = type.indexOf(']');
    const key = goTypeOf(type.slice(4, end));
    const value = type.slice(end + 1);
    return new LazyMap(value, `map[${key}]${goTypeOf(value)}`, key);
  }
  typeLines ??= types() as Lines;
  const line = typeLines[type];
  invariant(line !== undefined, `${type} must be a known type`);
  return line.startsWith('=')
    ? named(shapeOf(line.slice(1)), goTypeOf(type))
    : new Struct(type, line);
}

function named(shape: Shape, goType: string): Shape {
  if (shape.kind === 'scalar') return { ...shape, goType };
  if (shape.kind === 'list' && shape instanceof LazyList) {
    return new LazyList(shape.itemType, goType, true);
  }
  if (shape.kind === 'map' && shape instanceof LazyMap) {
    return new LazyMap(shape.valueType, goType, shape.keyGoType);
  }
  return shape;
}

/** `core/v1.Container` as Go prints it: `v1.Container`. */
function goTypeOf(type: string): string {
  if (type.startsWith('[]')) return `[]${goTypeOf(type.slice(2))}`;
  if (type.startsWith('map[')) {
    const end = type.indexOf(']');
    return `map[${goTypeOf(type.slice(4, end))}]${goTypeOf(type.slice(end + 1))}`;
  }
  if (type === 'bytes') return '[]uint8';
  if (type === 'any') return 'interface {}';
  return type.slice(type.lastIndexOf('/') + 1);
}

class LazyList implements ListShape {
  readonly kind = 'list';
  private made: Shape | undefined;
  constructor(
    readonly itemType: string,
    readonly goType: string,
    readonly isNamed: boolean,
  ) {}
  get item(): Shape {
    this.made ??= shapeOf(this.itemType);
    return this.made;
  }
}

class LazyMap implements MapShape {
  readonly kind = 'map';
  private made: Shape | undefined;
  constructor(
    readonly valueType: string,
    readonly goType: string,
    readonly keyGoType: string,
  ) {}
  get value(): Shape {
    this.made ??= shapeOf(this.valueType);
    return this.made;
  }
}

class Struct implements StructShape {
  readonly kind = 'struct';
  readonly goType: string;
  readonly fields: readonly FieldFact[];
  readonly isAtomic: boolean;
  private flat: readonly FieldFact[] | undefined;
  private names: ReadonlyMap<string, FieldFact> | undefined;
  private embedders: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(
    readonly type: string,
    line: string,
  ) {
    const [head = '', ...fields] = line.split(';');
    this.goType = goTypeOf(type);
    this.isAtomic = head === 'a';
    this.fields = fields.map(text => new Field(text));
  }

  get jsonFields(): readonly FieldFact[] {
    this.flat ??= this.fields.flatMap(field =>
      field.isInline && field.shape.kind === 'struct' ? field.shape.jsonFields : [field],
    );
    return this.flat;
  }

  get byName(): ReadonlyMap<string, FieldFact> {
    this.names ??= new Map(this.jsonFields.map(field => [field.name, field]));
    return this.names;
  }

  get embedding(): ReadonlyMap<string, readonly string[]> {
    this.embedders ??= new Map(this.fields.flatMap(embeddedNames));
    return this.embedders;
  }
}

function embeddedNames({ isInline, goName, shape }: FieldFact): (readonly [string, string[]])[] {
  if (!isInline || shape.kind !== 'struct') return [];
  return shape.jsonFields.map(({ name }) => {
    return [name, [goName, ...(shape.embedding.get(name) ?? [])]] as const;
  });
}

class Field implements FieldFact {
  readonly name: string;
  readonly goName: string;
  readonly type: string;
  readonly isPointer: boolean;
  readonly omitsEmpty: boolean;
  readonly omitsZero: boolean;
  readonly isInline: boolean;
  readonly isRequired: boolean;
  readonly proto: number;
  readonly patchStrategies: readonly string[];
  readonly patchMergeKey: string | undefined;
  readonly listType: ListType | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: string | undefined;
  readonly default: string | undefined;
  private made: Shape | undefined;

  constructor(text: string) {
    const [name = '', goName = '', type = '', flags = '', proto = '', ...rest] = text.split('|');
    const [patch = '', list = '', mapType = '', byDefault = ''] = rest;
    const [strategies = '', mergeKey = ''] = patch.split('+');
    const [listType = '', ...listKeys] = list.split('+');
    this.name = name;
    this.goName = goName === '' ? name.charAt(0).toUpperCase() + name.slice(1) : goName;
    this.type = type;
    this.isPointer = flags.includes('p');
    this.omitsEmpty = flags.includes('e');
    this.omitsZero = flags.includes('z');
    this.isInline = flags.includes('i');
    this.isRequired = flags.includes('r');
    this.proto = Number(proto);
    this.patchStrategies = strategies === '' ? [] : strategies.split(',');
    this.patchMergeKey = mergeKey === '' ? undefined : mergeKey;
    this.listType = isListType(listType) ? listType : undefined;
    this.listMapKeys = listKeys;
    this.mapType = mapType === '' ? undefined : mapType;
    this.default = byDefault === '' ? undefined : byDefault;
  }

  get shape(): Shape {
    this.made ??= shapeOf(this.type);
    return this.made;
  }
}

function isListType(text: string): text is ListType {
  return text === 'atomic' || text === 'set' || text === 'map';
}
