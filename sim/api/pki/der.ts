/** ASN.1 in DER, as far as certificates need it. @upstream encoding/asn1 */

/** An element as it was read. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly whole: Uint8Array;
}

/** What is no DER, or not what was expected. It is caught where reading began. */
export class DerFault extends Error {}

/** The bytes of all, one after another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** An element of this tag. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = joined(parts);
  return joined([Uint8Array.from([tag, ...lengthOf(content.length)]), content]);
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  return length < 0x1_0000
    ? [0x82, length >> 8, length & 0xff]
    : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
}

/** A SEQUENCE. */
export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return element(0x30, ...parts);
}

/** An INTEGER that is not negative. */
export function integer(value: bigint | number): Uint8Array {
  const digits = value.toString(16);
  const hex = digits.length % 2 === 0 ? digits : `0${digits}`;
  const isNegative = Number.parseInt(hex.slice(0, 2), 16) >= 0x80;
  return element(2, bytesOfHex(isNegative ? `00${hex}` : hex));
}

/** An OBJECT IDENTIFIER. */
export function identifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(6, Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): readonly number[] {
  const low = value % 128;
  const high = Math.floor(value / 128);
  return high === 0 ? [low] : [...base128(high).map(byte => byte | 0x80), low];
}

/** A text: PrintableString where that is enough, else UTF8String, as Go chooses. */
export function textElement(text: string): Uint8Array {
  const isPrintable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);
  return element(isPrintable ? 0x13 : 0x0c, utf8(text));
}

/** The UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** An OCTET STRING. */
export function octets(bytes: Uint8Array): Uint8Array {
  return element(4, bytes);
}

/** A BIT STRING. */
export function bits(bytes: Uint8Array, unused = 0): Uint8Array {
  return element(3, Uint8Array.of(unused), bytes);
}

/** The BOOLEAN true. */
export const yes = element(1, Uint8Array.of(0xff));

/** A time, to the second: UTCTime until 2049. */
export function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14);
  const year = Number(digits.slice(0, 4));
  return year >= 1950 && year < 2050
    ? element(0x17, utf8(`${digits.slice(2)}Z`))
    : element(0x18, utf8(`${digits}Z`));
}

/** Reads the one element that the bytes are. */
export function readElement(bytes: Uint8Array): Element {
  const [only, ...rest] = readAll(bytes);
  if (only === undefined || rest.length > 0) throw new DerFault('not one element');
  return only;
}

/** The elements within one. */
export function childrenOf({ content }: Element): readonly Element[] {
  return readAll(content);
}

function readAll(bytes: Uint8Array): readonly Element[] {
  const all: Element[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const { length, at } = readLength(bytes, offset + 1);
    const end = at + length;
    if (end > bytes.length) throw new DerFault('data truncated');
    const whole = bytes.subarray(offset, end);
    all.push({ tag: bytes[offset] ?? 0, content: bytes.subarray(at, end), whole });
    offset = end;
  }
  return all;
}

function readLength(
  bytes: Uint8Array,
  offset: number,
): { readonly length: number; readonly at: number } {
  const first = bytes[offset];
  if (first === undefined) throw new DerFault('data truncated');
  if (first < 0x80) return { length: first, at: offset + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 3) throw new DerFault('length too large');
  let length = 0;
  for (let index = 1; index <= count; index++) length = length * 256 + (bytes[offset + index] ?? 0);
  return { length, at: offset + 1 + count };
}

/** The dotted form of an OBJECT IDENTIFIER. */
export function readIdentifier({ tag, content }: Element): string {
  if (tag !== 6) throw new DerFault('not an object identifier');
  const parts: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (parts.length === 0) parts.push(Math.min(2, Math.floor(value / 40)), value % 40);
    else parts.push(value);
    value = 0;
  }
  return parts.join('.');
}

/** The number of an INTEGER that is not negative. */
export function readInteger({ tag, content }: Element): bigint {
  if (tag !== 2) throw new DerFault('not an integer');
  return BigInt(`0x0${hexOf(content)}`);
}

/** The text of a string. */
export function readText({ content }: Element): string {
  return new TextDecoder().decode(content);
}

/** The milliseconds of a time. */
export function readTime({ tag, content }: Element): number {
  const text = new TextDecoder().decode(content);
  const full = tag === 0x17 ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  const ms = Date.parse(
    `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z`,
  );
  if (Number.isNaN(ms)) throw new DerFault('malformed time');
  return ms;
}

/** Bytes as hexadecimal digits. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], pair => Number.parseInt(pair, 16));
}
