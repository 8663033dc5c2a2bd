/**
 * Reads Go's text templates, as far as annotations of alerts use them.
 * @upstream text/template/parse
 */
import { unquoted } from '../go-text.js';

/** A piece of a template. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly pipeline: Pipeline }
  | { readonly kind: 'declare'; readonly name: string; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipeline: Pipeline;
      /** Variables that a `range` or a `with` declares. */
      readonly names: readonly string[];
      readonly inner: readonly Piece[];
      readonly otherwise: readonly Piece[];
    };

/** Commands, each with the result of the one before as its last argument. */
export type Pipeline = readonly Command[];
/** Operands; the first may be a function's name. */
export type Command = readonly Operand[];

/** A value as it is written. Whole numbers are bigint, as Go has int and float64 apart. */
export type Operand =
  | { readonly kind: 'literal'; readonly value: string | number | bigint | boolean | null }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'dot'; readonly fields: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly fields: readonly string[] }
  | { readonly kind: 'group'; readonly pipeline: Pipeline; readonly fields: readonly string[] };

/** What is wrong with a template; it is thrown and caught where one is read or filled in. */
export class TemplateFault extends Error {}

/** What stands around actions. */
export interface Delimiters {
  readonly left: string;
  readonly action: RegExp;
}

const inside = /(- )?\s*((?:"(?:[^"\\]|\\.)*"|`[^`]*`|[^"`])*?)\s*( -)?/.source;
const braces: Delimiters = { left: '{{', action: new RegExp(`\\{\\{${inside}\\}\\}`, 'g') };

/** `<<.Series>>`: where braces have another meaning. */
export const angles: Delimiters = { left: '<<', action: new RegExp(`<<${inside}>>`, 'g') };

/**
 * Reads a template.
 *
 * @throws TemplateFault for one that Go would not take.
 */
export function parseTemplate(
  text: string,
  knows: (name: string) => boolean,
  { left, action }: Delimiters = braces,
): readonly Piece[] {
  const tokens: (string | { readonly action: string })[] = [];
  let at = 0;
  let isTrimming = false;
  for (const found of text.matchAll(action)) {
    const [all, trimsLeft, body = '', trimsRight] = found;
    let before = text.slice(at, found.index);
    if (isTrimming) before = before.trimStart();
    if (trimsLeft !== undefined) before = before.trimEnd();
    tokens.push(before, { action: body });
    isTrimming = trimsRight !== undefined;
    at = found.index + all.length;
  }
  const rest = text.slice(at);
  if (rest.includes(left)) throw new TemplateFault('unclosed action');
  tokens.push(isTrimming ? rest.trimStart() : rest);
  return new Pieces(tokens, knows).all();
}

/** Reads pieces up to an end. */
class Pieces {
  private at = 0;

  constructor(
    private readonly tokens: readonly (string | { readonly action: string })[],
    private readonly knows: (name: string) => boolean,
  ) {}

  all(): readonly Piece[] {
    const { pieces, end } = this.until();
    if (end !== undefined) throw new TemplateFault(`unexpected {{${end}}}`);
    return pieces;
  }

  private until(): { readonly pieces: Piece[]; readonly end: string | undefined } {
    const pieces: Piece[] = [];
    for (; this.at < this.tokens.length;) {
      const token = this.tokens[this.at++];
      if (token === undefined) break;
      if (typeof token === 'string') {
        if (token !== '') pieces.push({ kind: 'text', text: token });
        continue;
      }
      const word = /^\w+/.exec(token.action)?.[0] ?? '';
      if (word === 'end' || word === 'else') return { pieces, end: token.action };
      if (token.action.startsWith('/*')) continue;
      pieces.push(this.piece(word, token.action));
    }
    return { pieces, end: undefined };
  }

  private piece(word: string, text: string): Piece {
    if (word === 'if' || word === 'with' || word === 'range') {
      return this.block(word, text.slice(word.length).trim());
    }
    const declared = /^\$(\w+)\s*:?=\s*([\s\S]*)$/.exec(text);
    if (declared !== null) {
      const [, name = '', rest = ''] = declared;
      return { kind: 'declare', name, pipeline: this.pipeline(rest) };
    }
    return { kind: 'output', pipeline: this.pipeline(text) };
  }

  private block(kind: 'if' | 'with' | 'range', head: string): Piece {
    const declared = /^(\$\w+(?:\s*,\s*\$\w+)?)\s*:=\s*([\s\S]*)$/.exec(head);
    const names = (declared?.[1] ?? '').match(/\w+/g) ?? [];
    const pipeline = this.pipeline(declared?.[2] ?? head);
    const { pieces, end } = this.until();
    if (end === undefined) throw new TemplateFault('unexpected EOF');
    return { kind, pipeline, names, inner: pieces, otherwise: this.otherwise(end) };
  }

  private otherwise(end: string): readonly Piece[] {
    if (end === 'end') return [];
    const next = /^else\s+(if|with)\s+([\s\S]*)$/.exec(end);
    if (next !== null) return [this.block(next[1] as 'if' | 'with', next[2] ?? '')];
    const { pieces, end: last } = this.until();
    if (last !== 'end') throw new TemplateFault('unexpected EOF');
    return pieces;
  }

  private pipeline(text: string): Pipeline {
    const words = wordsOf(text);
    const pipeline = new Commands(words, this.knows).pipeline();
    if (words.length > 0) throw new TemplateFault(`unexpected ${words[0] ?? ''} in command`);
    return pipeline;
  }
}

const word = new RegExp(
  [
    /\s+/,
    /"(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)*'/,
    /\||\(|\)(?:\.\w+)*/,
    /[-+]?(?:0x[\da-fA-F]+|\d[\d_]*(?:\.\d*)?(?:e[-+]?\d+)?|\.\d+)/,
    /\$?\w*(?:\.\w+)+|\$\w*|\.|\w+|[\s\S]/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gi',
);

function wordsOf(text: string): string[] {
  return (text.match(word) ?? []).filter(one => one.trim() !== '');
}

/** Takes words from the front. */
class Commands {
  constructor(
    private readonly words: string[],
    private readonly knows: (name: string) => boolean,
  ) {}

  pipeline(): Pipeline {
    const commands: Operand[][] = [[]];
    for (
      let next = this.words[0];
      next !== undefined && !next.startsWith(')');
      next = this.words[0]
    ) {
      this.words.shift();
      if (next === '|') commands.push([]);
      else commands.at(-1)?.push(this.operand(next));
    }
    if (commands.some(command => command.length === 0)) {
      throw new TemplateFault('missing value for command');
    }
    return commands;
  }

  private operand(text: string): Operand {
    if (text === '(') {
      const pipeline = this.pipeline();
      const close = this.words.shift();
      if (close === undefined) throw new TemplateFault('unclosed left paren');
      return { kind: 'group', pipeline, fields: fieldsOf(close.slice(1)) };
    }
    if (/^["`']/.test(text)) return { kind: 'literal', value: unquoted(text) };
    if (/^[-+]?\.?\d/.test(text)) return { kind: 'literal', value: numberOf(text) };
    if (text.startsWith('$')) {
      const [name = '', ...fields] = text.slice(1).split('.');
      return { kind: 'variable', name, fields };
    }
    if (text.startsWith('.')) return { kind: 'dot', fields: fieldsOf(text) };
    if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true' };
    if (text === 'nil') return { kind: 'literal', value: null };
    if (!/^\w+$/.test(text))
      throw new TemplateFault(`unexpected ${JSON.stringify(text)} in operand`);
    if (!this.knows(text)) throw new TemplateFault(`function ${JSON.stringify(text)} not defined`);
    return { kind: 'function', name: text };
  }
}

const fieldsOf = (text: string): readonly string[] => text.split('.').filter(name => name !== '');

function numberOf(text: string): number | bigint {
  return /^[-+]?(?:0x[\da-f]+|\d+)$/i.test(text) ? BigInt(text) : Number(text);
}
