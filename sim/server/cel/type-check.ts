/**
 * What can be said of an expression before it runs: whether it can be read, whether it names what there
 * is, and its type as far as that is plain. What is not plain is `unknown`, which is let pass.
 * @upstream cel-go checker, apiserver/pkg/admission/plugin/cel/compile.go
 */
import { parse } from '@bufbuild/cel';
import { selectCall, withoutOptionalSyntax } from './optional.js';

type Expr = NonNullable<ReturnType<typeof parse>['expr']>;

/** A type as CEL prints it: `int`, `list(string)`, `dyn`; `unknown` when it is not plain. */
export type CelTypeName = string;

/** The types of variables by name. */
export type CelScope = ReadonlyMap<string, CelTypeName>;

/** What came of the check. */
export type CelCheck = { readonly type: CelTypeName } | { readonly error: string };

const unknown = 'unknown';

/** The type of the expression, or why it cannot be compiled. `fields`: those of `variables`. */
export function checkCel(text: string, scope: CelScope, fields: CelScope): CelCheck {
  try {
    const source = withoutOptionalSyntax(text);
    const { expr, sourceInfo } = parse(source);
    if (expr === undefined) return { type: unknown };
    const checker = new Checker(fields);
    const type = checker.typeOf(expr, scope);
    if (checker.problems.length === 0) return { type };
    const lines = checker.problems.map(({ id, message }) =>
      located(source, sourceInfo?.positions[id] ?? 0, message),
    );
    return { error: lines.join('\n') };
  } catch (error) {
    return { error: syntaxError(text, error) };
  }
}

/** An error as cel-go prints it: with its line, and an arrow below it. */
function located(text: string, from: number, message: string): string {
  const offset = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
  const before = text.slice(0, offset).split('\n');
  const column = (before.at(-1) ?? '').length;
  const line = text.split('\n')[before.length - 1] ?? '';
  const at = `<input>:${before.length}:${column + 1}`;
  return `ERROR: ${at}: ${message}\n | ${line}\n | ${'.'.repeat(column)}^`;
}

function syntaxError(text: string, error: unknown): string {
  const { rawMessage, location } = error as {
    readonly rawMessage?: string;
    readonly location?: { readonly start: { readonly offset: number } };
  };
  const message = rawMessage ?? (error instanceof Error ? error.message : String(error));
  return located(text, location?.start.offset ?? 0, `Syntax error: ${message}`);
}

const constants: Readonly<Record<string, CelTypeName>> = {
  boolValue: 'bool',
  bytesValue: 'bytes',
  doubleValue: 'double',
  int64Value: 'int',
  uint64Value: 'uint',
  nullValue: 'null_type',
  stringValue: 'string',
};

const typeNames = new Set(
  'bool bytes double dyn int list map null_type string type uint google'.split(' '),
);

/** Functions are called in these: `math.greatest(1, 2)`. */
const namespaces = new Set(
  'base64 cel cidr format ip jsonpatch math optional regex semver sets'.split(' '),
);

/** Macros in forms that the parser does not know: their arguments name variables of their own. */
const macros = new Set(
  (
    'all exists exists_one existsOne filter map bind optMap optFlatMap sortBy ' +
    'transformList transformMap transformMapEntry'
  ).split(' '),
);

/** Functions whose result does not depend on what they are given. */
const results: ReadonlyMap<string, CelTypeName> = new Map([
  ...'_==_ _!=_ @in contains endsWith startsWith matches bool isSorted'
    .split(' ')
    .map(name => [name, 'bool'] as const),
  ...'size int indexOf lastIndexOf'.split(' ').map(name => [name, 'int'] as const),
  ...'string lowerAscii upperAscii trim replace substring join charAt'
    .split(' ')
    .map(name => [name, 'string'] as const),
  ['double', 'double'],
  ['uint', 'uint'],
  ['split', 'list(string)'],
]);

const comparisons = ['_<_', '_<=_', '_>_', '_>=_'];
const logic = ['_&&_', '_||_', '!_'];
const sums = ['_+_', '_-_', '_*_', '_/_', '_%_'];
const numbers = ['int', 'uint', 'double'];
const scalars = [...numbers, 'bool', 'bytes', 'null_type', 'string'];

class Checker {
  readonly problems: { readonly id: string; readonly message: string }[] = [];

  constructor(private readonly fields: CelScope) {}

