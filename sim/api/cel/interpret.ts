/**
 * Runs expressions: each node becomes a function, which also counts what running it costs.
 * @upstream cel-go/interpreter/{planner,interpretable,attributes,runtimecost}.go
 */
import type { CallExpr, Expr, FoldExpr, ListExpr, MapExpr, SelectExpr, StructExpr } from './ast.js';
import { fieldOf, hasField, itemAt, optionalAt } from './access.js';
import { callCost } from './call-cost.js';
import type { Checked } from './check.js';
import { celLibrary } from './library/index.js';
import {
  CelFault,
  Duration,
  Optional,
  TypeValue,
  Uint,
  isList,
  isMap,
  keyOf,
  noOverload,
  type CelKey,
  type CelValue,
} from './values.js';

/** The values of variables; one that is undefined is not there. */
export type CelVariables = Readonly<Record<string, CelValue | undefined>>;

/** What came of running an expression, and what it cost. */
export type CelOutcome = { readonly cost: number } & (
  { readonly value: CelValue } | { readonly error: string }
);

/** A program: runs with variables; more than `costMax` ends it with an error. */
export type Run = (variables: CelVariables, costMax: number) => CelOutcome;

interface State {
  cost: number;
  readonly costMax: number;
  readonly variables: CelVariables;
  /** The variables of loops; an error within may stand in for what they accumulate. */
  readonly slots: (CelValue | CelFault)[];
}

type Step = (state: State) => CelValue;

/** The text of the error of a program that cost too much. */
export const costExceeded = 'operation cancelled: actual cost limit exceeded';

/** What ends a program that costs too much: no operator absorbs it. */
class CostExceeded extends Error {}

function spend(state: State, cost: number): void {
  state.cost += cost;
  if (state.cost > state.costMax) throw new CostExceeded(costExceeded);
}

/** What the checker found that planning needs. */
type Planned = Pick<Checked, 'functions' | 'names' | 'overloads'>;

/** Makes a program of an expression that was checked. */
export function planExpr(expr: Expr, checked: Planned): Run {
  const planner = new Planner(checked);
  const step = planner.plan(expr);
  return (variables, costMax) => {
    const slots = new Array<CelValue | CelFault>(planner.slotsMax).fill(null);
    const state: State = { cost: 0, costMax, variables, slots };
    try {
      return { value: step(state), cost: state.cost };
    } catch (error) {
      if (error instanceof CelFault || error instanceof CostExceeded) {
        return { error: error.message, cost: state.cost };
      }
      throw error;
    }
  };
}

const typeValues: ReadonlySet<string> = new Set(
  (
    'bool bytes double int list map null_type string type uint net.IP net.CIDR optional_type ' +
    'google.protobuf.Duration google.protobuf.Timestamp'
  ).split(' '),
);

class Planner {
  slotsMax = 0;
  private readonly scopes: (readonly [name: string, slot: number])[] = [];

  constructor(private readonly checked: Planned) {}

