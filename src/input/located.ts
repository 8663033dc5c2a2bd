/** YAML files whose every value knows its line, so that what is wrong in them can be pointed at. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import {
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type YAMLParseError,
} from 'yaml';
import { kubernetesTags } from '../../sim/api/yaml-scalars.js';
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

/**
 * The documents of a YAML or JSON text that are not empty, their values as kubectl reads them. kubectl
 * takes a key that stands twice, kustomize and others do not: with `mayRepeat` it is only noted.
 */
export function parseLocated(
  text: string,
  file: string,
  { mayRepeat = false }: { readonly mayRepeat?: boolean } = {},
): Located[] {
  const { documents, lines } = documentsOf(text);
  return documents.flatMap(document => {
    refuseTemplate(document, { text, file, lines });
    const isRepeat = ({ code }: YAMLParseError): boolean => mayRepeat && code === 'DUPLICATE_KEY';
    const problem = document.errors.find(error => !isRepeat(error));
    if (problem !== undefined) {
      const line = lineOfProblem(problem, lines);
      const what = `not YAML: ${problem.message.split('\n')[0] ?? ''}`;
      throw new InputError(
        { file, line },
        what.replace(/ at line \d+, column \d+:?$/, ''),
        remedies[problem.code] ?? 'mend it there: indentation, quotes and brackets',
      );
    }
    const value: unknown = document.toJS();
    if (value === null || value === undefined) return [];
    const lineOf = (path: FieldPath): number => lineIn(document, lines, path);
    const repeats = document.errors.map(error => lineOfProblem(error, lines));
    return [{ file, value, lineOf, writtenAt: path => writtenIn(document, path), repeats }];
  });
}

interface Parsed {
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineCounter;
}

/**
 * The texts that were parsed last: a run reads its manifests to check them, for the resources that they
 * name, and to apply them. Values are made anew for each reader, who may change them.
 */
const known = new Map<string, Parsed>();
const knownMax = 32;
/** What is longer is not kept. */
const keptLengthMax = 65_536;

function documentsOf(text: string): Parsed {
  const before = known.get(text);
  if (before !== undefined) return before;
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    version: '1.1',
    merge: true,
    lineCounter: lines,
    customTags: kubernetesTags,
  });
  const documents = Array.isArray(parsed) ? (parsed as Document.Parsed[]) : [];
  if (!text.endsWith('\n')) documents.slice(-1).forEach(last => withoutLastNewline(last, text));
  if (text.length > keptLengthMax) return { documents, lines };
  if (known.size >= knownMax) known.clear();
  known.set(text, { documents, lines });
  return { documents, lines };
}

/** A block of text that ends with the file has no newline there when the file has none. */
function withoutLastNewline(document: Document.Parsed, text: string): void {
  visit(document, {
    Scalar: (_, scalar) => {
      const { type, value, range } = scalar;
      const isLastBlock = type?.startsWith('BLOCK_') === true && range?.[1] === text.length;
      if (isLastBlock && typeof value === 'string') scalar.value = value.replace(/\n$/, '');
    },
  });
}

/** Tells of a template that nobody has rendered: `{{ x }}` is no YAML, or a map that is the key of a map. */
function refuseTemplate(
  document: Document.Parsed,
  {
    text,
    file,
    lines,
  }: { readonly text: string; readonly file: string; readonly lines: LineCounter },
): void {
  if (!text.includes('{{')) return;
  const problem = document.errors.find(
    each => hole(text, lineOfProblem(each, lines)) !== undefined,
  );
  const line =
    problem === undefined ? lineOfMapAsKey(document, lines) : lineOfProblem(problem, lines);
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

const lineOfProblem = (problem: YAMLParseError, lines: LineCounter): number =>
  problem.linePos?.[0].line ?? lines.linePos(problem.pos[0]).line;

function lineOfMapAsKey(document: Document.Parsed, lines: LineCounter): number | undefined {
  let line: number | undefined;
  visit(document, {
    Pair: (_, { key }) => {
      if (!isMap(key) || !key.range) return undefined;
      line = lines.linePos(key.range[0]).line;
      return visit.BREAK;
    },
  });
  return line;
}

/** What to do about problems of YAML, by the parser's word for them. */
const remedies: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  DUPLICATE_KEY: 'keep one of the two',
  MISSING_CHAR: 'add what is missing: a colon with a space, a comma, a bracket or a quote',
};

function lineIn(document: Document.Parsed, lines: LineCounter, path: FieldPath): number {
  for (let length = path.length; length >= 0; length--) {
    const part = path.slice(0, length);
    const node =
      length === 0 ? document.contents : (keyAt(document, part) ?? valueAt(document, part));
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function writtenIn(document: Document.Parsed, path: FieldPath): string | undefined {
  const node = valueAt(document, path);
  return isScalar(node) ? node.source : undefined;
}

const valueAt = (document: Document.Parsed, path: FieldPath): unknown => document.getIn(path, true);

/** The key of a field of a map: where the field begins, wherever its value does. */
function keyAt(document: Document.Parsed, path: FieldPath): unknown {
  const parent = path.length === 1 ? document.contents : valueAt(document, path.slice(0, -1));
  if (!isMap(parent)) return undefined;
  return parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))?.key;
}

/** `spec.steps[2].wait`. */
export function fieldText(path: FieldPath): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join('');
}
