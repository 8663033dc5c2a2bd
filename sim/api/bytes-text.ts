/**
 * Bytes as text and back without loss: what is no UTF-8 stands as lone surrogates, one a byte, so that
 * files may hold anything and still be compared, printed and cut as strings.
 */

const escapeBase = 0xdc00;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const encoder = new TextEncoder();

/** The text of bytes; bytes that are no text are kept one by one. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    // Not UTF-8 as a whole: plain ASCII stays readable.
    return Array.from(bytes, byte =>
      String.fromCharCode(byte < 0x80 ? byte : escapeBase + byte),
    ).join('');
  }
}

/** The bytes of a text. */
export function bytesOfText(text: string): Uint8Array {
  if (!/[\ud800-\udfff]/.test(text)) return encoder.encode(text);
  const parts: number[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    const isByte = character.length === 1 && code >= escapeBase + 0x80 && code <= escapeBase + 0xff;
    if (isByte) parts.push(code - escapeBase);
    else if (code < 0x80) parts.push(code);
    else parts.push(...encoder.encode(character));
  }
  return Uint8Array.from(parts);
}
