/**
 * What running an expression may cost at most, from the sizes that its data may have.
 * @upstream cel-go/checker/cost.go
 */
import type { CallExpr, Expr, FoldExpr } from './ast.js';
import type { Checked } from './check.js';
import { callEstimate, type Argument, type CallEstimate } from './estimate-calls.js';
import { accumulatorName } from './macros.js';
import { anySize, exactly, plus, times, union, type Range } from './size.js';
import { errorType, withinOptional, type CelType } from './types.js';
import { codePoints, type CelValue } from './values.js';

/** The size that the data at the path may have: `self`, fields, `@items`, `@values`, `@keys`. */
export type SizeAt = (path: readonly string[]) => Range | undefined;

/** The range of what running the expression costs. */
export function estimatedCost(expr: Expr, checked: Checked, sizeAt: SizeAt): Range {
  return new Estimator(checked, sizeAt).cost(expr);
}

type Path = readonly string[] | undefined;

/** The sizes of keys and values of a list or map that an expression makes. */
interface Entry {
  readonly kind: 'list' | 'map';
  readonly key: Range;
  readonly value: Range;
}

interface Local {
  readonly path: Path;
  readonly size: Range | undefined;
  readonly entry: Entry | undefined;
}

const scalars = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);
const none = exactly(0);

class Estimator {
  private readonly paths = new Map<number, Path>();
  private readonly sizes = new Map<number, Range>();
  private readonly entries = new Map<number, Entry>();
  private readonly locals = new Map<string, Local[]>();

  constructor(
    private readonly checked: Checked,
    private readonly sizeAt: SizeAt,
  ) {}

  cost(expr: Expr): Range {
    switch (expr.kind) {
      case 'const':
        return none;
      case 'ident': {
        const local = this.local(expr.name);
        this.paths.set(expr.id, local === undefined ? [expr.name] : local.path);
        return exactly(1);
      }
      case 'select': {
        const name = this.checked.names.get(expr.id);
        if (name !== undefined) {
          this.paths.set(expr.id, [name]);
          return exactly(1);
        }
        const cost = this.cost(expr.operand);
        if (expr.isTest) return cost;
        this.paths.set(expr.id, extended(this.pathOf(expr.operand), expr.field));
        const { kind } = this.typeOf(expr.operand);
        const isCounted = kind === 'map' || kind === 'object' || kind === 'parameter';
        return isCounted ? plus(cost, exactly(1)) : cost;
      }
      case 'call':
        return this.call(expr);
      case 'list': {
        const cost = plus(...expr.items.map(item => this.cost(item)), exactly(10));
        const value = this.joined(expr.items);
        this.entries.set(expr.id, { kind: 'list', key: exactly(1), value });
        return cost;
      }
      case 'map': {
        const parts = expr.entries.flatMap(({ key, value }) => [key, value]);
        const cost = plus(...parts.map(part => this.cost(part)), exactly(30));
        const key = this.joined(expr.entries.map(entry => entry.key));
        const value = this.joined(expr.entries.map(entry => entry.value));
        this.entries.set(expr.id, { kind: 'map', key, value });
        return cost;
      }
      case 'struct':
        return plus(...expr.fields.map(({ value }) => this.cost(value)), exactly(40));
      case 'fold':
        return isBinding(expr) ? this.binding(expr) : this.fold(expr);
    }
  }

  private joined(parts: readonly Expr[]): Range {
    const [first, ...rest] = parts.map(part => this.sizeOrAny(part));
    return first === undefined ? none : rest.reduce(union, first);
  }

  private typeOf(expr: Expr): CelType {
    return this.checked.types.get(expr.id) ?? errorType;
  }

  private local(name: string): Local | undefined {
    return this.locals.get(name)?.at(-1);
  }

  private push(name: string, local: Local): void {
    const stack = this.locals.get(name);
    if (stack === undefined) this.locals.set(name, [local]);
    else stack.push(local);
  }

  private pathOf(expr: Expr): Path {
    const local = expr.kind === 'ident' ? this.local(expr.name) : undefined;
    return local === undefined ? this.paths.get(expr.id) : local.path;
  }

