/**
 * The language of expressions of expr-lang, in which Argo's projects write conditions and values. Whole
 * numbers and others are one type here, and zones of time are not known.
 * @upstream expr-lang/expr v1.17
 */
import { partsOf, type Node } from './ast.js';
import { valueOf } from './interpreter.js';
import { parse } from './parser.js';
import { Fault, type Fields, type Value } from './value.js';

/** A value, or why there is none. */
export type Evaluated = { readonly value: Value } | { readonly error: string };

/** What an expression gives with these names, of which some may be functions. */
export function evaluate(text: string, names: Fields): Evaluated {
  try {
    const node = parse(text, names);
    unknownNames(node, names, new Set());
    return { value: valueOf(node, { names }) };
  } catch (error) {
    if (error instanceof Fault) return { error: error.message };
    throw error;
  }
}

/** Names are looked for before anything is evaluated. */
function unknownNames(node: Node, names: Fields, own: ReadonlySet<string>): void {
  if (node.kind === 'name') {
    const isKnown = Object.hasOwn(names, node.name) || own.has(node.name) || node.name === '$env';
    if (!isKnown) throw new Fault(`unknown name ${node.name}`);
  }
  const inner = node.kind === 'let' ? new Set([...own, node.name]) : own;
  for (const part of partsOf(node)) unknownNames(part, names, inner);
}

/** The names that an expression must have, with dots; undefined: it cannot be read. */
export function namesIn(text: string): readonly string[] | undefined {
  try {
    const found = new Set<string>();
    gather(parse(text), { isGuarded: false }, found);
    return [...found];
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** What stands before `??` or `?.` need not be there. @upstream argo-workflows util/template getIdentifiers */
function gather(node: Node, how: { readonly isGuarded: boolean }, found: Set<string>): void {
  if (node.kind === 'name') found.add(node.name);
  if (node.kind === 'member') {
    const path = how.isGuarded ? undefined : pathOf(node);
    if (path !== undefined) found.add(path);
    gather(node.of, { isGuarded: how.isGuarded || node.isOptional }, found);
    return gather(node.name, { isGuarded: false }, found);
  }
  if (node.kind === 'binary') {
    gather(node.left, { isGuarded: how.isGuarded || node.operator === '??' }, found);
    return gather(node.right, how, found);
  }
  for (const part of partsOf(node)) gather(part, how, found);
}

function pathOf(node: Node): string | undefined {
  if (node.kind === 'name') return node.name;
  if (node.kind !== 'member' || node.isOptional) return undefined;
  const { name } = node;
  if (name.kind !== 'constant' || typeof name.value !== 'string') return undefined;
  const before = pathOf(node.of);
  return before === undefined ? undefined : `${before}.${name.value}`;
}
