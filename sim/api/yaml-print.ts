/**
 * Prints JSON values as YAML the way kubectl and the API server do: sorted keys, lists not indented,
 * quotes only where a reader would otherwise see something else.
 * @upstream sigs.k8s.io/yaml (goyaml.v2: encode.go, emitterc.go, sorter.go)
 */
import { isRecord } from './equality.js';

/** A JSON value as YAML, with a newline at the end. */
export function printYaml(value: unknown): string {
  return inline(value) === undefined ? block(value, 0) : `${inline(value)}\n`;
}

/** What fits behind a key; undefined for what needs lines of its own. */
function inline(value: unknown): string | undefined {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return number(value);
  if (typeof value === 'string') return undefined;
  if (Array.isArray(value)) return value.length === 0 ? '[]' : undefined;
  return isRecord(value) && definedKeys(value).length > 0 ? undefined : '{}';
}

function number(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value);
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

function definedKeys(value: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(value).filter(key => value[key] !== undefined);
}

/** A value that begins on the present line or, being a map or list, on the next. */
function block(value: unknown, indent: number): string {
  const pad = ' '.repeat(indent);
  if (typeof value === 'string') return `${scalar(value, { indent, column: indent })}\n`;
  if (Array.isArray(value)) {
    return value.map((item: unknown) => `${pad}- ${asItem(item, indent + 2)}`).join('');
  }
  if (!isRecord(value)) return `${inline(value)}\n`;
  return definedKeys(value)
    .toSorted(compareKeys)
    .map(key => {
      const text = `${pad}${keyText(key)}:`;
      return text + asValue(value[key], { indent, column: text.length + 1 });
    })
    .join('');
}

function asItem(value: unknown, indent: number): string {
  const short = inline(value);
  return short === undefined ? block(value, indent).trimStart() : `${short}\n`;
}

/** Where a value stands: how far what goes on in the next line is indented, and where it begins. */
interface Place {
  readonly indent: number;
  readonly column: number;
}

function asValue(value: unknown, { indent, column }: Place): string {
  const short = inline(value);
  if (short !== undefined) return ` ${short}\n`;
  if (typeof value === 'string') return ` ${scalar(value, { indent: indent + 2, column })}\n`;
  return `\n${block(value, Array.isArray(value) ? indent : indent + 2)}`;
}

function keyText(key: string): string {
  const text = key.includes('\n') ? doubleQuoted(key) : scalar(key);
  return key.length > 128 ? `? ${text}\n` : text;
}

/** A string in the plainest style that reads back as the same string; without a place it is a key. */
function scalar(text: string, place?: Place): string {
  const traits = analysed(text);
  if (text.includes('\n')) {
    return traits.allowsBlock ? literal(text, place?.indent ?? 0) : folded(doubled(text), place);
  }
  if (readsAsOther(text)) return folded(doubled(text), place);
  if (traits.allowsPlain) return folded({ characters: [...text], quote: '' }, place);
  if (!traits.allowsSingle) return folded(doubled(text), place);
  const characters = Array.from(text, one => (one === "'" ? "''" : one));
  return folded({ characters, quote: "'" }, place);
}

/** A text as it is written, character by character: an escape is one. */
interface Written {
  readonly characters: readonly string[];
  readonly quote: string;
}

/** Behind this column a line is broken at the next single space. @upstream emitterc.go best_width */
const widthMax = 80;

/** Long lines are broken where a reader puts one space in the place of the break. */
function folded({ characters, quote }: Written, place: Place | undefined): string {
  if (place === undefined) return quote + characters.join('') + quote;
  let out = quote;
  let column = place.column + quote.length;
  for (const [index, character] of characters.entries()) {
    const isFirst = index > 0 && characters[index - 1] !== ' ';
    const isInside = quote === '' || index < characters.length - 1;
    const isNextSpace = characters[index + 1] === ' ';
    const breaks = character === ' ' && isFirst && isInside && column > widthMax;
    if (breaks && (quote === '"' || !isNextSpace)) {
      out += `\n${' '.repeat(place.indent)}${isNextSpace ? '\\' : ''}`;
      column = place.indent + (isNextSpace ? 1 : 0);
    } else {
      out += character;
      column += character.length;
    }
  }
  return out + quote;
}

interface Traits {
  readonly allowsPlain: boolean;
  readonly allowsSingle: boolean;
  readonly allowsBlock: boolean;
}

