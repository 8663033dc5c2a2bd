/**
 * JSON paths with names, numbers, slices, `*`, `..` and conditions, which are read as expressions are.
 * @upstream github.com/evilmonkeyinc/jsonpath
 */
import type { Node } from '../../../expr/ast.js';
import { valueOf } from '../../../expr/interpreter.js';
import { parse } from '../../../expr/parser.js';
import { Fault, isFields, isList, type Fields, type Value } from '../../../expr/value.js';

type Step =
  | { readonly kind: 'name'; readonly names: readonly string[] }
  | { readonly kind: 'index'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: 'all' }
  | { readonly kind: 'deep' }
  | { readonly kind: 'length' }
  | { readonly kind: 'filter'; readonly condition: Node };

/** What is at the path: a value, or a list of those that a path of many meets. */
export function queried(value: Value, path: string): Value {
  const steps = stepsOf(path);
  const isMany = steps.some(({ kind }) => !['name', 'index', 'length'].includes(kind));
  let at: readonly Value[] = [value];
  for (const step of steps) {
    const next = at.flatMap(one => into(one, step));
    if (next.length === 0 && !isMany)
      throw new Fault(`key: invalid token key not found in ${path}`);
    at = next;
  }
  const isOneSlice = steps.at(-1)?.kind === 'slice' || isMany;
  return isOneSlice ? at : at[0];
}

const pattern = new RegExp(
  [
    String.raw`\.\.`,
    String.raw`\.?\*`,
    String.raw`\.([\p{L}\p{N}_$-]+(?:\(\))?)`,
    String.raw`\[\?\((.*?)\)\]`,
    String.raw`\[((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\]"'])*)\]`,
  ].join('|'),
  'suy',
);

function stepsOf(path: string): readonly Step[] {
  const text = path.trim();
  if (!text.startsWith('$')) throw new Fault(`unexpected token '${text.charAt(0)}' at index 0`);
  const steps: Step[] = [];
  let at = 1;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) throw new Fault(`unexpected token '${text.charAt(at)}' at index ${at}`);
    at = pattern.lastIndex;
    // A name may follow `..` without a dot.
    if (match[0] === '..' && /[\p{L}*_]/u.test(text.charAt(at))) at--;
    steps.push(stepOf(match));
  }
  return steps;
}

function stepOf([whole, name, condition, bracket]: RegExpExecArray): Step {
  if (whole === '..') return { kind: 'deep' };
  if (name === 'length()' || name === 'length') return { kind: 'length' };
  if (name !== undefined) return { kind: 'name', names: [name] };
  if (condition !== undefined) return { kind: 'filter', condition: conditionOf(condition) };
  if (bracket === undefined || bracket.trim() === '*') return { kind: 'all' };
  return bracketed(bracket.trim());
}

function bracketed(text: string): Step {
  const [, from, to] = /^(-?\d*):(-?\d*)$/.exec(text) ?? [];
  if (from !== undefined) {
    const end = (part = '') => (part === '' ? undefined : Number(part));
    return { kind: 'slice', from: end(from), to: end(to) };
  }
  const parts = text.split(/,(?=(?:[^'"]|'[^']*'|"[^"]*")*$)/).map(part => part.trim());
  if (parts.every(part => /^-?\d+$/.test(part))) {
    return { kind: 'index', indexes: parts.map(Number) };
  }
  return { kind: 'name', names: parts.map(part => part.replace(/^(['"])(.*)\1$/s, '$2')) };
}

/** `@` is the item. */
function conditionOf(text: string): Node {
  const written = text.replaceAll(/@(?=[.[\s<>=!)]|$)/g, 'item_');
  return parse(written);
}

function into(value: Value, step: Step): readonly Value[] {
  switch (step.kind) {
    case 'name':
      return step.names.flatMap(name =>
        isFields(value) && Object.hasOwn(value, name) ? [value[name]] : [],
      );
    case 'index':
      return isList(value) ? step.indexes.flatMap(index => itemAt(value, index)) : [];
    case 'slice':
      return isList(value) ? value.slice(step.from, step.to) : [];
    case 'length':
      return lengthOf(value);
    case 'all':
      return membersOf(value);
    case 'deep':
      return [value, ...membersOf(value).flatMap(one => into(one, step))];
    case 'filter':
      return membersOf(value).filter(item => fits(step.condition, item));
  }
}

function itemAt(list: readonly Value[], index: number): readonly Value[] {
  const at = index < 0 ? list.length + index : index;
  return at < list.length && at >= 0 ? [list[at]] : [];
}

function lengthOf(value: Value): readonly Value[] {
  if (isFields(value) && Object.hasOwn(value, 'length')) return [value['length']];
  if (isList(value) || typeof value === 'string') return [value.length];
  return isFields(value) ? [Object.keys(value).length] : [];
}

function membersOf(value: Value): readonly Value[] {
  if (isList(value)) return value;
  if (!isFields(value)) return [];
  return Object.keys(value)
    .sort()
    .map(name => value[name]);
}

/** What makes no sense of an item does not fit it. */
function fits(condition: Node, item: Value): boolean {
  const names: Fields = { item_: item };
  try {
    const found = valueOf(condition, { names });
    return found !== undefined && found !== false;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}
