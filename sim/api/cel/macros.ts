/**
 * Macros: calls that the parser turns into loops and tests.
 * @upstream cel-go/parser/macro.go, cel-go/ext/{comprehensions,bindings,lists}.go, cel-go/cel/library.go
 */
import type { Expr } from './ast.js';

/** Makes nodes. */
export interface Nodes {
  /** Whether `cel.bind` is one of the macros. */
  readonly hasBindings: boolean;
  nextId(): number;
  /** A call of an operator or function. */
  call(offset: number, name: string, ...args: readonly Expr[]): Expr;
}

/** A call that may be a macro. */
export interface MacroCall {
  readonly offset: number;
  readonly name: string;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
}

/** A macro was meant but its arguments do not fit. */
export class MacroFault extends Error {
  constructor(
    message: string,
    readonly offset?: number,
  ) {
    super(message);
  }
}

/** The name of what loops accumulate: no text can name it. */
export const accumulatorName = '@result';

const unused = '#unused';

type Expander = (nodes: Maker, call: MacroCall & { readonly target: Expr }) => Expr | undefined;

/** What the call becomes; undefined when it is no macro. */
export function expandMacro(nodes: Nodes, call: MacroCall): Expr | undefined {
  const { target } = call;
  const maker = new Maker(nodes, call.offset);
  if (target === undefined) {
    return call.name === 'has' && call.args.length === 1 ? presence(maker, call) : undefined;
  }
  if (call.name === 'bind') return nodes.hasBindings ? binding(maker, target, call) : undefined;
  const key = `${call.name}/${call.args.length}`;
  const expander = Object.hasOwn(expanders, key) ? expanders[key] : undefined;
  return expander?.(maker, { ...call, target });
}

class Maker {
  constructor(
    private readonly nodes: Nodes,
    private readonly offset: number,
  ) {}

  ident(name: string): Expr {
    return { kind: 'ident', id: this.nodes.nextId(), offset: this.offset, name };
  }

  get accumulator(): Expr {
    return this.ident(accumulatorName);
  }

  constant(value: boolean | bigint): Expr {
    return { kind: 'const', id: this.nodes.nextId(), offset: this.offset, value };
  }

  list(...items: readonly Expr[]): Expr {
    const node = { id: this.nodes.nextId(), offset: this.offset };
    return { kind: 'list', ...node, items, optionals: new Set() };
  }

  map(): Expr {
    return { kind: 'map', id: this.nodes.nextId(), offset: this.offset, entries: [] };
  }

  call(name: string, ...args: readonly Expr[]): Expr {
    return this.nodes.call(this.offset, name, ...args);
  }

  method(target: Expr, name: string, ...args: readonly Expr[]): Expr {
    const node = { id: this.nodes.nextId(), offset: this.offset };
    return { kind: 'call', ...node, name, target, args };
  }

  test(operand: Expr, field: string): Expr {
    const node = { id: this.nodes.nextId(), offset: this.offset };
    return { kind: 'select', ...node, operand, field, isTest: true };
  }

  fold(range: Expr, variables: readonly string[], parts: FoldParts): Expr {
    const node = { id: this.nodes.nextId(), offset: this.offset };
    const [variable = '', variable2] = variables;
    return {
      kind: 'fold',
      ...node,
      range,
      variable,
      variable2,
      accumulator: parts.accumulator ?? accumulatorName,
      initial: parts.initial,
      condition: parts.condition,
      step: parts.step,
      result: parts.result,
    };
  }

  /** `name` bound to a value within an expression. */
  bound(name: string, value: Expr, result: Expr): Expr {
    return this.fold(this.list(), [unused], {
      accumulator: name,
      initial: value,
      condition: this.constant(false),
      step: this.ident(name),
      result,
    });
  }
}

