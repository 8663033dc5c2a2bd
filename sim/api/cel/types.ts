/**
 * Types of CEL: how they are written, printed and fitted to one another.
 * @upstream cel-go/common/types/types.go, cel-go/checker/{types,format,mapping}.go
 */
import { invariant } from '../../engine/invariant.js';

/** A type. */
export type CelType =
  | { readonly kind: 'simple'; readonly name: SimpleName }
  | { readonly kind: 'list'; readonly item: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly value: CelType }
  /** `optional_type(int)`, `net.IP`. */
  | { readonly kind: 'opaque'; readonly name: string; readonly parameters: readonly CelType[] }
  /** An object whose fields are known by its name. */
  | { readonly kind: 'object'; readonly name: string }
  /** The type of a type. */
  | { readonly kind: 'type'; readonly of: CelType | undefined }
  /** A parameter that is yet to be found. */
  | { readonly kind: 'parameter'; readonly name: string };

const simpleNames = [
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'error',
  'int',
  'null',
  'string',
  'timestamp',
  'uint',
] as const;

/** The names of types without parts. */
export type SimpleName = (typeof simpleNames)[number];

const simples: ReadonlyMap<string, CelType> = new Map(
  simpleNames.map(name => [name, { kind: 'simple', name }]),
);

/** A type without parts. */
export function simpleType(name: SimpleName): CelType {
  return simples.get(name) as CelType;
}

/** `dyn`: what fits everything. */
export const dynType = simpleType('dyn');
/** The type of what could not be checked. */
export const errorType = simpleType('error');
/** A truth value. */
export const boolType = simpleType('bool');

/** `list(item)`. */
export function listType(item: CelType): CelType {
  return { kind: 'list', item };
}

/** `map(key, value)`. */
export function mapType(key: CelType, value: CelType): CelType {
  return { kind: 'map', key, value };
}

/** `optional_type(value)`. */
export function optionalType(value: CelType): CelType {
  return { kind: 'opaque', name: 'optional_type', parameters: [value] };
}

/** An object type of the name. */
export function objectType(name: string): CelType {
  return { kind: 'object', name };
}

/** What is within `optional_type`; undefined for other types. */
export function withinOptional(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type' ? type.parameters[0] : undefined;
}

/** Whether the type is `dyn` or could not be told. */
export function isDynamic(type: CelType): boolean {
  return type.kind === 'simple' && (type.name === 'dyn' || type.name === 'error');
}

/** Reads a type: `list(A)`, `map(string, int)`, `optional(A)`; capitals alone are parameters. */
export function typeFrom(text: string): CelType {
  const trimmed = text.trim();
  const simple = simples.get(trimmed);
  if (simple !== undefined) return simple;
  if (/^[A-Z]$/.test(trimmed)) return { kind: 'parameter', name: trimmed };
  const open = trimmed.indexOf('(');
  if (open < 0) {
    if (trimmed === 'type') return { kind: 'type', of: undefined };
    if (/^(net|kubernetes\.Object)\b/.test(trimmed)) {
      return { kind: 'opaque', name: trimmed, parameters: [] };
    }
    return objectType(trimmed);
  }
  const parts = typesFrom(trimmed.slice(open + 1, -1));
  const [first = dynType, second = dynType] = parts;
  switch (trimmed.slice(0, open)) {
    case 'list':
      return listType(first);
    case 'map':
      return mapType(first, second);
    case 'type':
      return { kind: 'type', of: first };
    default:
      invariant(trimmed.startsWith('optional('), `there is no type ${trimmed}`);
      return optionalType(first);
  }
}

/** Reads types that commas separate. */
export function typesFrom(text: string): readonly CelType[] {
  const types: CelType[] = [];
  let [depth, from] = [0, 0];
  for (let at = 0; at <= text.length; at++) {
    const character = text.charAt(at);
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if ((character === ',' && depth === 0) || at === text.length) {
      const part = text.slice(from, at).trim();
      if (part !== '') types.push(typeFrom(part));
      from = at + 1;
    }
  }
  return types;
}

/** The type as errors of the checker print it. */
export function typeText(type: CelType): string {
  switch (type.kind) {
    case 'simple':
      return type.name === 'error' ? '!error!' : type.name;
    case 'list':
      return `list(${typeText(type.item)})`;
    case 'map':
      return `map(${typeText(type.key)}, ${typeText(type.value)})`;
    case 'opaque':
      if (type.parameters.length === 0) return type.name;
      return `${type.name}(${type.parameters.map(typeText).join(', ')})`;
    case 'type':
      return type.of === undefined ? 'type' : `type(${typeText(type.of)})`;
    default:
      return type.name;
  }
}

const runtimeNames: Readonly<Partial<Record<SimpleName, string>>> = {
  null: 'null_type',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
};

/** The type as Go prints it elsewhere: `null_type`. */
export function goTypeText(type: CelType): string {
  if (type.kind === 'simple') return runtimeNames[type.name] ?? typeText(type);
  if (type.kind === 'list') return `list(${goTypeText(type.item)})`;
  if (type.kind === 'map') return `map(${goTypeText(type.key)}, ${goTypeText(type.value)})`;
  return typeText(type);
}

