/**
 * Reads JSON as Go does: keys given twice are noticed, and errors are told in Go's words.
 * @upstream encoding/json/scanner.go, sigs.k8s.io/json
 */
import { goQuote } from './go-text.js';
import { putField } from './own-fields.js';
import type { Parsed } from './time.js';

/** A JSON value, and for each object with duplicates its keys as they came. */
export interface ParsedJson {
  readonly value: unknown;
  readonly repeated: RepeatedKeys;
}

/** An object that repeats keys, as it stands in the text. */
export interface RepeatingObject {
  readonly keys: readonly string[];
  /** The value of each key: the object itself holds only the last ones. */
  readonly values: readonly unknown[];
}

/** What stands in the text where objects repeat keys. */
export type RepeatedKeys = ReadonlyMap<object, RepeatingObject>;

/** No object repeats a key. */
export const noRepeatedKeys: RepeatedKeys = new Map();

/** Reads a JSON text. Of a key given twice the last value counts. */
export function parseJson(text: string): Parsed<ParsedJson> {
  const reader = new Reader(text);
  try {
    const value = reader.document();
    return { isOk: true, value: { value, repeated: reader.repeated } };
  } catch (error) {
    if (error instanceof SyntaxFault) return { isOk: false, error: error.message };
    throw error;
  }
}

/** What the reader throws at itself; never leaves this file. */
class SyntaxFault extends Error {}

const depthMax = 10000;
// Strings end at control characters: that is what JSON says.
// oxlint-disable-next-line no-control-regex
const plainString = /[^"\\\u0000-\u001f]*/y;
const numberText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class Reader {
  readonly repeated = new Map<object, RepeatingObject>();
  private position = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  document(): unknown {
    const value = this.value();
    this.skipSpace();
    if (this.position < this.text.length) throw this.unexpected('after top-level value');
    return value;
  }

  private value(): unknown {
    this.skipSpace();
    switch (this.text.charAt(this.position)) {
      case '{':
        return this.nested(() => this.object());
      case '[':
        return this.nested(() => this.list());
      case '"':
        return this.string();
      case 't':
        return this.literal('true', true);
      case 'f':
        return this.literal('false', false);
      case 'n':
        return this.literal('null', null);
      default:
        return this.number();
    }
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > depthMax) throw new SyntaxFault('exceeded max depth');
    this.position++;
    const value = read();
    this.depth--;
    return value;
  }

  private object(): unknown {
    const object: Record<string, unknown> = {};
    const keys: string[] = [];
    const values: unknown[] = [];
    let isRepeating = false;
    this.skipSpace();
    if (this.take('}')) return object;
    for (;;) {
      this.skipSpace();
      if (this.text.charAt(this.position) !== '"') {
        throw this.unexpected('looking for beginning of object key string');
      }
      const key = this.string();
      isRepeating ||= Object.hasOwn(object, key);
      keys.push(key);
      this.skipSpace();
      if (!this.take(':')) throw this.unexpected('after object key');
      const value = this.value();
      values.push(value);
      putField(object, key, value);
      this.skipSpace();
      if (this.take('}')) break;
      if (!this.take(',')) throw this.unexpected('after object key:value pair');
    }
    if (isRepeating) this.repeated.set(object, { keys, values });
    return object;
  }

  private list(): unknown {
    const list: unknown[] = [];
    this.skipSpace();
    if (this.take(']')) return list;
    for (;;) {
      list.push(this.value());
      this.skipSpace();
      if (this.take(']')) return list;
      if (!this.take(',')) throw this.unexpected('after array element');
    }
  }

  private string(): string {
    this.position++;
    let out = '';
    for (;;) {
      plainString.lastIndex = this.position;
      const plain = plainString.exec(this.text)?.[0] ?? '';
      out += plain;
      this.position += plain.length;
      const character = this.text.charAt(this.position);
      if (character === '"') {
        this.position++;
        return out;
      }
      if (character !== '\\') throw this.unexpected('in string literal');
      this.position++;
      out += this.escape();
    }
  }

  private escape(): string {
    const character = this.text.charAt(this.position);
    const known = escapes[character];
    if (known !== undefined) {
      this.position++;
      return known;
    }
    if (character !== 'u') throw this.unexpected('in string escape code');
    this.position++;
    const start = this.position;
    while (this.position < start + 4) {
      if (!/[0-9a-fA-F]/.test(this.text.charAt(this.position))) {
        throw this.unexpected('in \\u hexadecimal character escape');
      }
      this.position++;
    }
    return String.fromCharCode(parseInt(this.text.slice(start, start + 4), 16));
  }

  private literal<T>(text: string, value: T): T {
    for (const expected of text) {
      if (this.text.charAt(this.position) !== expected) {
        throw this.unexpected(`in literal ${text} (expecting '${expected}')`);
      }
      this.position++;
    }
    return value;
  }

  private number(): number {
    numberText.lastIndex = this.position;
    const found = numberText.exec(this.text)?.[0];
    if (found === undefined) throw this.badNumber();
    this.position += found.length;
    const next = this.text.charAt(this.position);
    if (next === '.' && !/[.eE]/.test(found)) {
      this.position++;
      throw this.unexpected('after decimal point in numeric literal');
    }
    if ((next === 'e' || next === 'E') && !/[eE]/.test(found)) {
      this.position += /[+-]/.test(this.text.charAt(this.position + 1)) ? 2 : 1;
      throw this.unexpected('in exponent of numeric literal');
    }
    return Number(found);
  }

  private badNumber(): SyntaxFault {
    if (!this.take('-')) return this.unexpected('looking for beginning of value');
    return this.unexpected('in numeric literal');
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.position++;
    }
  }

  private take(character: string): boolean {
    if (this.text.charAt(this.position) !== character) return false;
    this.position++;
    return true;
  }

  private unexpected(context: string): SyntaxFault {
    if (this.position >= this.text.length) return new SyntaxFault('unexpected end of JSON input');
    return new SyntaxFault(`invalid character ${quotedByte(this.text, this.position)} ${context}`);
  }
}

/** Go looks at bytes: of a character beyond ASCII it shows the first byte of its UTF-8. */
function quotedByte(text: string, position: number): string {
  const code = text.codePointAt(position) ?? 0;
  const byte = code < 0x80 ? code : firstByte(code);
  if (byte === 0x27) return `'\\''`;
  if (byte === 0x22) return `'"'`;
  return `'${goQuote(String.fromCharCode(byte)).slice(1, -1)}'`;
}

function firstByte(code: number): number {
  if (code < 0x800) return 0xc0 | (code >> 6);
  return code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
}
