/** Base64 as Go's StdEncoding reads it: line ends are skipped, errors name the byte. */
import type { Parsed } from './time.js';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const canonical =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

/** The text in canonical form, or Go's error. */
export function canonicalBase64(text: string): Parsed<string> {
  if (canonical.test(text)) return { isOk: true, value: text };
  const fault = faultAt(text);
  if (fault !== undefined) {
    return { isOk: false, error: `illegal base64 data at input byte ${fault}` };
  }
  return { isOk: true, value: withZeroTail(text.replace(/[\r\n]/g, '')) };
}

/** Go forgets bits that belong to no byte. */
function withZeroTail(text: string): string {
  const pad = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (pad === 0) return text;
  const at = text.length - pad - 1;
  const bits = alphabet.indexOf(text.charAt(at));
  const kept = alphabet.charAt(pad === 2 ? bits & 0b110000 : bits & 0b111100);
  return text.slice(0, at) + kept + '='.repeat(pad);
}

const isNewline = (character: string): boolean => character === '\n' || character === '\r';

/** The offset that Go's decoder complains about, or undefined. */
function faultAt(text: string): number | undefined {
  let index = 0;
  for (;;) {
    let filled = 0;
    while (filled < 4) {
      if (index === text.length) return filled === 0 ? undefined : index - filled;
      const character = text.charAt(index++);
      if (alphabet.includes(character)) filled++;
      else if (isNewline(character)) continue;
      else if (character !== '=' || filled < 2) return index - 1;
      else return faultInPadding(text, index, filled);
    }
  }
}

function faultInPadding(text: string, start: number, filled: number): number | undefined {
  let index = start;
  if (filled === 2) {
    while (isNewline(text.charAt(index))) index++;
    if (index === text.length) return text.length;
    if (text.charAt(index) !== '=') return index - 1;
    index++;
  }
  while (isNewline(text.charAt(index))) index++;
  return index < text.length ? index : undefined;
}

/** The bytes of a canonical text. */
export function bytesOfBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

/** Bytes as base64. */
export function base64OfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
