/** Gives expressions their values. @upstream expr-lang/expr compiler, vm */
import type { Node } from './ast.js';
import { callBuiltin } from './functions.js';
import { memberOf, operate, sliceOf } from './operators.js';
import { callWithPredicate, hasPredicate, type Item } from './predicates.js';
import { Fault, textOf, typeName, type Fields, type Value } from './value.js';

/** What an expression sees. */
export interface Scope {
  readonly names: Fields;
  /** What a condition on items is about. */
  readonly item?: Item;
}

/** Thrown where something is absent that may be; the chain around it is nil. */
const absent = new Fault('absent');

/** The value of a part. */
export function valueOf(node: Node, scope: Scope): Value {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'name':
      return named(node.name, scope);
    case 'item':
      return itemOf(node.name, scope);
    case 'unary':
      return unary(node.operator, valueOf(node.of, scope));
    case 'binary':
      return binary(node, scope);
    case 'choice':
      return valueOf(truth(valueOf(node.condition, scope)) ? node.yes : node.no, scope);
    case 'member':
      return member(node, scope);
    case 'chain':
      return chain(node.of, scope);
    case 'slice': {
      const ends = [node.from, node.to].map(end => end && valueOf(end, scope));
      return sliceOf(valueOf(node.of, scope), ends[0], ends[1]);
    }
    case 'list':
      return node.items.map(item => valueOf(item, scope));
    case 'map':
      return Object.fromEntries(
        node.pairs.map(([name, value]) => [textOf(valueOf(name, scope)), valueOf(value, scope)]),
      );
    case 'builtin':
      return builtin(node, scope);
    case 'call':
      return call(node, scope);
    case 'let': {
      const names = { ...scope.names, [node.name]: valueOf(node.value, scope) };
      return valueOf(node.in, { ...scope, names });
    }
    case 'sequence':
      return node.all.map(one => valueOf(one, scope)).at(-1);
  }
}

function named(name: string, { names }: Scope): Value {
  if (name === '$env') return names;
  if (!Object.hasOwn(names, name)) throw new Fault(`unknown name ${name}`);
  return names[name];
}

function itemOf(name: string, { item }: Scope): Value {
  if (name === '') return item?.item;
  if (name === 'acc') return item?.acc;
  if (name === 'index') return item?.index;
  throw new Fault(`unknown pointer #${name}`);
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new Fault('non-bool value used in a condition');
  return value;
}

function unary(operator: string, value: Value): Value {
  if (operator === '!' || operator === 'not') return !truth(value);
  if (typeof value !== 'number') {
    throw new Fault(`invalid operation: ${operator} ${typeName(value)}`);
  }
  return operator === '-' ? -value : value;
}

function binary({ operator, left, right }: Extract<Node, { kind: 'binary' }>, scope: Scope): Value {
  switch (operator) {
    case '||':
    case 'or':
      return truth(valueOf(left, scope)) || truth(valueOf(right, scope));
    case '&&':
    case 'and':
      return truth(valueOf(left, scope)) && truth(valueOf(right, scope));
    case '??':
      return valueOf(left, scope) ?? valueOf(right, scope);
    default:
      return operate(operator, valueOf(left, scope), valueOf(right, scope));
  }
}

function member({ of, name, isOptional }: Extract<Node, { kind: 'member' }>, scope: Scope): Value {
  const value = valueOf(of, scope);
  if (isOptional && value === undefined) throw absent;
  return memberOf(value, valueOf(name, scope));
}

function chain(of: Node, scope: Scope): Value {
  try {
    return valueOf(of, scope);
  } catch (error) {
    if (error === absent) return undefined;
    throw error;
  }
}

function builtin({ name, args }: Extract<Node, { kind: 'builtin' }>, scope: Scope): Value {
  if (!hasPredicate(name)) {
    return callBuiltin(
      name,
      args.map(arg => valueOf(arg, scope)),
    );
  }
  const [of, condition, ...rest] = args;
  if (of === undefined) throw new Fault(`not enough arguments to call ${name}`);
  return callWithPredicate(
    name,
    valueOf(of, scope),
    condition && (item => valueOf(condition, { ...scope, item })),
    rest.map(one => valueOf(one, scope)),
  );
}

function call({ callee, args }: Extract<Node, { kind: 'call' }>, scope: Scope): Value {
  const of = valueOf(callee, scope);
  if (typeof of !== 'function') {
    throw new Fault(`invalid operation: cannot call non-function of type ${typeName(of)}`);
  }
  return of(args.map(arg => valueOf(arg, scope)));
}
