/** Functions of strings and regular expressions. @upstream cel-go/ext/strings.go, apiserver/pkg/cel/library/regex.go */
import { shortEscapes } from '../../go-text.js';
import { RE2JS } from 're2js';
import { equalValues, noOverload, type CelValue } from '../values.js';
import { toText } from './conversions.js';
import { fail, listIn, textIn, wholeIn, type CelFunctions } from './function.js';
import { formatted } from './format-text.js';

function outOfRange(index: bigint | number): never {
  return fail(`index out of range: ${index}`);
}

function charAt(value?: CelValue, at?: CelValue): CelValue {
  const characters = [...textIn(value)];
  const index = Number(wholeIn(at));
  if (index < 0 || index > characters.length) return outOfRange(index);
  return characters[index] ?? '';
}

/** Where the part begins in the list, from `start` on in steps of `direction`; -1 when nowhere. */
function found(
  text: readonly string[],
  part: readonly string[],
  start: number,
  direction: 1 | -1,
): bigint {
  const last = text.length - part.length;
  let at = direction === 1 ? start : Math.min(start, last);
  for (; at >= 0 && at <= last; at += direction) {
    const from = at;
    if (part.every((character, index) => text[from + index] === character)) return BigInt(at);
  }
  return -1n;
}

function indexOf(text: string, part: string, from: bigint): bigint {
  if (part === '') return from;
  if (from < 0n) return outOfRange(from);
  return found([...text], [...part], Number(from), 1);
}

function lastIndexOf(text: string, part: string, from: bigint | undefined): bigint {
  const characters = [...text];
  if (part === '') return from ?? BigInt(characters.length);
  if (from === undefined) return found(characters, [...part], characters.length - 1, -1);
  if (from < 0n) return outOfRange(from);
  if (Number(from) >= characters.length) return -1n;
  return found(characters, [...part], Number(from), -1);
}

function listIndexOf(list: readonly CelValue[], item: CelValue, isLast: boolean): bigint {
  const isSame = (each: CelValue) => equalValues(each, item);
  return BigInt(isLast ? list.findLastIndex(isSame) : list.findIndex(isSame));
}

function substring(text: string, start: bigint, end: bigint | undefined): string {
  const characters = [...text];
  const length = BigInt(characters.length);
  if (end === undefined) {
    if (start < 0n || start > length) return outOfRange(start);
    return characters.slice(Number(start)).join('');
  }
  if (start > end) return fail(`invalid substring range. start: ${start}, end: ${end}`);
  if (start < 0n || start > length) return outOfRange(start);
  if (end < 0n || end > length) return outOfRange(end);
  return characters.slice(Number(start), Number(end)).join('');
}

function replaced(text: string, old: string, next: string, count: number): string {
  if (count < 0) return text.replaceAll(old, () => next);
  let rest = text;
  let out = '';
  for (let done = 0; done < count; done++) {
    const at = old === '' ? (done === 0 ? 0 : 1) : rest.indexOf(old);
    if (at < 0 || at > rest.length) break;
    out += rest.slice(0, at) + next;
    rest = rest.slice(at + old.length);
  }
  return out + rest;
}

function split(text: string, separator: string, limit: number): readonly string[] {
  if (limit === 0) return [];
  const parts = separator === '' ? [...text] : text.split(separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

function asciiCase(value: CelValue | undefined, isUpper: boolean): string {
  return textIn(value).replace(/[a-zA-Z]+/g, letters =>
    isUpper ? letters.toUpperCase() : letters.toLowerCase(),
  );
}

const patterns = new Map<string, RE2JS>();
const patternsMax = 1024;

/** The regular expression of the text; its error is Go's. */
export function patternOf(text: string): RE2JS {
  const known = patterns.get(text);
  if (known !== undefined) return known;
  if (patterns.size >= patternsMax) patterns.clear();
  try {
    const pattern = RE2JS.compile(text);
    patterns.set(text, pattern);
    return pattern;
  } catch (error) {
    // The compiler throws for texts that are no regular expressions, and for nothing else.
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function findAll(text: string, pattern: string, limit: number): readonly string[] {
  const matcher = patternOf(pattern).matcher(text);
  const list: string[] = [];
  while ((limit < 0 || list.length < limit) && matcher.find()) list.push(matcher.group() ?? '');
  return list;
}

function joined(value?: CelValue, separator: CelValue = ''): string {
  const parts = listIn(value).map(item =>
    typeof item === 'string' ? item : fail(`join: invalid input: ${toText(item)}`),
  );
  return parts.join(textIn(separator));
}

/** The functions. */
export const strings: CelFunctions = {
  contains: (text, part) => textIn(text).includes(textIn(part)),
  startsWith: (text, part) => textIn(text).startsWith(textIn(part)),
  endsWith: (text, part) => textIn(text).endsWith(textIn(part)),
  matches: (text, pattern) => patternOf(textIn(pattern)).matcher(textIn(text)).find(),
  charAt,
  indexOf: (value, part, from) => {
    if (Array.isArray(value)) return listIndexOf(value as readonly CelValue[], part ?? null, false);
    return indexOf(textIn(value), textIn(part), from === undefined ? 0n : wholeIn(from));
  },
  lastIndexOf: (value, part, from) => {
    if (Array.isArray(value)) return listIndexOf(value as readonly CelValue[], part ?? null, true);
    const start = from === undefined ? undefined : wholeIn(from);
    return lastIndexOf(textIn(value), textIn(part), start);
  },
  lowerAscii: text => asciiCase(text, false),
  upperAscii: text => asciiCase(text, true),
  replace: (text, old, next, count) =>
    replaced(
      textIn(text),
      textIn(old),
      textIn(next),
      count === undefined ? -1 : Number(wholeIn(count)),
    ),
  split: (text, separator, limit) =>
    split(textIn(text), textIn(separator), limit === undefined ? -1 : Number(wholeIn(limit))),
  substring: (text, start, end) =>
    substring(textIn(text), wholeIn(start), end === undefined ? undefined : wholeIn(end)),
  trim: text => textIn(text).replace(/^[\s\u0085]+|[\s\u0085]+$/g, ''),
  join: joined,
  format: (text, args) => formatted(textIn(text), listIn(args)),
  'strings.quote': text =>
    `"${textIn(text).replace(/[\x07\b\f\n\r\t\v\\"]/g, character => shortEscapes[character] ?? '')}"`,
  find: (text, pattern) => findAll(textIn(text), textIn(pattern), 1)[0] ?? '',
  findAll: (text, pattern, limit) =>
    findAll(textIn(text), textIn(pattern), limit === undefined ? -1 : Number(wholeIn(limit))),
  'jsonpatch.escapeKey': key => {
    if (typeof key !== 'string') return noOverload();
    return key.replace(/~/g, '~0').replace(/\//g, '~1');
  },
};