  plan(expr: Expr): Step {
    switch (expr.kind) {
      case 'const': {
        const { value } = expr;
        return () => value;
      }
      case 'ident':
        return this.ident(expr.name);
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

  private ident(name: string): Step {
    const plain = name.replace(/^\./, '');
    const slot = this.scopes.findLast(([known]) => known === plain)?.[1];
    if (slot !== undefined) {
      return state => {
        spend(state, 1);
        const value = state.slots[slot] ?? null;
        if (value instanceof CelFault) throw value;
        return value;
      };
    }
    const type = typeValues.has(plain) ? new TypeValue(plain) : undefined;
    return state => {
      spend(state, 1);
      const value = state.variables[plain] ?? type;
      if (value !== undefined) return value;
      if (plain in state.variables) return null;
      throw new CelFault(`no such attribute(s): ${plain}`);
    };
  }

  private select({ id, operand, field, isTest }: SelectExpr): Step {
    const name = this.checked.names.get(id);
    if (name !== undefined) return this.ident(name);
    const target = this.plan(operand);
    if (isTest) return state => hasField(target(state), field);
    return state => {
      const value = target(state);
      spend(state, 1);
      return fieldOf(value, field);
    };
  }

  private call(expr: CallExpr): Step {
    const { name, target, args } = expr;
    const full = this.checked.functions.get(expr.id);
    if (full !== undefined) return this.applied(expr.id, full, args);
    if (target !== undefined) return this.applied(expr.id, name, [target, ...args]);
    const [first, second, third] = args.length === 0 ? [] : args;
    switch (name) {
      case '_&&_':
        return this.logical(first as Expr, second as Expr, false);
      case '_||_':
        return this.logical(first as Expr, second as Expr, true);
      case '_?_:_':
        return this.conditional(first as Expr, second as Expr, third as Expr);
      case '@not_strictly_false':
        return notStrictlyFalse(this.plan(first as Expr));
      case '_?._':
      case '_[?_]':
        return this.optionalIndex(first as Expr, second as Expr);
      case '_[_]':
        return this.index(first as Expr, second as Expr);
      default:
        return this.applied(expr.id, name.replace(/^\./, ''), args);
    }
  }

  private applied(id: number, name: string, args: readonly Expr[]): Step {
    const steps = args.map(arg => this.plan(arg));
    const known = celLibrary.get(name);
    const zero = name === 'sum' ? zeroOf(this.checked.overloads.get(id)?.[0] ?? '') : undefined;
    const implementation: typeof known =
      zero === undefined
        ? known
        : list => (isList(list) && list.length > 0 ? known?.(list) : zero) ?? zero;
    return state => {
      const values = steps.map(step => step(state));
      if (implementation === undefined) return noOverload();
      const result = implementation(...values);
      spend(state, callCost(name, values, result));
      return result;
    };
  }

  /** && and ||: a side that settles it makes up for an error of the other. */
  private logical(left: Expr, right: Expr, settles: boolean): Step {
    const [first, second] = [this.plan(left), this.plan(right)];
    return state => {
      const one = attempt(first, state);
      if (one === settles) return settles;
      const other = attempt(second, state);
      if (other === settles) return settles;
      if (one instanceof CelFault) throw one;
      if (other instanceof CelFault) throw other;
      if (typeof one !== 'boolean' || typeof other !== 'boolean') return noOverload();
      return !settles;
    };
  }

  private conditional(condition: Expr, yes: Expr, no: Expr): Step {
    const [test, first, second] = [this.plan(condition), this.plan(yes), this.plan(no)];
    return state => {
      const value = test(state);
      if (typeof value !== 'boolean') return noOverload();
      return value ? first(state) : second(state);
    };
  }

  private index(operand: Expr, key: Expr): Step {
    const [target, index] = [this.plan(operand), this.plan(key)];
    return state => {
      const value = target(state);
      const at = index(state);
      spend(state, 1);
      return itemAt(value, at);
    };
  }

  private optionalIndex(operand: Expr, key: Expr): Step {
    const [target, index] = [this.plan(operand), this.plan(key)];
    return state => {
      const value = target(state);
      const at = index(state);
      spend(state, 1);
      return optionalAt(value, at);
    };
  }

  private list({ items, optionals }: ListExpr): Step {
    const steps = items.map(item => this.plan(item));
    return state => {
      const values: CelValue[] = [];
      for (const [index, step] of steps.entries()) {
        const value = step(state);
        if (!optionals.has(index)) values.push(value);
        else if (!(value instanceof Optional)) noOverload();
        else if (value.value !== undefined) values.push(value.value);
      }
      spend(state, 10);
      return values;
    };
  }

  private map({ entries }: MapExpr): Step {
    const steps = entries.map(({ key, value, isOptional }) => ({
      key: this.plan(key),
      value: this.plan(value),
      isOptional,
    }));
    return state => {
      const map = new Map<CelKey, CelValue>();
      for (const step of steps) {
        const key = keyOf(step.key(state));
        const value = step.value(state);
        if (key === undefined) throw new CelFault('unsupported key type');
        if (!step.isOptional) map.set(key, value);
        else if (!(value instanceof Optional)) noOverload();
        else if (value.value !== undefined) map.set(key, value.value);
      }
      spend(state, 30);
      return map;
    };
  }

  /** Objects that expressions make are maps. */
  private struct({ fields }: StructExpr): Step {
    const steps = fields.map(({ name, value, isOptional }) => ({
      name,
      value: this.plan(value),
      isOptional,
    }));
    return state => {
      const map = new Map<CelKey, CelValue>();
      for (const { name, value, isOptional } of steps) {
        const result = value(state);
        const given = isOptional && result instanceof Optional ? result.value : result;
        if (given !== undefined) map.set(name, given);
      }
      spend(state, 40);
      return map;
    };
  }

  private fold(expr: FoldExpr): Step {
    const range = this.plan(expr.range);
    const initial = this.plan(expr.initial);
    const accumulator = this.declare(expr.accumulator);
    const first = this.declare(expr.variable);
    const second = expr.variable2 === undefined ? undefined : this.declare(expr.variable2);
    const condition = this.plan(expr.condition);
    const step = this.plan(expr.step);
    this.scopes.length -= second === undefined ? 1 : 2;
    const result = this.plan(expr.result);
    this.scopes.pop();
    return state => {
      const entries = entriesOf(range(state), second !== undefined);
      const { slots } = state;
      slots[accumulator] = attempt(initial, state);
      for (const [key, value] of entries) {
        slots[first] = key;
        if (second !== undefined) slots[second] = value;
        if (condition(state) !== true) break;
        slots[accumulator] = attempt(step, state);
      }
      return result(state);
    };
  }

  private declare(name: string): number {
    const slot = this.scopes.length;
    this.scopes.push([name, slot]);
    this.slotsMax = Math.max(this.slotsMax, slot + 1);
    return slot;
  }
}

/** The sum of an empty list, by what it is a list of. */
function zeroOf(overload: string): CelValue {
  if (overload.includes('duration')) return new Duration(0n);
  if (overload.includes('uint')) return new Uint(0n);
  return overload.includes('double') ? 0 : 0n;
}

/** Runs a step; an error of the expression is its value. */
function attempt(step: Step, state: State): CelValue | CelFault {
  try {
    return step(state);
  } catch (error) {
    if (error instanceof CelFault) return error;
    throw error;
  }
}

function notStrictlyFalse(step: Step): Step {
  return state => {
    const value = attempt(step, state);
    spend(state, 1);
    return value !== false;
  };
}

/** What a loop visits: items, or keys; of loops with two variables indexes and items, or keys and values. */
function* entriesOf(
  range: CelValue,
  hasTwo: boolean,
): Generator<readonly [CelValue, CelValue], void, undefined> {
  if (isList(range)) {
    for (const [index, item] of range.entries())
      yield hasTwo ? [BigInt(index), item] : [item, null];
  } else if (isMap(range)) yield* range;
  else noOverload();
}
