/**
 * Replacements: a value of one object is written into fields of others.
 *
 * @upstream sigs.k8s.io/kustomize/api/filters/replacement/replacement.go
 */
import { join } from 'node:path';
import { isRecord } from '../../../sim/api/equality.js';
import type { KubeObject } from '../../../sim/api/object.js';
import { parseLocated, readInput } from '../located.js';
import { isOfGvk, partsOf } from './field-specs.js';
import type {
  FieldOptions,
  ReadKustomization,
  Replacement,
  ReplacementTarget,
} from './kustomization.js';
import { unresolved } from './kustomization.js';
import { byTarget, type PatchPlace } from './patches.js';
import { withObject, type Resource } from './resource.js';

/** The resources with all replacements of the kustomization. */
export function replaced(resources: readonly Resource[], read: ReadKustomization): Resource[] {
  let current = [...resources];
  for (const [index, given] of (read.value.replacements ?? []).entries()) {
    const where = { read, at: ['replacements', index] };
    for (const replacement of inlined(given, where)) current = once(current, replacement, where);
  }
  return current;
}

function inlined(given: Replacement, { read, at }: PatchPlace): readonly Replacement[] {
  if (given.path === undefined) return [given];
  const file = join(read.folder, given.path);
  return parseLocated(readInput(file), file).flatMap(({ value }) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!list.every(isRecord)) throw unresolved(read, at, `${file} is no list of replacements`);
    return list;
  });
}

function once(resources: Resource[], replacement: Replacement, where: PatchPlace): Resource[] {
  const value = valueOf(resources, replacement, where);
  let current = resources;
  for (const target of replacement.targets ?? []) {
    const isTarget = targetTest(target, where);
    current = current.map(resource =>
      isTarget(resource)
        ? withObject(resource, withValue(resource.object, { value, target, where }))
        : resource,
    );
  }
  return current;
}

function targetTest({ select, reject = [] }: ReplacementTarget, where: PatchPlace) {
  if (select === undefined) throw unresolved(where.read, where.at, 'a target selects nothing');
  const isChosen = byTarget(select, where);
  const refusals = reject.map(each => byTarget(each, where));
  return (resource: Resource): boolean =>
    isChosen(resource) && !refusals.some(isRefused => isRefused(resource));
}

function valueOf(
  resources: readonly Resource[],
  { source, sourceValue }: Replacement,
  { read, at }: PatchPlace,
): unknown {
  if (sourceValue !== undefined) return sourceValue;
  if (source === undefined) throw unresolved(read, at, 'the replacement has no source');
  const { name = '', namespace = '', fieldpath = 'metadata.name', options } = source;
  const { fieldPath = fieldpath } = source;
  const found = resources.filter(
    ({ object, formerNames }) =>
      isOfGvk(object, source) &&
      (name === '' || formerNames.includes(name)) &&
      (namespace === '' || namespace === (object.metadata.namespace ?? 'default')),
  );
  const title = `${source.kind ?? 'object'} ${name}`;
  if (found.length > 1) throw unresolved(read, at, `more than one ${title} could be the source`);
  const object = found[0]?.object;
  if (object === undefined) throw unresolved(read, at, `there is no ${title} to take a value from`);
  const value = lookedUp(object, fieldParts(fieldPath));
  if (value === undefined || value === null) {
    throw unresolved(read, at, `${title} has no ${fieldPath}`);
  }
  const { delimiter = '', index = 0 } = options ?? {};
  if (delimiter === '') return value;
  const part = String(value).split(delimiter)[index];
  if (part === undefined) throw unresolved(read, at, `${fieldPath} has no part ${index}`);
  return part;
}

/** `a.[b.c/d].[name=x].0` in parts: brackets keep dots, and stay where they match entries of a list. */
function fieldParts(path: string): string[] {
  const parts: string[] = [];
  for (const part of partsOf(path, '.')) {
    const open = parts.at(-1);
    const isOpen = open?.startsWith('[') === true && !open.endsWith(']');
    if (isOpen) parts[parts.length - 1] = `${open}.${part}`;
    else parts.push(part);
  }
  return parts.map(part =>
    part.startsWith('[') && !part.includes('=') ? part.replace(/^\[|\]$/g, '') : part,
  );
}

