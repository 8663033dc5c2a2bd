/**
 * JSON patches as the API server applies them: a little laxer than RFC 6902.
 * @upstream gopkg.in/evanphx/json-patch.v4 patch.go
 */
import { deepEqual, isRecord } from '../equality.js';
import type { RepeatedKeys } from '../json-parse.js';
import type { Parsed } from '../time.js';

/** One operation; what it lacks is noticed when it is applied. */
export interface JsonPatchOperation {
  readonly op?: string;
  readonly path?: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** The operations of a decoded body, with what strict decoding says about them, or Go's error. */
export function readJsonPatch(
  body: unknown,
  repeated: RepeatedKeys,
): Parsed<{
  readonly operations: readonly JsonPatchOperation[];
  readonly strict: readonly string[];
}> {
  const fail = (what: string, target: string): { isOk: false; error: string } => ({
    isOk: false,
    error: `json: cannot unmarshal ${what} into Go ${target}`,
  });
  if (body === null) return { isOk: true, value: { operations: [], strict: [] } };
  if (!Array.isArray(body)) return fail(told(body), 'value of type []handlers.jsonPatchOp');
  const strict: string[] = [];
  for (const [index, operation] of (body as readonly unknown[]).entries()) {
    if (operation === null) continue;
    if (!isRecord(operation)) return fail(told(operation), 'value of type handlers.jsonPatchOp');
    for (const field of ['op', 'path', 'from']) {
      const value = operation[field];
      if (value === undefined || value === null || typeof value === 'string') continue;
      return fail(told(value), `struct field jsonPatchOp.${field} of type string`);
    }
    strict.push(...strictErrors(operation, index, repeated));
  }
  return { isOk: true, value: { operations: body as readonly JsonPatchOperation[], strict } };
}

function told(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

const known = new Set(['op', 'path', 'from', 'value']);

function strictErrors(operation: object, index: number, repeated: RepeatedKeys): readonly string[] {
  const seen = new Set<string>();
  return (repeated.get(operation)?.keys ?? Object.keys(operation)).flatMap(key => {
    const isRepeated = seen.has(key);
    seen.add(key);
    if (isRepeated) return [`json patch duplicate field "[${index}].${key}"`];
    return known.has(key) ? [] : [`json patch unknown field "[${index}].${key}"`];
  });
}

/** The document after all operations, or the first one's complaint. The document is not changed. */
export function applyJsonPatch(
  document: unknown,
  operations: readonly JsonPatchOperation[],
): Parsed<unknown> {
  let current = document;
  for (const operation of operations) {
    try {
      current = applied(current, operation ?? {});
    } catch (error) {
      if (error instanceof PatchFault) return { isOk: false, error: toldFault(error, operation) };
      throw error;
    }
  }
  return { isOk: true, value: current };
}

/** What operations throw; never leaves this file. */
class PatchFault extends Error {}

/** A path that leads nowhere. */
class MissingPath extends PatchFault {}

/** Faults of an item or key, which are told with the path of the operation. */
class ItemFault extends PatchFault {}

/** The fault as upstream tells it for the operation. */
function toldFault(fault: PatchFault, operation: JsonPatchOperation): string {
  const { op = '', path = '' } = operation;
  if (fault instanceof ItemFault) return `error in ${op} for path: '${path}': ${fault.message}`;
  if (!(fault instanceof MissingPath)) return fault.message;
  const isFrom = op === 'move' || op === 'copy';
  const isQuoted = op === 'add' || op === 'remove';
  const shown = isQuoted ? JSON.stringify(fault.message) : fault.message;
  const what = isFrom ? 'doc is missing from path' : 'doc is missing path';
  return `${op} operation does not apply: ${what}: ${shown}: missing value`;
}

function applied(document: unknown, operation: JsonPatchOperation): unknown {
  const { op, path, value = null } = operation;
  if (path === undefined || path === null) {
    throw new PatchFault('operation missing path field');
  }
  switch (op) {
    case 'add':
      return changed(document, path, (container, key) => added(container, key, value));
    case 'remove':
      return changed(document, path, removed);
    case 'replace':
      return changed(document, path, (container, key) => replaced(container, key, value));
    case 'move': {
      const from = fromOf(operation);
      const moved = valueAt(document, from);
      const without = changed(document, from, removed);
      return changed(without, path, (container, key) => added(container, key, moved ?? null));
    }
    case 'copy': {
      const copied = valueAt(document, fromOf(operation));
      return changed(document, path, (container, key) => added(container, key, copied ?? null));
    }
    case 'test':
      tested(document, path, value);
      return document;
    default:
      throw new PatchFault(`Unexpected kind: ${op ?? 'unknown'}`);
  }
}

function fromOf({ from }: JsonPatchOperation): string {
  if (typeof from !== 'string') throw new PatchFault('operation missing from field');
  return from;
}

type Container = readonly unknown[] | Readonly<Record<string, unknown>>;
type Change = (container: Container, key: string) => Container;

/** The first segment is dropped, whatever it is: a pointer begins with a slash, or should. */
function segmentsOf(path: string): readonly string[] {
  const [, ...segments] = path.split('/');
  if (segments.length === 0) throw missing(path);
  return segments.map(segment => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function missing(path: string): PatchFault {
  return new MissingPath(path);
}

/** The document with the container at the end of the path changed; all on the way is copied. */
function changed(document: unknown, path: string, change: Change): unknown {
  const segments = segmentsOf(path);
  const descend = (node: unknown, depth: number): unknown => {
    if (!isContainer(node)) throw missing(path);
    const key = segments[depth] ?? '';
    if (depth === segments.length - 1) return change(node, key);
    return withChild(node, key, descend(childOf(node, key), depth + 1));
  };
  return descend(document, 0);
}

function valueAt(document: unknown, path: string): unknown {
  let node = document;
  for (const segment of segmentsOf(path)) {
    if (!isContainer(node)) throw missing(path);
    node = childOf(node, segment);
  }
  return node;
}

function isContainer(node: unknown): node is Container {
  return typeof node === 'object' && node !== null;
}

function isList(container: Container): container is readonly unknown[] {
  return Array.isArray(container);
}

function childOf(container: Container, key: string): unknown {
  if (isList(container)) return container[indexOf(container, key)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

/** An index that exists; negative ones count from the end. */
function indexOf(list: readonly unknown[], key: string): number {
  const index = numberOf(key);
  const actual = index < 0 ? index + list.length : index;
  if (actual < 0 || actual >= list.length) {
    throw new ItemFault(`Unable to access invalid index: ${index}: invalid index referenced`);
  }
  return actual;
}

function numberOf(key: string): number {
  if (!/^[+-]?\d+$/.test(key)) {
    throw new PatchFault(`strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
  }
  return Number(key);
}

function withChild(container: Container, key: string, child: unknown): Container {
  if (!isList(container)) return { ...container, [key]: child };
  const copy = [...container];
  copy[indexOf(container, key)] = child;
  return copy;
}

function added(container: Container, key: string, value: unknown): Container {
  if (!isList(container)) return { ...container, [key]: value };
  if (key === '-') return [...container, value];
  const index = numberOf(key);
  const actual = index < 0 ? index + container.length + 1 : index;
  if (actual < 0 || actual > container.length) {
    throw new ItemFault(`Unable to access invalid index: ${index}: invalid index referenced`);
  }
  return container.toSpliced(actual, 0, value);
}

function removed(container: Container, key: string): Container {
  if (isList(container)) return container.toSpliced(indexOf(container, key), 1);
  if (!Object.hasOwn(container, key)) {
    throw new ItemFault(`Unable to remove nonexistent key: ${key}: missing value`);
  }
  const { [key]: _, ...rest } = container;
  return rest;
}

/** A missing key of an object is added. */
function replaced(container: Container, key: string, value: unknown): Container {
  return withChild(container, key, value);
}

/** What is missing is equal to null. */
function tested(document: unknown, path: string, value: unknown): void {
  const actual = valueAt(document, path) ?? null;
  if (!deepEqual(actual, value)) throw new PatchFault(`testing value ${path} failed: test failed`);
}
