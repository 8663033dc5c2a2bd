/** ConfigMaps and Secrets that a kustomization makes of literals and files. */
import { basename, join } from 'node:path';
import { base64OfBytes } from '../../../sim/api/base64.js';
import { isRecord } from '../../../sim/api/equality.js';
import type { KubeObject } from '../../../sim/api/object.js';
import { sha256Hex } from '../../host.js';
import { readInput } from '../../input/located.js';
import type { Generator, ReadKustomization } from './kustomization.js';
import { unresolved } from './kustomization.js';
import { resourceOf, withObject, type Resource } from './resource.js';

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
  // A word that kustomize does not know is as none to it.
  const behavior = generator.behavior ?? 'create';
  const data = dataOf(generator, read.folder, kind);
  const isMerged = behavior === 'merge';
  if (!isMerged && behavior !== 'replace') return [...current, made(generator, data, where)];
  const known = current.find(
    ({ object, formerNames }) => object.kind === kind && formerNames.includes(generator.name),
  );
  if (known === undefined)
    throw unresolved(read, at, `${kind} ${generator.name} is nowhere before`);
  const { data: before } = known.object;
  const merged = { ...(isMerged && isRecord(before) ? before : {}), ...data };
  const changed = withObject(known, { ...known.object, data: merged });
  return current.map(one => (one === known ? changed : one));
}

function made(
  generator: Generator,
  data: Readonly<Record<string, string>>,
  where: Where,
): Resource {
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
): Record<string, string> {
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
      return [key, readInput(join(folder, path))] as const;
    }),
  ];
  return Object.fromEntries(
    pairs.map(([key, value]) => [
      key,
      kind === 'Secret' ? base64OfBytes(new TextEncoder().encode(value)) : value,
    ]),
  );
}

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
