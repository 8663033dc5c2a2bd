/** YAML files whose every value knows its line, so that what is wrong in them can be pointed at. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isMap, isNode, isScalar, isSeq, visit, type Pair, type YAMLMap } from 'yaml';
import {
  yamlDocuments,
  type YamlDocument,
  type YamlProblem,
} from '../../sim/api/yaml-documents.js';
import { yamlValue } from '../../sim/api/yaml-values.js';
import { exitCodes, InputError, UserError } from './errors.js';

/** A path into a document: keys and indexes. */
export type FieldPath = readonly (string | number)[];

/** A document of a file. */
export interface Located {
  readonly file: string;
  readonly value: unknown;
  /** The 1-based line of a field, or of the nearest field around it that exists. */
  lineOf(path: FieldPath): number;
  /** How a value is written there, if it is one word or text. */
  writtenAt?(path: FieldPath): string | undefined;
  /** The 1-based lines of keys that stand in their map already: the last one counts. */
  readonly repeats?: readonly number[];
}

/** The text of a file; a clear error when there is none. */
export function readInput(file: string): string {
  const text = new TextDecoder().decode(readBytes(file));
  if (!text.includes('\0')) return text;
  throw new InputError({ file }, 'it is no text', 'name a file of YAML or JSON');
}

/** What a file holds, be it text or not; a clear error when there is none. */
export function readBytes(file: string): Uint8Array {
  if (!existsSync(file)) {
    throw new UserError(`no such file: ${file}`, {
      exitCode: exitCodes.usage,
      code: 'no-such-file',
      next: 'check the path; it is taken from the current folder',
    });
  }
  if (statSync(file).isDirectory()) {
    throw new UserError(`${file} is a folder, not a file`, {
      exitCode: exitCodes.usage,
      code: 'is-a-folder',
      next: 'name a file in it',
    });
  }
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError(`cannot read ${file}: ${(error as Error).message}`, {
      exitCode: exitCodes.usage,
      code: 'unreadable',
      next: 'see to it that you may read it',
    });
  }
}

/** How a text is read. */
export interface ReadingOptions {
  /** kubectl takes a key that stands twice, kustomize and others do not: it is only noted. */
  readonly mayRepeat?: boolean;
  /** kubectl ends the last line of a file that does not, which a block of text that ends there shows. */
  readonly keepsLastLine?: boolean;
}

/** The documents of a YAML or JSON text that are not empty, their values as kubectl reads them. */
export function parseLocated(
  given: string,
  file: string,
  { mayRepeat = false, keepsLastLine = false }: ReadingOptions = {},
): Located[] {
  const text = keepsLastLine || given.endsWith('\n') ? given : `${given}\n`;
  return documentsOf(text).flatMap(document => {
    refuseTemplate(document, { text, file });
    const [broken] = document.problems;
    if (broken !== undefined) {
      const next = remedies[broken.code] ?? 'mend it there: indentation, quotes and brackets';
      throw new InputError({ file, line: broken.line }, `not YAML: ${broken.message}`, next);
    }
    const { value, repeats, problem } = yamlValue(document.document);
    if (problem !== undefined) {
      const place = { file, line: document.lineAt(problem.offset) };
      throw new InputError(place, `kubectl refuses it: ${problem.message}`, valueRemedy);
    }
    const lines = repeats.map(({ keyOffset }) => document.lineAt(keyOffset));
    const [line] = lines;
    if (line !== undefined && !mayRepeat) {
      throw new InputError(
        { file, line },
        'not YAML: Map keys must be unique',
        'keep one of the two',
      );
    }
    if (value === null || value === undefined) return [];
    const lineOf = (path: FieldPath): number => lineIn(document, path);
    return [{ file, value, lineOf, writtenAt: path => writtenIn(document, path), repeats: lines }];
  });
}

const valueRemedy = 'write it so that it has a form in JSON: quote the text, or name what is there';

/**
 * The texts that were parsed last: a run reads its manifests to check them, for the resources that they
 * name, and to apply them. Values are made anew for each reader, who may change them.
 */
const known = new Map<string, readonly YamlDocument[]>();
const knownMax = 32;
/** What is longer is not kept. */
const keptLengthMax = 65_536;

