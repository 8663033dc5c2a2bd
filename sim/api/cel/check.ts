/**
 * Finds the type of every part of an expression, or what is wrong with it, in cel-go's words.
 * @upstream cel-go/checker/checker.go
 */
import {
  qualifiedName,
  type CallExpr,
  type Expr,
  type FoldExpr,
  type Issue,
  type ListExpr,
  type MapExpr,
  type SelectExpr,
  type StructExpr,
} from './ast.js';
import { celFunctions, type Overload } from './functions.js';
import {
  Substitutions,
  boolType,
  dynType,
  errorType,
  isDynamic,
  listType,
  mapType,
  mostGeneral,
  objectType,
  optionalType,
  sameType,
  simpleType,
  typeText,
  withinOptional,
  type CelType,
  type SimpleName,
} from './types.js';
import { typeNameOf, type CelValue } from './values.js';

/** The fields of an object type; a type that lists none has none. */
export type ObjectFields = ReadonlyMap<string, CelType>;

/** What expressions may name. */
export interface CelScope {
  readonly variables: ReadonlyMap<string, CelType>;
  /** The fields of an object type; undefined for a name that is no type. */
  readonly fields: (typeName: string) => ObjectFields | undefined;
  /** Whether texts may use `cel.bind`. Default false. */
  readonly hasBindings?: boolean;
}

/** What the checker found: for each node its type, and for calls the overloads that fit. */
export interface Checked {
  readonly type: CelType;
  readonly types: ReadonlyMap<number, CelType>;
  readonly overloads: ReadonlyMap<number, readonly string[]>;
  /** Functions that were named with a prefix, by the call's node: `math.max`. */
  readonly functions: ReadonlyMap<number, string>;
  /** Selects that are names of variables or types, by the node: `net.IP`. */
  readonly names: ReadonlyMap<number, string>;
  /** The variables that are named. */
  readonly references: ReadonlySet<string>;
  readonly issues: readonly Issue[];
}

/** Checks the expression in the scope. */
export function checkExpr(expr: Expr, scope: CelScope): Checked {
  const checker = new Checker(scope);
  checker.check(expr);
  return checker.result(expr);
}

/** The names of types, as values. */
const typeNames: Readonly<Record<string, CelType>> = {
  bool: boolType,
  bytes: simpleType('bytes'),
  double: simpleType('double'),
  'google.protobuf.Duration': simpleType('duration'),
  'google.protobuf.Timestamp': simpleType('timestamp'),
  int: simpleType('int'),
  list: listType(dynType),
  map: mapType(dynType, dynType),
  null_type: simpleType('null'),
  string: simpleType('string'),
  type: { kind: 'type', of: undefined },
  uint: simpleType('uint'),
  'net.IP': { kind: 'opaque', name: 'net.IP', parameters: [] },
  'net.CIDR': { kind: 'opaque', name: 'net.CIDR', parameters: [] },
  optional_type: optionalType(dynType),
};

class Checker {
  private readonly types = new Map<number, CelType>();
  private readonly overloads = new Map<number, readonly string[]>();
  private readonly functions = new Map<number, string>();
  private readonly names = new Map<number, string>();
  private readonly references = new Set<string>();
  private readonly issues: Issue[] = [];
  private readonly found = new Substitutions();
  private scopes: ReadonlyMap<string, CelType>[] = [];
  private parameters = 0;

  constructor(private readonly scope: CelScope) {}

  result(expr: Expr): Checked {
    const types = new Map<number, CelType>();
    for (const [id, type] of this.types) types.set(id, this.found.apply(type, true));
    return {
      type: types.get(expr.id) ?? errorType,
      types,
      overloads: this.overloads,
      functions: this.functions,
      names: this.names,
      references: this.references,
      issues: this.issues.toSorted((left, right) => left.offset - right.offset),
    };
  }

  check(expr: Expr): CelType {
    const type = this.typeOf(expr);
    this.types.set(expr.id, type);
    return type;
  }

  private typeOf(expr: Expr): CelType {
    switch (expr.kind) {
      case 'const':
        return constantType(expr.value);
      case 'ident':
        return this.ident(expr.name) ?? this.undeclared(expr, expr.name);
      case 'select':
        return this.select(expr);
      case 'call':
        return this.call(expr);
      case 'list':
        return this.list(expr);
      case 'map':
        return this.map(expr);
      case 'struct':
        return this.struct(expr);
      case 'fold':
        return this.fold(expr);
    }
  }

  private tell(expr: { readonly offset: number }, message: string): void {
    this.issues.push({ offset: expr.offset, message });
  }

