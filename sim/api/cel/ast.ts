/** The syntax tree of a CEL expression. @upstream cel-go/common/ast */
import type { CelValue } from './values.js';

interface Node {
  /** Numbers nodes of one expression: the checker remembers types by it. */
  readonly id: number;
  /** Where errors about the node point: an operator, a dot, an opening bracket. In code points. */
  readonly offset: number;
}

/** A constant. */
export interface ConstExpr extends Node {
  readonly kind: 'const';
  readonly value: CelValue;
}

/** A name. */
export interface IdentExpr extends Node {
  readonly kind: 'ident';
  readonly name: string;
}

/** `a.b`, or `has(a.b)`. */
export interface SelectExpr extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  readonly isTest: boolean;
}

/** `f(a)` or `a.f(b)`; operators are functions, too: `_+_`. */
export interface CallExpr extends Node {
  readonly kind: 'call';
  readonly name: string;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
}

/** `[a, ?b]`. */
export interface ListExpr extends Node {
  readonly kind: 'list';
  readonly items: readonly Expr[];
  readonly optionals: ReadonlySet<number>;
}

/** `{a: b}`. */
export interface MapExpr extends Node {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

/** `a: b` in a map. */
export interface MapEntry extends Node {
  readonly key: Expr;
  readonly value: Expr;
  readonly isOptional: boolean;
}

/** `Type{field: value}`. */
export interface StructExpr extends Node {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: readonly StructField[];
}

/** `field: value` in a struct. */
export interface StructField extends Node {
  readonly name: string;
  readonly value: Expr;
  readonly isOptional: boolean;
}

/** What macros such as `all` and `map` become: a loop that accumulates. */
export interface FoldExpr extends Node {
  readonly kind: 'fold';
  readonly range: Expr;
  readonly variable: string;
  /** The second variable of `all(k, v, ...)`. */
  readonly variable2: string | undefined;
  readonly accumulator: string;
  readonly initial: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

/** An expression. */
export type Expr =
  ConstExpr | IdentExpr | SelectExpr | CallExpr | ListExpr | MapExpr | StructExpr | FoldExpr;

/** Something wrong with a text, and where. */
export interface Issue {
  /** In code points; negative when it concerns the whole text. */
  readonly offset: number;
  readonly message: string;
}

/** `a.b.c` for a chain of plain selects; undefined for all else. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.isTest) return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}

/** The expressions within an expression. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'const':
    case 'ident':
      return [];
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    case 'list':
      return expr.items;
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expr.fields.map(({ value }) => value);
    case 'fold':
      return [expr.range, expr.initial, expr.condition, expr.step, expr.result];
  }
}