/** Whether the types are the same. */
export function sameType(left: CelType, right: CelType): boolean {
  return left === right || (left.kind === right.kind && typeText(left) === typeText(right));
}

/** The types found for parameters. It only grows; `fits` works on a copy and keeps it on success. */
export class Substitutions {
  private found = new Map<string, CelType>();

  /** The type with what was found put in. `isFinal`: what was not found is dyn. */
  apply(type: CelType, isFinal = false): CelType {
    switch (type.kind) {
      case 'parameter': {
        const known = this.found.get(type.name);
        if (known !== undefined) return this.apply(known, isFinal);
        return isFinal ? dynType : type;
      }
      case 'list':
        return listType(this.apply(type.item, isFinal));
      case 'map':
        return mapType(this.apply(type.key, isFinal), this.apply(type.value, isFinal));
      case 'opaque':
        if (type.parameters.length === 0) return type;
        return { ...type, parameters: type.parameters.map(each => this.apply(each, isFinal)) };
      case 'type':
        return type.of === undefined ? type : { kind: 'type', of: this.apply(type.of, isFinal) };
      default:
        return type;
    }
  }

  set(name: string, type: CelType): void {
    this.found.set(name, type);
  }

  /** Whether each type fits the one beside it; then what that needed is kept. */
  fits(types: readonly CelType[], wanted: readonly CelType[]): boolean {
    if (types.length !== wanted.length) return false;
    const before = new Map(this.found);
    const isFitting = types.every((type, index) => this.fit(type, wanted[index] ?? dynType));
    if (!isFitting) this.found = before;
    return isFitting;
  }

  private fit(left: CelType, right: CelType): boolean {
    if (right.kind === 'parameter') {
      const valid = this.bind(left, right);
      if (valid !== undefined) return valid;
    }
    if (left.kind === 'parameter') return this.bind(right, left) ?? false;
    if (isDynamic(left) || isDynamic(right)) return true;
    if (isNull(left)) return isNull(right) || isNullable(right);
    if (isNull(right)) return isNullable(left);
    if (left.kind === 'list') return right.kind === 'list' && this.fit(left.item, right.item);
    if (left.kind === 'map') {
      return (
        right.kind === 'map' && this.fit(left.key, right.key) && this.fit(left.value, right.value)
      );
    }
    if (left.kind === 'opaque') {
      return (
        right.kind === 'opaque' &&
        left.name === right.name &&
        left.parameters.every((each, index) => this.fit(each, right.parameters[index] ?? dynType))
      );
    }
    if (left.kind === 'type') return right.kind === 'type';
    return sameType(left, right);
  }

  /** Makes the parameter stand for the type; undefined when it neither can nor contradicts. */
  private bind(type: CelType, parameter: CelType & { readonly name: string }): boolean | undefined {
    if (sameType(type, parameter)) return true;
    const known = this.found.get(parameter.name);
    if (known !== undefined) {
      if (sameType(type, known)) return true;
      if (!this.fit(type, known)) return false;
      const general = isMoreGeneral(type, known) ? type : known;
      if (!this.refersTo(general, parameter.name)) this.found.set(parameter.name, general);
      return true;
    }
    if (this.refersTo(type, parameter.name)) return undefined;
    this.found.set(parameter.name, type);
    return true;
  }

  private refersTo(type: CelType, name: string): boolean {
    switch (type.kind) {
      case 'parameter': {
        if (type.name === name) return true;
        const known = this.found.get(type.name);
        return known !== undefined && this.refersTo(known, name);
      }
      case 'list':
        return this.refersTo(type.item, name);
      case 'map':
        return this.refersTo(type.key, name) || this.refersTo(type.value, name);
      case 'opaque':
        return type.parameters.some(each => this.refersTo(each, name));
      case 'type':
        return type.of !== undefined && this.refersTo(type.of, name);
      default:
        return false;
    }
  }
}

function isNull(type: CelType): boolean {
  return type.kind === 'simple' && type.name === 'null';
}

function isNullable(type: CelType): boolean {
  if (type.kind === 'opaque' || type.kind === 'object') return true;
  return type.kind === 'simple' && (type.name === 'duration' || type.name === 'timestamp');
}

/** Whether the first is as general as the second, or more. */
function isMoreGeneral(left: CelType, right: CelType): boolean {
  if (isDynamic(left) || left.kind === 'parameter') return true;
  if (isDynamic(right) || right.kind === 'parameter') return false;
  if (left.kind === 'list' && right.kind === 'list') return isMoreGeneral(left.item, right.item);
  if (left.kind === 'map' && right.kind === 'map') {
    return isMoreGeneral(left.key, right.key) && isMoreGeneral(left.value, right.value);
  }
  if (left.kind === 'opaque' && right.kind === 'opaque') {
    return left.parameters.every((each, index) =>
      isMoreGeneral(each, right.parameters[index] ?? dynType),
    );
  }
  return sameType(left, right);
}

/** The more general of two types that fit one another. */
export function mostGeneral(left: CelType, right: CelType): CelType {
  return isMoreGeneral(left, right) ? left : right;
}