  private undeclared(expr: Expr, name: string): CelType {
    this.tell(expr, `undeclared reference to '${name}' (in container '')`);
    return errorType;
  }

  private ident(name: string): CelType | undefined {
    const plain = name.startsWith('.') ? name.slice(1) : name;
    for (const scope of this.scopes.toReversed()) {
      const type = scope.get(plain);
      if (type !== undefined) return type;
    }
    const variable = this.scope.variables.get(plain);
    if (variable !== undefined) {
      this.references.add(plain);
      return variable;
    }
    if (Object.hasOwn(typeNames, plain)) return { kind: 'type', of: typeNames[plain] };
    if (this.scope.fields(plain) === undefined) return undefined;
    return { kind: 'type', of: objectType(plain) };
  }

  private select(expr: SelectExpr): CelType {
    const name = qualifiedName(expr);
    const known = name === undefined ? undefined : this.ident(name);
    if (name !== undefined && known !== undefined) {
      this.names.set(expr.id, name);
      return known;
    }
    const type = this.selected(expr, expr.operand, expr.field, false);
    return expr.isTest ? boolType : this.found.apply(type);
  }

  private selected(
    at: { readonly offset: number },
    operand: Expr,
    field: string,
    isOptional: boolean,
  ): CelType {
    const operandType = this.found.apply(this.check(operand));
    const within = withinOptional(operandType);
    const type = this.fieldType(at, within ?? operandType, field);
    return within !== undefined || isOptional ? optionalType(type) : type;
  }

  private fieldType(at: { readonly offset: number }, type: CelType, field: string): CelType {
    switch (type.kind) {
      case 'map':
        return type.value;
      case 'object': {
        const found = this.scope.fields(type.name)?.get(field);
        if (found !== undefined) return found;
        this.tell(at, `undefined field '${field}'`);
        return errorType;
      }
      case 'parameter':
        this.found.fits([dynType], [type]);
        return dynType;
      default:
        if (!isDynamic(type)) {
          this.tell(at, `type '${typeText(type)}' does not support field selection`);
        }
        return dynType;
    }
  }

  private call(expr: CallExpr): CelType {
    const { name, target, args } = expr;
    if (name === '_?._') {
      const [operand, field] = args as readonly [Expr, Expr];
      const fieldName = field.kind === 'const' ? String(field.value) : '';
      this.overloads.set(expr.id, ['select_optional_field']);
      return this.found.apply(this.selected(expr, operand, fieldName, true));
    }
    const types = args.map(arg => this.check(arg));
    if (target === undefined) return this.resolved(expr, name, types);
    const prefix = qualifiedName(target);
    const full = prefix === undefined ? undefined : `${prefix}.${name}`.replace(/^\./, '');
    if (full !== undefined && celFunctions().has(full)) {
      this.functions.set(expr.id, full);
      return this.resolved(expr, full, types);
    }
    return this.resolved(expr, name, [this.check(target), ...types], true);
  }

  private resolved(
    expr: CallExpr,
    name: string,
    types: readonly CelType[],
    isMember = false,
  ): CelType {
    const plain = name.startsWith('.') ? name.slice(1) : name;
    const overloads = celFunctions().get(plain);
    if (overloads === undefined) return this.undeclared(expr, plain);
    if (plain === '_&&_' || plain === '_||_') return this.logical(expr, types);
    const ids: string[] = [];
    let result: CelType | undefined;
    for (const overload of overloads) {
      if (overload.isMember !== isMember) continue;
      const { args, result: own } = this.instance(overload);
      if (!this.found.fits(types, args)) continue;
      ids.push(overload.id);
      const type = this.found.apply(own);
      if (result === undefined) result = type;
      else if (!isDynamic(result) && !sameType(type, result)) result = dynType;
    }
    if (result !== undefined) {
      this.overloads.set(expr.id, ids);
      return result;
    }
    const shown = types.map(type => typeText(this.found.apply(type, true)));
    const target = isMember ? `${shown.shift() ?? ''}.` : '';
    const given = `${target}(${shown.join(', ')})`;
    this.tell(expr, `found no matching overload for '${plain}' applied to '${given}'`);
    return errorType;
  }

  private logical(expr: CallExpr, types: readonly CelType[]): CelType {
    this.overloads.set(expr.id, [expr.name === '_&&_' ? 'logical_and' : 'logical_or']);
    let isFine = true;
    for (const [index, type] of types.entries()) {
      if (this.found.fits([type], [boolType])) continue;
      this.mismatch(expr.args[index] as Expr, boolType, type);
      isFine = false;
    }
    return isFine ? boolType : errorType;
  }

