/**
 * Reads YAML as kubectl and the API server read it: YAML 1.1 (`yes` is true, `0755` is 493), keys are
 * texts, of two equal keys the last wins.
 */
import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
} from 'yaml';
import { isRecord } from './equality.js';
import type { Parsed } from './time.js';
import { kubernetesTags } from './yaml-scalars.js';

const options = {
  version: '1.1',
  merge: true,
  customTags: kubernetesTags,
  uniqueKeys: false,
  logLevel: 'silent',
} as const;

/** An object of a file, and where it stands. */
export interface Manifest {
  readonly object: Readonly<Record<string, unknown>>;
  readonly file: string;
  /** The line on which the object begins, from 1. */
  readonly line: number;
  /** The line of a field such as `spec.containers[0].image`, or of the nearest field above it that exists. */
  lineOf(path: string): number;
}

/** Reads all objects of a YAML or JSON file; the items of Lists come one by one. Errors name file and line. */
export function parseManifests(
  text: string,
  file: string,
): { readonly manifests: readonly Manifest[]; readonly errors: readonly string[] } {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { ...options, lineCounter: lines });
  const manifests: Manifest[] = [];
  const errors: string[] = [];
  if ('empty' in documents) return { manifests, errors };
  for (const document of documents) {
    const [problem] = document.errors;
    if (problem !== undefined) {
      const { line } = lines.linePos(problem.pos[0]);
      errors.push(`${file}:${line}: ${problem.message.split(' at line ')[0] ?? ''}`);
      continue;
    }
    const value = plain(document);
    if (value === null || value === undefined) continue;
    const line = lineAt(document, lines, []);
    if (isRecord(value)) manifests.push(...flattened(value, { document, lines, file, path: [] }));
    else errors.push(`${file}:${line}: a manifest must be an object`);
  }
  return { manifests, errors };
}

interface Place {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly file: string;
  readonly path: readonly (string | number)[];
}

function flattened(object: Readonly<Record<string, unknown>>, place: Place): readonly Manifest[] {
  const { kind, items } = object;
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item: unknown, index) =>
      isRecord(item) ? flattened(item, { ...place, path: [...place.path, 'items', index] }) : [],
    );
  }
  const lineOf = (path: string): number =>
    lineAt(place.document, place.lines, [...place.path, ...segmentsOf(path)]);
  return [{ object, file: place.file, line: lineOf(''), lineOf }];
}

/** The segments of a path as errors show it: `a.b[0].c`, `labels[app.io/x]`, `.a.b`. */
function segmentsOf(path: string): readonly (string | number)[] {
  const found = path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? [];
  return found.map(segment => {
    if (!segment.startsWith('[')) return segment;
    const inner = segment.slice(1, -1);
    return /^\d+$/.test(inner) ? Number(inner) : inner;
  });
}

function lineAt(
  document: Document,
  lines: LineCounter,
  path: readonly (string | number)[],
): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const segment of path) {
    const next = childOf(node, segment);
    if (next === undefined) break;
    node = next.value;
    offset = next.offset;
  }
  return lines.linePos(offset).line;
}

function childOf(
  node: unknown,
  segment: string | number,
): { value: unknown; offset: number } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(segment)];
    return isNode(item) ? { value: item, offset: item.range?.[0] ?? 0 } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
  const key = pair?.key;
  if (pair === undefined || !isNode(key)) return undefined;
  return { value: pair.value, offset: key.range?.[0] ?? 0 };
}

function plain(document: Document): unknown {
  return document.toJS({ maxAliasCount: 1000 });
}

/** A YAML body: its first document as a JSON value, and the keys that were given twice. */
export function parseYamlBody(
  text: string,
): Parsed<{ readonly value: unknown; readonly duplicates: readonly string[] }> {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { ...options, lineCounter: lines });
  const document = 'empty' in documents ? undefined : documents[0];
  if (document === undefined) return { isOk: true, value: { value: null, duplicates: [] } };
  const [problem] = document.errors;
  if (problem !== undefined) {
    return { isOk: false, error: goMessage(problem.code, lines.linePos(problem.pos[0]).line) };
  }
  const duplicates = duplicateKeys(document.contents, lines);
  return { isOk: true, value: { value: plain(document), duplicates } };
}

/** The messages of Go's parser for the mistakes that people make; the line is told from the second on. */
function goMessage(code: string, line: number): string {
  const at = line > 1 ? `line ${line}: ` : '';
  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return `yaml: ${at}mapping values are not allowed in this context`;
    case 'TAB_AS_INDENT':
    case 'BAD_SCALAR_START':
      return `yaml: ${at}found character that cannot start any token`;
    case 'BAD_INDENT':
    case 'MISSING_CHAR':
      return `yaml: line ${Math.max(1, line - 1)}: did not find expected node content`;
    default:
      return `yaml: line ${Math.max(1, line)}: could not find expected ':'`;
  }
}

/** `line 8: key "a" already set in map`, in the order of the document. */
function duplicateKeys(node: unknown, lines: LineCounter): readonly string[] {
  if (isSeq(node)) return node.items.flatMap(item => duplicateKeys(item, lines));
  if (!isMap(node)) return [];
  const seen = new Set<string>();
  return node.items.flatMap(pair => {
    const inner = duplicateKeys(pair.value, lines);
    if (!isScalar(pair.key)) return inner;
    const key = String(pair.key.value);
    if (!seen.has(key)) {
      seen.add(key);
      return inner;
    }
    // Go's parser tells the line of the value.
    const place = isNode(pair.value) ? pair.value : pair.key;
    const { line } = lines.linePos(place.range?.[0] ?? 0);
    return [`line ${line}: key ${JSON.stringify(key)} already set in map`, ...inner];
  });
}
