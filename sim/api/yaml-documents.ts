/** The documents of a text as kubectl finds them: each between two lines of `---`, or each value of a stream of JSON. */
import { Composer, LineCounter, Parser, visit, type Document, type YAMLParseError } from 'yaml';
import { parseJson } from './json-parse.js';
import { GoLexer, type LexerProblem } from './yaml-lexer.js';
import { kubernetesTags } from './yaml-scalars.js';

/** Something that is wrong with a document, by the library's word for it. */
export interface YamlProblem {
  readonly code: string;
  readonly message: string;
  readonly line: number;
}

/** A document, and where its parts stand. */
export interface YamlDocument {
  readonly document: Document.Parsed;
  /** In the order of the text. */
  readonly problems: readonly YamlProblem[];
  /** The 1-based line of an offset in the document. */
  lineAt(offset: number): number;
}

/**
 * The documents of a file.
 *
 * @upstream k8s.io/apimachinery/pkg/util/yaml/decoder.go
 */
export function yamlDocuments(text: string): readonly YamlDocument[] {
  return chunksOf(text).flatMap(chunk => {
    const document = documentOf(chunk);
    return document === undefined ? [] : [document];
  });
}

/** The first document of a text, which is the only one that Go's decoder reads; undefined when it is empty. */
export function firstDocument(text: string): YamlDocument | undefined {
  return documentOf({ text, line: 1 });
}

interface Chunk {
  readonly text: string;
  /** The line on which it begins. */
  readonly line: number;
  /** What stands on the line of the separator that opens it, and must not. */
  readonly stray?: string;
}

function chunksOf(text: string): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let chunk = { from: 0, line: 1, stray: '' };
  let counted = { from: 0, line: 1 };
  const add = (to: number): void => {
    const { from, line, stray } = chunk;
    const part = text.slice(from, to);
    if (stray !== '') chunks.push({ text: '', line: line - 1, stray });
    chunks.push(...jsonValues({ text: part, line }));
  };
  for (const { 0: separator, index } of text.matchAll(/^---.*(?:\n|$)/gm)) {
    const rest = separator.slice(3).trim();
    const line = counted.line + newlinesIn(text, counted.from, index) + 1;
    counted = { from: index + separator.length, line };
    add(index);
    chunk = { from: counted.from, line, stray: rest.startsWith('#') ? '' : rest };
  }
  add(text.length);
  return chunks;
}

/** Values of JSON may follow one another without more. */
function jsonValues(chunk: Chunk): readonly Chunk[] {
  const values: Chunk[] = [];
  let { text, line } = chunk;
  for (;;) {
    const end = /^\s*\{/.test(text) ? endOfJson(text) : undefined;
    const isFollowed = end !== undefined && /^\s*\{/.test(text.slice(end));
    if (!isFollowed || !parseJson(text.slice(0, end)).isOk) return [...values, { text, line }];
    values.push({ text: text.slice(0, end), line });
    line += newlinesIn(text, 0, end);
    text = text.slice(end);
  }
}

/** Where the first map of JSON ends, if it is one. */
function endOfJson(text: string): number | undefined {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if ('[{'.includes(token)) depth += 1;
    else if (']}'.includes(token) && --depth === 0) return index + 1;
  }
  return undefined;
}

function newlinesIn(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}

function documentOf({ text: own, line: firstLine, stray }: Chunk): YamlDocument | undefined {
  const isDirective = own.startsWith('%');
  const given = stray === undefined && !isDirective ? own : 'null\n';
  // A carriage return alone ends a line too.
  const text = given.includes('\r') ? given.replace(/\r(?!\n)/g, '\n') : given;
  const lines = new LineCounter();
  const lexer = new GoLexer();
  const [document] = compose(text, lexer, lines);
  if (document === undefined) return undefined;
  if (!text.endsWith('\n')) withoutLastNewline(document, text);
  const lineAt = (offset: number): number => lines.linePos(offset).line + firstLine - 1;
  const errors = document.errors.filter(error => !error.message.startsWith(harmless));
  const found = [
    ...(stray === undefined ? [] : [straySeparator(stray)]),
    ...(isDirective ? [directive] : []),
    ...lexer.problems,
    ...errors.map(error => ({ ...withMessage(error), offset: error.pos[0] })),
    ...unprintable(text),
  ].sort((one, other) => one.offset - other.offset);
  const problems = found.map(({ code, message, offset }) => ({
    code,
    message,
    line: lineAt(offset),
  }));
  return { document, problems, lineAt };
}

function* tokensOf(text: string, lexer: GoLexer, parser: Parser): ReturnType<Parser['parse']> {
  for (const lexeme of lexer.lex(text)) yield* parser.next(lexeme);
  yield* parser.end();
}

function compose(text: string, lexer: GoLexer, lines: LineCounter): readonly Document.Parsed[] {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const composer = new Composer({
    version: '1.1',
    uniqueKeys: false,
    logLevel: 'silent',
    customTags: kubernetesTags,
  });
  // A cast: what is parsed without an option to keep no nodes has its nodes.
  return [...composer.compose(tokensOf(text, lexer, parser))] as Document.Parsed[];
}

/** Go takes `[x]#y` for a list and a comment. */
const harmless = 'Comments must be separated from other tokens';

function withMessage({ code, message }: YAMLParseError): { code: string; message: string } {
  const [first = ''] = message.split('\n');
  return { code, message: first.replace(/ at line \d+, column \d+:?$/, '') };
}

const directive: LexerProblem = {
  offset: 0,
  code: 'DIRECTIVE',
  message: 'it begins with a directive (%), which kubectl does not take',
};

function straySeparator(stray: string): LexerProblem {
  const shown = stray.length > 20 ? `${stray.slice(0, 20)}…` : stray;
  return {
    offset: 0,
    code: 'SEPARATOR',
    message: `${shown} stands on the line of ---, where only a comment may`,
  };
}

// What Go's reader takes for printable. @upstream go.yaml.in/yaml/v2 readerc.go
const notPrintable = /[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

function unprintable(text: string): readonly LexerProblem[] {
  const found = notPrintable.exec(text);
  if (found === null) return [];
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const message = `the control character U+${code} stands in it`;
  return [{ offset: found.index, code: 'CONTROL', message }];
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
