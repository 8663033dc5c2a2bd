/** Comparing, copying and freezing JSON values: hand-written because they run all the time. */
import { putField } from './own-fields.js';

/** Whether two JSON values are equal; keys that are undefined count as absent. */
export function deepEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object') return bothNaN(left, right);
  if (left === null || right === null) return false;
  if (Array.isArray(left)) return Array.isArray(right) && equalLists(left, right);
  if (Array.isArray(right)) return false;
  return equalRecords(left as Record<string, unknown>, right as Record<string, unknown>);
}

function bothNaN(left: unknown, right: unknown): boolean {
  return left !== left && right !== right;
}

function equalLists(left: readonly unknown[], right: readonly unknown[]): boolean {
  const length = left.length;
  if (length !== right.length) return false;
  for (let index = 0; index < length; index++) {
    if (!deepEqual(left[index], right[index])) return false;
  }
  return true;
}

function equalRecords(left: Record<string, unknown>, right: Record<string, unknown>): boolean {
  let keys = 0;
  for (const key in left) {
    const value = left[key];
    if (value === undefined) continue;
    keys++;
    if (!deepEqual(value, right[key])) return false;
  }
  for (const key in right) if (right[key] !== undefined) keys--;
  return keys === 0;
}

/** A copy of a JSON value that shares nothing with it. */
export function clone<T>(value: T): T {
  return cloned(value) as T;
}

function cloned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.map(cloned);
  }
  const source = value as Record<string, unknown>;
  const copy: Record<string, unknown> = {};
  for (const key in source) putField(copy, key, cloned(source[key]));
  return copy;
}

/** Freezes a JSON value all the way down, for tests that must catch a write; returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}

/** Whether a value is a JSON object: neither a list nor null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