  private entryOf(expr: Expr): Entry | undefined {
    const known = this.entries.get(expr.id);
    if (known !== undefined || expr.kind !== 'ident') return known;
    return this.local(expr.name)?.entry;
  }

  private sizeOrAny(expr: Expr): Range {
    return this.sizeOf(expr) ?? anySize;
  }

  private sizeOf(expr: Expr): Range | undefined {
    const known = this.sizes.get(expr.id) ?? sizeOfLiteral(expr);
    if (known !== undefined) return known;
    const path = this.pathOf(expr);
    const found = path === undefined || path.length === 0 ? undefined : this.sizeAt(path);
    if (found !== undefined) {
      this.sizes.set(expr.id, found);
      return found;
    }
    if (isScalar(this.typeOf(expr))) return exactly(1);
    return expr.kind === 'ident' ? this.local(expr.name)?.size : undefined;
  }

  private argument(expr: Expr): Argument {
    const path = this.pathOf(expr);
    const shown = path?.[0] === accumulatorName ? undefined : path;
    return { expr, path: shown, type: this.typeOf(expr), size: this.sizeOf(expr) };
  }

  private call(expr: CallExpr): Range {
    const { args, target } = expr;
    const name = this.checked.functions.get(expr.id) ?? expr.name;
    if (name === 'dyn' && args[0] !== undefined) return this.dynamic(expr, args[0]);
    const costs = args.map(arg => this.cost(arg));
    const overloads = this.checked.overloads.get(expr.id) ?? [];
    if (overloads.length === 0) return none;
    const isMember = target !== undefined && !this.checked.functions.has(expr.id);
    const own = isMember ? this.cost(target) : none;
    const given = args.map(arg => this.argument(arg));
    const on = isMember ? this.argument(target) : undefined;
    let cost: Range = { min: Infinity, max: 0 };
    let size: Range | undefined;
    for (const overload of overloads) {
      const estimate =
        this.special(expr, overload, costs) ??
        withArguments(
          callEstimate(name, overload, { target: on, args: given, sizeAt: this.sizeAt }),
          costs,
        );
      cost = union(cost, estimate.cost);
      const { size: result } = estimate;
      if (result !== undefined) size = size === undefined ? result : union(size, result);
      size = this.indexed(expr, overload) ?? size;
      size ??= this.sizeOf(expr);
    }
    if (size !== undefined) this.sizes.set(expr.id, size);
    return plus(own, cost);
  }

  /** `dyn` only hides the type. */
  private dynamic(expr: Expr, arg: Expr): Range {
    const cost = plus(exactly(1), this.cost(arg));
    this.copySizes(expr, arg);
    return cost;
  }

  private copySizes(to: Expr, from: Expr): void {
    const size = this.sizeOf(from);
    const entry = this.entryOf(from);
    if (size !== undefined) this.sizes.set(to.id, size);
    if (entry !== undefined) this.entries.set(to.id, entry);
  }

  /** What lies at an index. */
  private indexed({ id, args }: CallExpr, overload: string): Range | undefined {
    const [range] = args;
    if (range === undefined || (overload !== 'index_list' && overload !== 'index_map')) {
      return undefined;
    }
    const name = overload === 'index_list' ? '@items' : '@values';
    this.paths.set(id, extended(this.pathOf(range), name));
    return this.entryOf(range)?.value;
  }

  /** Calls whose cost depends on that of their arguments, and sums, which have entries. */
  private special(
    { id, args }: CallExpr,
    overload: string,
    costs: readonly Range[],
  ): CallEstimate | undefined {
    const [first = none, second = none, third = none] = costs;
    switch (overload) {
      case 'logical_and':
      case 'logical_or':
        return { cost: { min: first.min, max: plus(first, second).max } };
      case 'conditional': {
        const [, yes, no] = args as readonly [Expr, Expr, Expr];
        const entry = joinedEntry(this.entryOf(yes), this.entryOf(no));
        if (entry !== undefined) this.entries.set(id, entry);
        const size = union(this.sizeOrAny(yes), this.sizeOrAny(no));
        return { cost: plus(first, union(second, third)), size };
      }
      case 'add_list': {
        const [left, right] = args as readonly [Expr, Expr];
        const entry = joinedEntry(this.entryOf(left), this.entryOf(right));
        if (entry !== undefined) this.entries.set(id, entry);
        const size = plus(this.sizeOrAny(left), this.sizeOrAny(right));
        return { cost: plus(exactly(1), first, second), size };
      }
      default:
        return undefined;
    }
  }