function documentsOf(text: string): readonly YamlDocument[] {
  const before = known.get(text);
  if (before !== undefined) return before;
  const documents = yamlDocuments(text);
  if (text.length > keptLengthMax) return documents;
  if (known.size >= knownMax) known.clear();
  known.set(text, documents);
  return documents;
}

/** Tells of a template that nobody has rendered: `{{ x }}` is no YAML, or a map that is the key of a map. */
function refuseTemplate(
  document: YamlDocument,
  { text, file }: { readonly text: string; readonly file: string },
): void {
  if (!text.includes('{{')) return;
  const isHole = ({ line }: YamlProblem): boolean => hole(text, line) !== undefined;
  const line = document.problems.find(isHole)?.line ?? lineOfMapAsKey(document);
  if (line === undefined) return;
  const found = hole(text, line) ?? '{{ }}';
  const what = `not YAML: ${found} is a template's, and nothing has filled it in`;
  const next = ofWorkflow.test(found)
    ? 'put the value in quotes, if Argo Workflows is to fill it in: YAML takes braces for a mapping'
    : 'render it first: helm template, jinja2, cookiecutter';
  throw new InputError({ file, line }, what, next);
}

/** What Argo Workflows fills in while a workflow runs. */
const ofWorkflow = /^\{\{=?\s*(?:workflow|inputs|outputs|steps|tasks|item|pod|retries)\b/;

const hole = (text: string, line: number): string | undefined =>
  /\{\{.*?(\}\}|$)/.exec(text.split('\n')[line - 1] ?? '')?.[0];

function lineOfMapAsKey({ document, lineAt }: YamlDocument): number | undefined {
  let line: number | undefined;
  visit(document, {
    Pair: (_, { key }) => {
      if (!isMap(key) || !key.range) return undefined;
      line = lineAt(key.range[0]);
      return visit.BREAK;
    },
  });
  return line;
}

/** What to do about problems of YAML, by the parser's word for them. */
const remedies: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  MISSING_CHAR: 'add what is missing: a colon with a space, a comma, a bracket or a quote',
  QUOTE: 'close the quote, or double it where it is a part of the text',
  DIRECTIVE: 'take the line out: kubectl reads YAML 1.1 whatever it says',
  SEPARATOR: 'begin the document on the next line',
  CONTROL: 'take it out, or write it escaped in double quotes: "\\x07"',
};

function lineIn(document: YamlDocument, path: FieldPath): number {
  const { contents } = document.document;
  for (let length = path.length; length >= 0; length--) {
    const part = path.slice(0, length);
    const node = length === 0 ? contents : (keyAt(document, part) ?? valueAt(document, part));
    if (isNode(node) && node.range) return document.lineAt(node.range[0]);
  }
  return 1;
}

function writtenIn(document: YamlDocument, path: FieldPath): string | undefined {
  const node = valueAt(document, path);
  return isScalar(node) ? node.source : undefined;
}

function valueAt({ document }: YamlDocument, path: FieldPath): unknown {
  let node: unknown = document.contents;
  for (const part of path) {
    if (isMap(node)) node = pairIn(node, part)?.value;
    else node = isSeq(node) ? node.get(part, true) : undefined;
  }
  return node;
}

/** The key of a field of a map: where the field begins, wherever its value does. */
function keyAt(document: YamlDocument, path: FieldPath): unknown {
  const [part] = path.slice(-1);
  const parent = valueAt(document, path.slice(0, -1));
  return isMap(parent) && part !== undefined ? pairIn(parent, part)?.key : undefined;
}

/** The pairs of maps by their keys: a map may have 100,000, and something may be wrong with each. */
const pairsOfMaps = new WeakMap<YAMLMap, ReadonlyMap<unknown, Pair>>();

/** The first pair with that key. */
function pairIn(map: YAMLMap, key: string | number): Pair | undefined {
  const known = pairsOfMaps.get(map);
  if (known !== undefined) return known.get(key);
  const pairs = new Map<unknown, Pair>();
  for (const pair of map.items) {
    const name = isScalar(pair.key) ? pair.key.value : pair.key;
    if (!pairs.has(name)) pairs.set(name, pair);
  }
  pairsOfMaps.set(map, pairs);
  return pairs.get(key);
}

/** `spec.steps[2].wait`. */
export function fieldText(path: FieldPath): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join('');
}
