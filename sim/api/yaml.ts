/**
 * Reads YAML as kubectl and the API server read it: YAML 1.1 (`yes` is true, `0755` is 493), keys are
 * texts, of two equal keys the last wins.
 */
import { isMap, isNode, isScalar, isSeq } from 'yaml';
import { isRecord } from './equality.js';
import type { Parsed } from './time.js';
import { firstDocument, yamlDocuments, type YamlDocument } from './yaml-documents.js';
import { yamlValue } from './yaml-values.js';

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
  const manifests: Manifest[] = [];
  const errors: string[] = [];
  for (const document of yamlDocuments(text)) {
    const [broken] = document.problems;
    const { value, problem } = yamlValue(document.document);
    if (broken !== undefined) errors.push(`${file}:${broken.line}: ${broken.message}`);
    else if (problem !== undefined) {
      errors.push(`${file}:${document.lineAt(problem.offset)}: ${problem.message}`);
    }
    if (value === null || value === undefined || broken !== undefined) continue;
    const line = lineAt(document, []);
    if (isRecord(value)) manifests.push(...flattened(value, { document, file, path: [] }));
    else errors.push(`${file}:${line}: a manifest must be an object`);
  }
  return { manifests, errors };
}

interface Place {
  readonly document: YamlDocument;
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
    lineAt(place.document, [...place.path, ...segmentsOf(path)]);
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
  { document, lineAt: lineOf }: YamlDocument,
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
  return lineOf(offset);
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

/** A YAML body: its first document as a JSON value, and the keys that were given twice. */
export function parseYamlBody(
  text: string,
): Parsed<{ readonly value: unknown; readonly duplicates: readonly string[] }> {
  const read = firstDocument(text);
  if (read === undefined) return { isOk: true, value: { value: null, duplicates: [] } };
  const { document, problems, lineAt: lineOf } = read;
  const [broken] = problems;
  if (broken !== undefined) return { isOk: false, error: goMessage(broken.code, broken.line) };
  const { value, repeats, problem } = yamlValue(document);
  if (problem !== undefined) {
    return { isOk: false, error: `yaml: line ${lineOf(problem.offset)}: ${problem.message}` };
  }
  // Go's parser tells the line of the value.
  const duplicates = repeats.map(
    ({ key, valueOffset }) =>
      `line ${lineOf(valueOffset)}: key ${JSON.stringify(key)} already set in map`,
  );
  return { isOk: true, value: { value, duplicates } };
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
