/**
 * The steps of a field's path as fieldsV1 writes them: `f:name`, `k:{"name":"a"}`, `v:"x"`, `i:0`. The
 * written form is canonical, so it serves as the step itself.
 * @upstream sigs.k8s.io/structured-merge-diff fieldpath/element.go, serialize-pe.go
 */
import { isRecord } from '../equality.js';
import { compareText, goQuote } from '../go-text.js';

/** A step in its written form. */
export type PathElement = string;

/** A field of an object or a key of a map. */
export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

/** An item of a list that is a map by these keys. */
export function keyElement(keys: Readonly<Record<string, unknown>>): PathElement {
  const names = Object.keys(keys).toSorted(compareText);
  return `k:{${names.map(name => `${JSON.stringify(name)}:${JSON.stringify(keys[name])}`).join(',')}}`;
}

/** An item of a list that is a set. */
export function valueElement(value: unknown): PathElement {
  return `v:${JSON.stringify(value)}`;
}

/** The name of a field's step; undefined for other steps. */
export function fieldName(element: PathElement): string | undefined {
  return element.startsWith('f:') ? element.slice(2) : undefined;
}

/** Whether a text is a step at all. */
export function isPathElement(text: string): boolean {
  if (text.startsWith('f:')) return true;
  return /^[kvi]:/.test(text) && jsonOf(text) !== undefined;
}

function jsonOf(element: PathElement): unknown {
  try {
    return JSON.parse(element.slice(2)) as unknown;
  } catch {
    return undefined;
  }
}

/** A step as messages show it: `.spec`, `[name="a"]`, `[="x"]`. */
export function printedElement(element: PathElement): string {
  const name = fieldName(element);
  if (name !== undefined) return `.${name}`;
  const value = jsonOf(element);
  if (element.startsWith('v:')) return `[=${printedValue(value)}]`;
  if (element.startsWith('i:')) return `[${element.slice(2)}]`;
  // What begins with `k:` holds an object: `isPathElement` has seen to it, or we have written it.
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  return `[${entries.map(([key, item]) => `${key}=${printedValue(item)}`).join(',')}]`;
}

/** @upstream sigs.k8s.io/structured-merge-diff value/value.go ToString */
function printedValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (Array.isArray(value)) return `[${value.map(printedValue).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  return Object.keys(value)
    .sort(compareText)
    .map(key => `${key}=${printedValue(value[key])}`)
    .join('');
}

/** A path as messages show it: `.spec.containers[name="a"].image`. */
export function printedPath(path: readonly PathElement[]): string {
  return path.map(printedElement).join('');
}

const ranks: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };

/** The order of steps in fieldsV1. */
export function compareElements(left: PathElement, right: PathElement): number {
  const byKind = (ranks[left.charAt(0)] ?? 4) - (ranks[right.charAt(0)] ?? 4);
  if (byKind !== 0) return byKind;
  return left.startsWith('f:')
    ? compareText(left, right)
    : compareValues(remembered(left), remembered(right));
}

const valuesMax = 4096;
const values = new Map<PathElement, unknown>();

/** What a key or a value says; a few, such as the types of conditions, are compared again and again. */
function remembered(element: PathElement): unknown {
  const known = values.get(element);
  if (known !== undefined) return known;
  const value = jsonOf(element);
  if (values.size >= valuesMax) values.clear();
  values.set(element, value);
  return value;
}

/** Numbers, then strings, then booleans; objects by their entries. */
function compareValues(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'object' && typeof right === 'object') {
    return compareEntries(Object.entries(left ?? {}), Object.entries(right ?? {}));
  }
  if (typeof left !== typeof right) return typeRank(left) - typeRank(right);
  return compareText(String(left), String(right));
}

function typeRank(value: unknown): number {
  return ['number', 'string', 'boolean'].indexOf(typeof value);
}

type Entries = readonly (readonly [string, unknown])[];

function compareEntries(left: Entries, right: Entries): number {
  for (const [index, [key, value]] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const byKey = compareText(key, other[0]);
    if (byKey !== 0) return byKey;
    const byValue = compareValues(value, other[1]);
    if (byValue !== 0) return byValue;
  }
  return left.length - right.length;
}
