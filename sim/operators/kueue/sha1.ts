/** SHA-1, written out because the simulation may not import node's crypto. @upstream FIPS 180-4 */

/** The hash as hexadecimal digits. */
export function sha1Hex(message: Uint8Array): string {
  const padded = padding(message);
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const words = new Uint32Array(80);
  const view = new DataView(padded.buffer);
  for (let offset = 0; offset < padded.length; offset += 64) {
    for (let index = 0; index < 16; index++) words[index] = view.getUint32(offset + index * 4);
    for (let index = 16; index < 80; index++) {
      const mixed = at(words, index - 3) ^ at(words, index - 8) ^ at(words, index - 14);
      words[index] = rotated(mixed ^ at(words, index - 16), 1);
    }
    compress(state, words);
  }
  return Array.from(state, word => word.toString(16).padStart(8, '0')).join('');
}

function compress(state: Uint32Array, words: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let round = 0; round < 80; round++) {
    const sum = rotated(a, 5) + mixOf(round, b, c, d) + e + at(words, round);
    e = d;
    d = c;
    c = rotated(b, 30);
    b = a;
    a = sum >>> 0;
  }
  for (const [index, word] of [a, b, c, d, e].entries()) state[index] = at(state, index) + word;
}

/** The function and the constant of a round, already added. */
function mixOf(round: number, b: number, c: number, d: number): number {
  if (round < 20) return (((b & c) | (~b & d)) >>> 0) + 0x5a827999;
  if (round < 40) return ((b ^ c ^ d) >>> 0) + 0x6ed9eba1;
  if (round < 60) return (((b & c) | (b & d) | (c & d)) >>> 0) + 0x8f1bbcdc;
  return ((b ^ c ^ d) >>> 0) + 0xca62c1d6;
}

function rotated(word: number, bits: number): number {
  return ((word << bits) | (word >>> (32 - bits))) >>> 0;
}

function at(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

function padding(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setUint32(padded.length - 4, message.length * 8);
  return padded;
}
