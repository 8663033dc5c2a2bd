/** ConfigMaps and Secrets that a kustomization makes of literals and files. */
import { isUtf8 } from 'node:buffer';
import { basename, join } from 'node:path';
import { base64OfBytes } from '../../../sim/api/base64.js';
import { isRecord } from '../../../sim/api/equality.js';
import type { KubeObject } from '../../../sim/api/object.js';
import { sha256Hex } from '../../host.js';
import { readBytes, readInput } from '../located.js';
import type { Generator, ReadKustomization } from './kustomization.js';
import { unresolved } from './kustomization.js';
import { resourceOf, withObject, type Resource } from './resource.js';
import { isNamedBy } from './scope.js';

/** The resources, and those that are generated; some are merged into those that were before. */
export function generated(resources: readonly Resource[], read: ReadKustomization): Resource[] {
  const { configMapGenerator = [], secretGenerator = [] } = read.value;
  let current = [...resources];
  for (const [index, generator] of configMapGenerator.entries()) {
    current = added(current, generator, {
      read,
      kind: 'ConfigMap',
      at: ['configMapGenerator', index],
    });
  }
  for (const [index, generator] of secretGenerator.entries()) {
    current = added(current, generator, { read, kind: 'Secret', at: ['secretGenerator', index] });
  }
  return current;
}

interface Where {
  readonly read: ReadKustomization;
  readonly kind: 'ConfigMap' | 'Secret';
  readonly at: readonly (string | number)[];
}

function added(current: readonly Resource[], generator: Generator, where: Where): Resource[] {
  const { read, kind, at } = where;
  const { name, namespace } = generator;
  const one = made(generator, dataOf(generator, read.folder, kind), where);
  const known = current.find(each => isNamedBy(each, one.object));
  // A word that kustomize does not know is as none to it.
  const behavior = generator.behavior ?? 'create';
  const isMerged = behavior === 'merge';
  if (!isMerged && behavior !== 'replace') {
    if (known === undefined) return [...current, one];
    const what = `${kind} ${name} is there already: behavior must be merge or replace`;
    throw unresolved(read, at, what);
  }
  if (known === undefined) {
    const place = namespace === undefined ? '' : ` in namespace ${namespace}`;
    throw unresolved(read, at, `there is no ${kind} ${name}${place} before to ${behavior}`);
  }
  const object = onto(known.object, one.object, isMerged);
  // Either of the two may do without a hash.
  const needsHash = known.needsHash && one.needsHash;
  const changed = withObject({ ...known, needsHash }, object);
  return current.map(each => (each === known ? changed : each));
}

/** The generated object in the place of another: labels and annotations of both, data of both if merged. */
function onto(before: KubeObject, object: KubeObject, isMerged: boolean): KubeObject {
  const both = (field: 'labels' | 'annotations'): object => {
    const pairs = { ...before.metadata[field], ...object.metadata[field] };
    return Object.keys(pairs).length === 0 ? {} : { [field]: pairs };
  };
  const { name, namespace } = before.metadata;
  const maps = (field: string): object => {
    const [old, now] = [before[field], object[field]];
    const map = { ...(isMerged && isRecord(old) ? old : {}), ...(isRecord(now) ? now : {}) };
    return Object.keys(map).length === 0 ? {} : { [field]: map };
  };
  return {
    ...object,
    metadata: {
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...both('labels'),
      ...both('annotations'),
    },
    ...maps('data'),
    ...maps('binaryData'),
  };
}

/** What is text, and what is not. */
interface GeneratedData {
  readonly data: Readonly<Record<string, string>>;
  readonly binaryData: Readonly<Record<string, string>>;
}

function made(generator: Generator, { data, binaryData }: GeneratedData, where: Where): Resource {
  const { read, kind, at } = where;
  const options = { ...read.value.generatorOptions, ...generator.options };
  const { labels, annotations, immutable, disableNameSuffixHash = false } = options;
  const object: KubeObject = {
    apiVersion: 'v1',
    kind,
    metadata: {
      name: generator.name,
      ...(generator.namespace !== undefined && { namespace: generator.namespace }),
      ...(labels !== undefined && { labels }),
      ...(annotations !== undefined && { annotations }),
    },
    ...((kind === 'Secret' || Object.keys(data).length > 0) && { data }),
    ...(Object.keys(binaryData).length > 0 && { binaryData }),
    ...(kind === 'Secret' && { type: generator.type ?? 'Opaque' }),
    ...(immutable !== undefined && { immutable }),
  };
  const line = read.document.lineOf(at);
  const document = { file: read.file, value: object, lineOf: () => line };
  return resourceOf({ object, file: read.file, line, document, path: [] }, !disableNameSuffixHash);
}

function dataOf(
  { literals = [], files = [], envs = [], env }: Generator,
  folder: string,
  kind: 'ConfigMap' | 'Secret',
): GeneratedData {
  const lines = [...envs, ...(env === undefined ? [] : [env])].flatMap(file =>
    readInput(join(folder, file))
      .split(/\r?\n/)
      .map(line => line.trimStart())
      .filter(line => line !== '' && !line.startsWith('#')),
  );
  const pairs = [
    ...literals.map(text => split(text, unquoted)),
    // Quotes of a file are a part of the value.
    ...lines.map(text => split(text)),
    ...files.map(text => {
      const [key, path] = text.includes('=') ? split(text) : [basename(text), text];
      return [key, readBytes(join(folder, path))] as const;
    }),
  ];
  const data: Record<string, string> = {};
  const binaryData: Record<string, string> = {};
  for (const [key, value] of pairs) {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    if (kind === 'Secret') data[key] = inLines(base64OfBytes(bytes));
    else if (isUtf8(bytes)) data[key] = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    else binaryData[key] = inLines(base64OfBytes(bytes));
  }
  return { data, binaryData };
}

/** As kustomize breaks what is long, which its hash covers too. */
function inLines(base64: string): string {
  return base64.length < lineLength ? base64 : base64.replace(/.{1,70}/g, '$&\n');
}

const lineLength = 70;

function split(
  text: string,
  read: (value: string) => string = value => value,
): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), read(text.slice(at + 1))];
}

const unquoted = (value: string): string => /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value;

/**
 * The name with the hash of the content at its end.
 *
 * @upstream sigs.k8s.io/kustomize/api/internal/hasher (hasher.go)
 */
export function hashedName({ kind = '', metadata, ...object }: KubeObject): string {
  const { data, binaryData, stringData, type } = object;
  const fields: [string, unknown][] = [
    ...(binaryData === undefined ? [] : [['binaryData', binaryData] as [string, unknown]]),
    ['data', data ?? ''],
    ['kind', kind],
    // kustomize means to write the name, and looks it up where it is not.
    ['name', ''],
    ...(stringData === undefined ? [] : [['stringData', stringData] as [string, unknown]]),
    ...(kind === 'Secret' ? [['type', type ?? ''] as [string, unknown]] : []),
  ];
  const digest = sha256Hex([goJson(Object.fromEntries(fields))]);
  const letters: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };
  const hash = [...digest.slice(0, 10)].map(letter => letters[letter] ?? letter).join('');
  return `${metadata.name ?? ''}-${hash}`;
}

/** As Go writes it: keys in order, and what HTML minds escaped. */
function goJson(value: unknown): string {
  if (isRecord(value)) {
    const keys = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
    return `{${keys.map(key => `${goJson(key)}:${goJson(value[key])}`).join(',')}}`;
  }
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
