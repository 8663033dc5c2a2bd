/** How Go prints values: quoted strings (%q), JSON with its escapes, numbers. */

const simpleText = /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/;
const htmlOrSeparator = /[<>&\u2028\u2029]/g;
const hasHtmlOrSeparator = /[<>&\u2028\u2029]/;
const unprintable = /[\p{C}\p{Z}]/u;

/** The characters that Go escapes with a letter or a backslash when it quotes. */
export const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** A string as Go's `%q` and `strconv.Quote` print it. */
export function goQuote(text: string): string {
  if (simpleText.test(text)) return `"${text}"`;
  let out = '"';
  for (const character of text) out += shortEscapes[character] ?? escapedRune(character);
  return `${out}"`;
}

function escapedRune(character: string): string {
  if (character === ' ' || !unprintable.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return '\\ufffd';
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code > 0xffff) return `\\U${code.toString(16).padStart(8, '0')}`;
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

/** A value as Go's `json.Marshal` prints it: `<`, `>` and `&` are escaped, undefined is null. */
export function goJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return hasHtmlOrSeparator.test(text) ? escapeHtml(text) : text;
}

/** Escapes JSON text as Go's encoder does by default, so that it may stand in HTML. */
export function escapeHtml(json: string): string {
  return json.replace(
    htmlOrSeparator,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The value when it is a string, or else the other text. */
export function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

/** A JSON value as Go's %v prints it: `map[a:1 b:[x y]]`, `<nil>`. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value === 'number') return goNumber(value);
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([left], [right]) => compareText(left, right));
  return `map[${entries.map(([key, item]) => `${key}:${goValue(item)}`).join(' ')}]`;
}

/** A number as Go's %v prints it: large fractions get an exponent of two digits. */
export function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString();
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Compares strings as Go does: by bytes of UTF-8, which is by code points. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return codePointRank(a) - codePointRank(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above all others. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The length of a string in bytes, as Go's `len` counts it. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // A surrogate pair is two units and four bytes: two more for the pair, one for each half.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** Go's name of the type of a value that was read from JSON (%T). */
export function goTypeName(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}