  private mismatch(at: { readonly offset: number }, wanted: CelType, actual: CelType): void {
    this.tell(at, `expected type '${typeText(wanted)}' but found '${typeText(actual)}'`);
  }

  /** The overload with parameters of its own. */
  private instance(overload: Overload): Pick<Overload, 'args' | 'result'> {
    if (overload.parameters.length === 0) return overload;
    const fresh = new Substitutions();
    for (const name of overload.parameters) fresh.set(name, this.parameter());
    return {
      args: overload.args.map(type => fresh.apply(type)),
      result: fresh.apply(overload.result),
    };
  }

  private parameter(): CelType {
    return { kind: 'parameter', name: `_var${this.parameters++}` };
  }

  private list({ items, optionals }: ListExpr): CelType {
    let joined: CelType | undefined;
    for (const [index, item] of items.entries()) {
      const type = this.check(item);
      joined = this.joined(joined, optionals.has(index) ? this.unwrapped(item, type) : type);
    }
    return listType(joined ?? this.parameter());
  }

  private map({ entries }: MapExpr): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of entries) {
      key = this.joined(key, this.check(entry.key));
      const type = this.check(entry.value);
      const shown = entry.isOptional ? this.unwrapped(entry.value, type) : type;
      value = this.joined(value, shown);
    }
    return mapType(key ?? this.parameter(), value ?? this.parameter());
  }

  private unwrapped(at: Expr, type: CelType): CelType {
    const within = withinOptional(type);
    if (within === undefined && !isDynamic(type)) this.mismatch(at, optionalType(type), type);
    return within ?? type;
  }

  /** The type of the elements of a literal: dyn when they have several. */
  private joined(previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current;
    return this.found.fits([previous], [current]) ? mostGeneral(previous, current) : dynType;
  }

  private struct(expr: StructExpr): CelType {
    const name = expr.name.replace(/^\./, '');
    const ident = this.ident(name);
    if (ident === undefined) return this.undeclared(expr, name);
    let type: CelType = errorType;
    if (ident.kind !== 'type') this.tell(expr, `'${typeText(ident)}' is not a type`);
    else if (ident.of?.kind === 'object') type = ident.of;
    else this.tell(expr, `'${typeText(ident.of ?? dynType)}' is not a message type`);
    const fields = type.kind === 'object' ? this.scope.fields(type.name) : undefined;
    for (const field of expr.fields) {
      const given = this.check(field.value);
      const value = field.isOptional ? this.unwrapped(field.value, given) : given;
      const wanted = fields?.get(field.name);
      if (wanted === undefined) {
        if (fields !== undefined) this.tell(field, `undefined field '${field.name}'`);
      } else if (!this.found.fits([wanted], [value])) {
        const text = `expected type of field '${field.name}' is '${typeText(wanted)}'`;
        this.tell(field, `${text} but provided type is '${typeText(value)}'`);
      }
    }
    return type;
  }

  private fold(expr: FoldExpr): CelType {
    const range = this.found.apply(this.check(expr.range));
    const accumulated = this.check(expr.initial);
    const variables = this.variables(expr, range);
    this.scopes.push(new Map([[expr.accumulator, accumulated]]), variables);
    this.assert(expr.condition, boolType);
    this.assert(expr.step, accumulated);
    this.scopes.pop();
    const result = this.found.apply(this.check(expr.result));
    this.scopes.pop();
    return result;
  }

  private assert(expr: Expr, wanted: CelType): void {
    const type = this.check(expr);
    if (!this.found.fits([wanted], [type])) this.mismatch(expr, wanted, type);
  }

  private variables(expr: FoldExpr, range: CelType): ReadonlyMap<string, CelType> {
    const [first, second] = this.entryTypes(expr, range);
    const variables = new Map([[expr.variable, first]]);
    if (expr.variable2 !== undefined) variables.set(expr.variable2, second);
    return variables;
  }

  private entryTypes(expr: FoldExpr, range: CelType): readonly [CelType, CelType] {
    const hasTwo = expr.variable2 !== undefined;
    if (range.kind === 'list')
      return hasTwo ? [simpleType('int'), range.item] : [range.item, dynType];
    if (range.kind === 'map') return [range.key, range.value];
    if (range.kind === 'parameter' || isDynamic(range)) {
      this.found.fits([dynType], [range]);
      return [dynType, dynType];
    }
    const text = 'cannot be range of a comprehension (must be list, map, or dynamic)';
    this.tell(expr.range, `expression of type '${typeText(range)}' ${text}`);
    return [errorType, errorType];
  }
}

function constantType(value: CelValue): CelType {
  const name = typeNameOf(value);
  return simpleType(name === 'null_type' ? 'null' : (name as SimpleName));
}