function lookedUp(object: unknown, parts: readonly string[]): unknown {
  let value = object;
  for (const part of parts) {
    if (Array.isArray(value)) value = value[indexesOf(value, part)[0] ?? -1];
    else value = isRecord(value) ? value[part] : undefined;
  }
  return value;
}

function indexesOf(list: readonly unknown[], part: string): number[] {
  if (part === '*') return [...list.keys()];
  if (/^\d+$/.test(part)) return Number(part) < list.length ? [Number(part)] : [];
  const [, field = '', pattern = ''] = /^\[([^=]*)=(.*)\]$/.exec(part) ?? [];
  const isLike = new RegExp(pattern);
  return [...list.keys()].filter(index => {
    const item = list[index];
    const text = field === '' ? item : isRecord(item) ? item[field] : undefined;
    return text !== undefined && isLike.test(String(text));
  });
}

interface Write {
  readonly value: unknown;
  readonly target: ReplacementTarget;
  readonly where: PatchPlace;
}

function withValue(object: KubeObject, { value, target, where }: Write): KubeObject {
  const { options, fieldPaths = ['metadata.name'] } = target;
  const { read, at } = where;
  return fieldPaths.reduce<KubeObject>((one, path) => {
    const result = written(one, fieldParts(path), { value, options });
    if (result === undefined) {
      throw unresolved(read, at, `${one.kind} ${one.metadata.name} has no ${path} to write to`);
    }
    // It was an object with metadata and still is one.
    return result.value as KubeObject;
  }, object);
}

interface Put {
  readonly value: unknown;
  readonly options: FieldOptions | undefined;
}

/** The value with what is at the path replaced; undefined when nothing is there. */
function written(
  at: unknown,
  parts: readonly string[],
  put: Put,
): { readonly value: unknown } | undefined {
  const [part, ...rest] = parts;
  if (part === undefined) return { value: merged(at, put) };
  const isMade = put.options?.create === true;
  if (Array.isArray(at)) return inList(at, parts, put);
  if (typeof at === 'string') return inText(at, parts, put);
  if (at !== undefined && at !== null && !isRecord(at)) return undefined;
  const map = at ?? {};
  if (!isMade && map[part] === undefined) return undefined;
  const inner = written(map[part], rest, put);
  return inner && { value: { ...map, [part]: inner.value } };
}

function inList(list: readonly unknown[], parts: readonly string[], put: Put) {
  const [part = '', ...rest] = parts;
  const chosen = indexesOf(list, part);
  const changed = new Map<number, unknown>();
  for (const index of chosen) {
    const inner = written(list[index], rest, put);
    if (inner !== undefined) changed.set(index, inner.value);
  }
  if (changed.size === 0) return undefined;
  return { value: list.map((item, index) => (changed.has(index) ? changed.get(index) : item)) };
}

/** A text that holds JSON is written anew; YAML in a text would be laid out as kustomize lays it out. */
function inText(text: string, parts: readonly string[], put: Put) {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const inner = written(JSON.parse(text), parts, put);
  const isPretty = text.includes('\n') && text.includes('  ');
  return inner && { value: JSON.stringify(inner.value, undefined, isPretty ? 2 : undefined) };
}

function merged(before: unknown, { value, options }: Put): unknown {
  const { delimiter = '', index = 0 } = options ?? {};
  if (delimiter !== '') {
    const parts = String(before ?? '').split(delimiter);
    if (index < 0) parts.unshift(String(value));
    else if (index >= parts.length) parts.push(String(value));
    else parts[index] = String(value);
    return parts.join(delimiter);
  }
  // A number stays one, and so does a text.
  if (typeof before === 'number' && !Number.isNaN(Number(value))) return Number(value);
  return typeof before === 'string' && typeof value !== 'object' ? String(value) : value;
}