  private fold(expr: FoldExpr): Range {
    const { range, initial, accumulator, variable, variable2 } = expr;
    const before = plus(this.cost(range), this.cost(initial));
    this.push(accumulator, {
      path: this.pathOf(initial),
      size: this.sizeOf(initial),
      entry: this.entryOf(initial),
    });
    this.pushVariables(range, variable, variable2);
    const each = plus(this.cost(expr.condition), this.cost(expr.step));
    this.locals.get(variable)?.pop();
    if (variable2 !== undefined) this.locals.get(variable2)?.pop();
    const after = this.cost(expr.result);
    this.locals.get(accumulator)?.pop();
    const count = this.sizeOrAny(range);
    this.sizeFold(expr, count);
    return plus(before, after, times(count, each));
  }

  private sizeFold({ id, initial, step }: FoldExpr, count: Range): void {
    if (initial.kind === 'const') {
      const size = this.sizeOf(initial);
      if (size !== undefined) this.sizes.set(id, size);
    } else if (initial.kind === 'list' || initial.kind === 'map') {
      this.sizes.set(id, count);
      const entry = this.entryOf(step);
      if (entry !== undefined) this.entries.set(id, entry);
    }
  }

  private pushVariables(range: Expr, variable: string, variable2: string | undefined): void {
    const entry = this.entryOf(range);
    const path = this.pathOf(range);
    const isList = (entry?.kind ?? this.typeOf(range).kind) === 'list';
    const value = { path: extended(path, isList ? '@items' : '@values'), size: entry?.value };
    const keyPath = extended(path, isList ? '@indices' : '@keys');
    const key = { path: keyPath, size: entry?.key };
    if (variable2 !== undefined) {
      this.push(variable, { ...key, entry: undefined });
      this.push(variable2, { ...value, entry: undefined });
    } else this.push(variable, { ...(isList ? value : key), entry: undefined });
  }

  private binding(expr: FoldExpr): Range {
    const { range, initial, accumulator, result } = expr;
    const before = plus(this.cost(range), this.cost(initial));
    this.push(accumulator, {
      path: this.pathOf(initial),
      size: this.sizeOf(initial),
      entry: this.entryOf(initial),
    });
    const cost = plus(before, this.cost(result));
    this.locals.get(accumulator)?.pop();
    this.copySizes(expr, result);
    return cost;
  }
}

/** What lies below a value that has no path begins one: its first name counts for `self`. @upstream pushIterSingle */
function extended(path: Path, name: string): Path {
  return [...(path ?? []), name];
}

function isBinding({ range, condition, accumulator }: FoldExpr): boolean {
  return (
    range.kind === 'list' &&
    range.items.length === 0 &&
    condition.kind === 'const' &&
    condition.value === false &&
    accumulator !== accumulatorName
  );
}

function joinedEntry(left: Entry | undefined, right: Entry | undefined): Entry | undefined {
  if (left === undefined || right === undefined) return undefined;
  const [key, value] = [union(left.key, right.key), union(left.value, right.value)];
  return { kind: left.kind, key, value };
}

function withArguments({ cost, size }: CallEstimate, costs: readonly Range[]): CallEstimate {
  return { cost: plus(cost, ...costs), ...(size !== undefined && { size }) };
}

function sizeOfLiteral(expr: Expr): Range | undefined {
  if (expr.kind === 'list') return exactly(expr.items.length);
  if (expr.kind === 'map') return exactly(expr.entries.length);
  return expr.kind === 'const' ? exactly(sizeOfConstant(expr.value)) : undefined;
}

function sizeOfConstant(value: CelValue): number {
  if (typeof value === 'string') return codePoints(value);
  return value instanceof Uint8Array ? value.length : 1;
}

function isScalar(type: CelType): boolean {
  const within = withinOptional(type);
  if (within !== undefined) return isScalar(within);
  return type.kind === 'simple' && scalars.has(type.name);
}
