/** Texts and numbers as Go's `strconv` reads and writes them. */
import { refuseQuery } from './fault.js';

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};
const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([\s\S]))/g;

/** @throws QueryFault for a text that Go's `strconv.Unquote` would refuse. */
export function unquoted(literal: string): string {
  const quote = literal[0] ?? '';
  const body = literal.slice(1, -1);
  if (literal.length < 2 || !literal.endsWith(quote)) refuseQuery('unterminated quoted string');
  if (quote === '`') return body;
  if (body.includes('\n')) refuseQuery('unterminated quoted string');
  const told = body.replace(
    escape,
    (all, byte?: string, four?: string, eight?: string, octal?: string, one = '') => {
      const code = four ?? eight;
      if (byte !== undefined) return byteOf(Number.parseInt(byte, 16));
      if (octal !== undefined) return byteOf(Number.parseInt(octal, 8));
      if (code !== undefined) return codePoint(Number.parseInt(code, 16));
      const plain = escapes[one];
      if (plain === undefined || (one !== quote && (one === "'" || one === '"'))) {
        refuseQuery(`unknown escape sequence ${all}`);
      }
      return plain;
    },
  );
  return told.replaceAll(/[\u{F0000}-\u{F00FF}]+/gu, decoded);
}

/** Bytes above 127 stand for parts of characters in UTF-8; until all are known, for themselves. */
const bytesFrom = 0xf_00_00;

function byteOf(code: number): string {
  if (code > 255) refuseQuery('octal escape value is over 255');
  return String.fromCodePoint(code < 128 ? code : bytesFrom + code);
}

function decoded(bytes: string): string {
  const codes = Array.from(bytes, one => (one.codePointAt(0) ?? 0) - bytesFrom);
  return new TextDecoder().decode(Uint8Array.from(codes));
}

function codePoint(code: number): string {
  if (code > 0x10_ff_ff) refuseQuery('escape sequence is an invalid Unicode code point');
  return String.fromCodePoint(code);
}

const units: readonly (readonly [string, number])[] = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];
const duration = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** A length as Prometheus writes it, `1h30m`, in ms; undefined: it is none. */
export function durationOf(text: string): number | undefined {
  const found = text === '0' ? [] : (duration.exec(text) ?? undefined);
  if (found === undefined || text === '') return undefined;
  return units.reduce((sum, [, ms], index) => sum + ms * Number(found[index + 1] ?? 0), 0);
}

/** A number or a length in seconds; undefined: neither. */
export function numberOf(written: string): number | undefined {
  const text = written.replaceAll(/(?<=[0-9a-fA-FxX])_(?=[0-9a-fA-F])/g, '').toLowerCase();
  const sign = text.startsWith('-') ? -1 : 1;
  const plain = text.replace(/^[+-]\s*/, '');
  if (plain === 'inf' || plain === 'infinity') return sign * Infinity;
  if (plain === 'nan') return NaN;
  if (/^0x[0-9a-f]+$/.test(plain)) return sign * Number.parseInt(plain, 16);
  if (/^0[0-7]+$/.test(plain)) return sign * Number.parseInt(plain, 8);
  if (/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(plain)) return sign * Number(plain);
  const lengthMs = durationOf(plain);
  return lengthMs === undefined ? undefined : (sign * lengthMs) / 1000;
}