const indicatorFirst = /^(?:[#,[\]{}&*!|>'"%@`]|[?:-](?:\s|$)|---|\.\.\.)/;
const indicatorInside = /:(?:\s|$)|\s#/;
const special = /[^\n\x20-\x7e\x85\xa0-\ud7ff\ud800-\udfff\ue000-\ufefe\uff00-\ufffd]/;

function analysed(text: string): Traits {
  const isSpecial = special.test(text) || / \n/.test(text);
  const edges = /^[ \n]|[ \n]$/.test(text);
  const breakSpace = /\n /.test(text);
  const indicators = indicatorFirst.test(text) || indicatorInside.test(text);
  return {
    allowsPlain: !isSpecial && !edges && !breakSpace && !text.includes('\n') && !indicators,
    allowsSingle: !isSpecial && !breakSpace,
    allowsBlock: !isSpecial && !text.endsWith(' '),
  };
}

function literal(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const body = text.replace(/\n+$/, '');
  const newlines = text.length - body.length;
  const chomp = newlines === 0 ? '-' : newlines > 1 || body === '' ? '+' : '';
  const pad = ' '.repeat(indent);
  const lines = (newlines > 1 ? text.slice(0, -1) : body)
    .split('\n')
    .map(line => (line === '' ? '' : pad + line));
  return `|${hint}${chomp}\n${lines.join('\n')}`;
}

const oldBooleans = /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/;
const words = /^(?:true|True|TRUE|false|False|FALSE|null|Null|NULL|~|<<|)$/;
const odd = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const floats = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const integers = /^[-+]?(?:0b[01]+|0o?[0-7]+|0x[0-9a-fA-F]+|[0-9]+)$/;
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const timestamps =
  /^\d{4}-\d\d?-\d\d?(?:$|(?:[Tt]\d\d?:\d\d?:\d\d?(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$| \d\d?:\d\d?:\d\d?(?:\.\d+)?$))/;

/** Whether a plain scalar of this text would not be read as a string. */
function readsAsOther(text: string): boolean {
  if (words.test(text) || oldBooleans.test(text) || odd.test(text)) return true;
  if (!/^[-+.\d]/.test(text)) return false;
  if (base60.test(text) || timestamps.test(text)) return true;
  const digits = text.replaceAll('_', '');
  return floats.test(digits) || integers.test(digits);
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u00a0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function doubleQuoted(text: string): string {
  return `"${doubled(text).characters.join('')}"`;
}

function doubled(text: string): Written {
  const characters = Array.from(text, character => {
    const code = character.codePointAt(0) ?? 0;
    const isPlain = !special.test(character) && character !== '\n' && code !== 0xfeff;
    const known = escapes[character];
    if (known !== undefined && (!isPlain || '"\\'.includes(character))) return known;
    if (isPlain) return character;
    if (code <= 0xff) return `\\x${hex(code, 2)}`;
    return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  });
  return { characters, quote: '"' };
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, '0');
}

const letter = /\p{L}/u;
const digit = /\d/;

/** Keys in goyaml's order, in which numbers inside of keys count as numbers. */
export function compareKeys(left: string, right: string): number {
  const a = Array.from(left);
  const b = Array.from(right);
  let isAfterDigit = false;
  for (let index = 0; index < a.length && index < b.length; index++) {
    const x = a[index] ?? '';
    const y = b[index] ?? '';
    if (x === y) {
      isAfterDigit = digit.test(x);
      continue;
    }
    const isLetterX = letter.test(x);
    const isLetterY = letter.test(y);
    if (isLetterX && isLetterY) return x < y ? -1 : 1;
    if (isLetterX || isLetterY) return isAfterDigit === isLetterX ? -1 : 1;
    return compareRuns(a, b, index);
  }
  return a.length - b.length;
}

function compareRuns(a: readonly string[], b: readonly string[], index: number): number {
  const left = runAt(a, index);
  const right = runAt(b, index);
  const isInsideNumber =
    (a[index] === '0' || b[index] === '0') && /[1-9]\d*$/.test(a.slice(0, index).join(''));
  const prefix = isInsideNumber ? '1' : '0';
  const byValue = Number(prefix + left) - Number(prefix + right);
  if (byValue !== 0) return byValue;
  if (left.length !== right.length) return left.length - right.length;
  return (a[index] ?? '') < (b[index] ?? '') ? -1 : 1;
}

function runAt(characters: readonly string[], index: number): string {
  let end = index;
  while (digit.test(characters[end] ?? '')) end++;
  return characters.slice(index, end).join('');
}