  typeOf(expr: Expr | undefined, scope: CelScope): CelTypeName {
    const kind = expr?.exprKind;
    if (expr === undefined || kind === undefined) return unknown;
    switch (kind.case) {
      case 'constExpr':
        return constants[kind.value.constantKind.case ?? ''] ?? unknown;
      case 'identExpr':
        return this.ident(expr, kind.value.name, scope);
      case 'selectExpr': {
        const { operand, field, testOnly } = kind.value;
        const type = this.select(expr, { operand, field }, scope);
        return testOnly ? 'bool' : type;
      }
      case 'callExpr': {
        const { target, args } = kind.value;
        if (macros.has(kind.value.function)) return unknown;
        const isMethod = target !== undefined && !isNamespace(target, scope);
        const types = (isMethod ? [target, ...args] : args).map(each => this.typeOf(each, scope));
        return this.call(expr, kind.value.function, types);
      }
      case 'listExpr':
        return listOf(kind.value.elements.map(element => this.typeOf(element, scope)));
      case 'structExpr': {
        for (const { value } of kind.value.entries) this.typeOf(value, scope);
        const { messageName } = kind.value;
        return messageName === '' ? unknown : messageName;
      }
      case 'comprehensionExpr': {
        const { iterRange, iterVar, accuInit, accuVar, loopStep, result } = kind.value;
        const range = this.typeOf(iterRange, scope);
        const inner = new Map(scope).set(iterVar, elementOf(range));
        const accu = this.typeOf(accuInit, inner);
        const step = this.typeOf(loopStep, inner.set(accuVar, accu));
        return this.typeOf(result, inner.set(accuVar, accu.startsWith('list(') ? step : accu));
      }
      default:
        return unknown;
    }
  }

  private ident({ id }: Expr, name: string, scope: CelScope): CelTypeName {
    const known = scope.get(name);
    if (known !== undefined) return known;
    if (!typeNames.has(name)) this.tell(id, `undeclared reference to '${name}' (in container '')`);
    return unknown;
  }

  private select(
    { id }: Expr,
    { operand, field }: { readonly operand: Expr | undefined; readonly field: string },
    scope: CelScope,
  ): CelTypeName {
    const inner = operand?.exprKind;
    if (inner?.case === 'identExpr' && inner.value.name === 'variables' && scope.has('variables')) {
      const type = this.fields.get(field);
      if (type === undefined) this.tell(id, `undefined field '${field}'`);
      return type ?? unknown;
    }
    return this.typeOf(operand, scope) === 'dyn' ? 'dyn' : unknown;
  }

  private call({ id }: Expr, name: string, types: readonly CelTypeName[]): CelTypeName {
    const [left = unknown, right = unknown, last = unknown] = types;
    if (comparisons.includes(name)) {
      if (!isComparable(left, right)) this.mismatch(id, name, types);
      return 'bool';
    }
    if (sums.includes(name)) return this.sum(id, name, left, right);
    if (logic.includes(name)) {
      const isWrong = types.some(type => scalars.includes(type) && type !== 'bool');
      if (isWrong) this.mismatch(id, name, types);
      return 'bool';
    }
    if (name === '_?_:_') return commonOf(right, last);
    if (name === '_[_]') return elementOf(left);
    if (name === selectCall) return unknown;
    return results.get(name) ?? unknown;
  }

  private sum(id: bigint, name: string, left: CelTypeName, right: CelTypeName): CelTypeName {
    const common = commonOf(left, right);
    if (common !== unknown && common !== 'dyn') return common;
    if (scalars.includes(left) && scalars.includes(right)) this.mismatch(id, name, [left, right]);
    return unknown;
  }

  private mismatch(id: bigint, name: string, types: readonly CelTypeName[]): void {
    const given = `(${types.join(', ')})`;
    this.tell(id, `found no matching overload for '${name}' applied to '${given}'`);
  }

  private tell(id: bigint, message: string): void {
    this.problems.push({ id: String(id), message });
  }
}

/** What both are; an empty list is any list. */
function commonOf(left: CelTypeName, right: CelTypeName): CelTypeName {
  if (left === right) return left;
  const areLists = left.startsWith('list(') && right.startsWith('list(');
  if (areLists && left === 'list(dyn)') return right;
  return areLists && right === 'list(dyn)' ? left : unknown;
}

function isNamespace({ exprKind }: Expr, scope: CelScope): boolean {
  if (exprKind.case !== 'identExpr') return false;
  return namespaces.has(exprKind.value.name) && !scope.has(exprKind.value.name);
}

/** Numbers compare with all numbers, other scalars with their like. */
function isComparable(left: CelTypeName, right: CelTypeName): boolean {
  if (!scalars.includes(left) || !scalars.includes(right)) return true;
  return left === right || (numbers.includes(left) && numbers.includes(right));
}

function listOf(elements: readonly CelTypeName[]): CelTypeName {
  const [first] = elements;
  if (first === undefined) return 'list(dyn)';
  if (elements.includes(unknown)) return unknown;
  return elements.every(type => type === first) ? `list(${first})` : 'list(dyn)';
}

function elementOf(type: CelTypeName): CelTypeName {
  if (type === 'dyn') return 'dyn';
  return /^list\((.*)\)$/.exec(type)?.[1] ?? unknown;
}