interface FoldParts {
  readonly accumulator?: string;
  readonly initial: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

function presence(make: Maker, { args: [argument] }: MacroCall): Expr {
  if (argument?.kind === 'select') return make.test(argument.operand, argument.field);
  throw new MacroFault('invalid argument to has() macro', argument?.offset);
}

/** The name of the argument; `what` tells what it should have been. */
function nameOf(argument: Expr | undefined, what = 'argument must be a simple name'): string {
  if (argument?.kind !== 'ident') throw new MacroFault(what, argument?.offset);
  if (argument.name !== accumulatorName && argument.name !== '__result__') return argument.name;
  throw new MacroFault('iteration variable overwrites accumulator variable', argument.offset);
}

function namesOf(first: Expr | undefined, second: Expr | undefined): readonly string[] {
  const names = [nameOf(first), nameOf(second)];
  if (names[0] !== names[1]) return names;
  throw new MacroFault(`duplicate variable name: ${names[0] ?? ''}`, second?.offset);
}

/** `cel.bind(name, value, result)`. */
function binding(make: Maker, target: Expr, { args }: MacroCall): Expr | undefined {
  const [variable, value, result] = args;
  const isOurs = target.kind === 'ident' && target.name === 'cel' && args.length === 3;
  if (!isOurs || value === undefined || result === undefined) return undefined;
  const name = nameOf(variable, 'cel.bind() variable names must be simple identifiers');
  return make.bound(name, value, result);
}

type Quantifier = 'all' | 'exists' | 'existsOne';

function quantified(
  make: Maker,
  kind: Quantifier,
  range: Expr,
  variables: readonly string[],
  predicate: Expr,
): Expr {
  const goesOn = (value: Expr) => make.call('@not_strictly_false', value);
  switch (kind) {
    case 'all':
      return make.fold(range, variables, {
        initial: make.constant(true),
        condition: goesOn(make.accumulator),
        step: make.call('_&&_', make.accumulator, predicate),
        result: make.accumulator,
      });
    case 'exists':
      return make.fold(range, variables, {
        initial: make.constant(false),
        condition: goesOn(make.call('!_', make.accumulator)),
        step: make.call('_||_', make.accumulator, predicate),
        result: make.accumulator,
      });
    case 'existsOne': {
      const more = make.call('_+_', make.accumulator, make.constant(1n));
      return make.fold(range, variables, {
        initial: make.constant(0n),
        condition: make.constant(true),
        step: make.call('_?_:_', predicate, more, make.accumulator),
        result: make.call('_==_', make.accumulator, make.constant(1n)),
      });
    }
  }
}

/** Collects into a list or map: `step` makes the next one. */
function collected(
  make: Maker,
  range: Expr,
  variables: readonly string[],
  parts: { readonly initial: Expr; readonly step: Expr; readonly filter: Expr | undefined },
): Expr {
  const { initial, step, filter } = parts;
  return make.fold(range, variables, {
    initial,
    condition: make.constant(true),
    step: filter === undefined ? step : make.call('_?_:_', filter, step, make.accumulator),
    result: make.accumulator,
  });
}

function mapped(make: Maker, range: Expr, args: readonly Expr[]): Expr {
  const variable = nameOf(args[0], 'argument is not an identifier');
  const filter = args.length === 3 ? args[1] : undefined;
  const step = make.call('_+_', make.accumulator, make.list(args.at(-1) as Expr));
  return collected(make, range, [variable], { initial: make.list(), step, filter });
}

function quantifier(kind: Quantifier): Expander {
  return (make, { target, args }) => {
    const variables = args.length === 3 ? namesOf(args[0], args[1]) : [nameOf(args[0])];
    return quantified(make, kind, target, variables, args.at(-1) as Expr);
  };
}

function transformed(what: 'list' | 'map' | 'entry'): Expander {
  return (make, { target, args }) => {
    const variables = namesOf(args[0], args[1]);
    const filter = args.length === 4 ? args[2] : undefined;
    const value = args.at(-1) as Expr;
    const { accumulator } = make;
    if (what === 'list') {
      const step = make.call('_+_', accumulator, make.list(value));
      return collected(make, target, variables, { initial: make.list(), step, filter });
    }
    const key = what === 'map' ? [make.ident(variables[0] ?? '')] : [];
    const step = make.call('cel.@mapInsert', accumulator, ...key, value);
    return collected(make, target, variables, { initial: make.map(), step, filter });
  };
}

/** optMap and optFlatMap: `of` wraps what comes out. */
function optionalMap(name: 'optMap' | 'optFlatMap'): Expander {
  return (make, { target, args }) => {
    const what = `${name}() variable name must be a simple identifier`;
    const variable = nameOf(args[0], what);
    const value = make.bound(variable, make.method(target, 'value'), args[1] as Expr);
    const found = name === 'optMap' ? make.call('optional.of', value) : value;
    return make.call('_?_:_', make.method(target, 'hasValue'), found, make.call('optional.none'));
  };
}

const expanders: Readonly<Record<string, Expander>> = {
  'all/2': quantifier('all'),
  'all/3': quantifier('all'),
  'exists/2': quantifier('exists'),
  'exists/3': quantifier('exists'),
  'existsOne/2': quantifier('existsOne'),
  'existsOne/3': quantifier('existsOne'),
  'exists_one/2': quantifier('existsOne'),
  'exists_one/3': quantifier('existsOne'),
  'map/2': (make, { target, args }) => mapped(make, target, args),
  'map/3': (make, { target, args }) => mapped(make, target, args),
  'filter/2': (make, { target, args }) => {
    const variable = nameOf(args[0], 'argument is not an identifier');
    const step = make.call('_+_', make.accumulator, make.list(args[0] as Expr));
    return collected(make, target, [variable], { initial: make.list(), step, filter: args[1] });
  },
  'transformList/3': transformed('list'),
  'transformList/4': transformed('list'),
  'transformMap/3': transformed('map'),
  'transformMap/4': transformed('map'),
  'transformMapEntry/3': transformed('entry'),
  'transformMapEntry/4': transformed('entry'),
  'optMap/2': optionalMap('optMap'),
  'optFlatMap/2': optionalMap('optFlatMap'),
  'sortBy/2': (make, { target, args }) => {
    const name = '@__sortBy_input__';
    const keys = mapped(make, make.ident(name), args);
    const sorted = make.method(make.ident(name), '@sortByAssociatedKeys', keys);
    return make.bound(name, target, sorted);
  },
};
