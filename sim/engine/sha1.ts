/** SHA-1, where Kubernetes programs make labels of it. @upstream crypto/sha1 */

const start = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0] as const;
const blockBytes = 64;
const roundsMax = 80;

/** The digest of the UTF-8 bytes of the text, in hexadecimal digits. */
export function sha1(text: string): string {
  const data = padded(new TextEncoder().encode(text));
  const state = Int32Array.from(start);
  for (let offset = 0; offset < data.byteLength; offset += blockBytes) {
    mixBlock(state, new DataView(data.buffer, offset, blockBytes));
  }
  return [...state].map(word => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The message, a one, zeroes, and its length in bits: whole blocks. */
function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const lengthBytes = 8;
  const blocks = Math.ceil((bytes.length + 1 + lengthBytes) / blockBytes);
  const data = new Uint8Array(blocks * blockBytes);
  data.set(bytes);
  data[bytes.length] = 0x80;
  const view = new DataView(data.buffer);
  view.setUint32(data.length - 4, bytes.length * 8);
  return data;
}

function mixBlock(state: Int32Array, block: DataView): void {
  const words = scheduleOf(block);
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let round = 0; round < roundsMax; round++) {
    const next = (rotated(a, 5) + chosen(round, b, c, d) + e + (words[round] ?? 0)) | 0;
    [a, b, c, d, e] = [next, a, rotated(b, 30), c, d];
  }
  for (const [index, word] of [a, b, c, d, e].entries()) {
    state[index] = ((state[index] ?? 0) + word) | 0;
  }
}

function scheduleOf(block: DataView): Int32Array {
  const words = new Int32Array(roundsMax);
  const word = (index: number): number => words[index] ?? 0;
  for (let index = 0; index < roundsMax; index++) {
    words[index] =
      index < 16
        ? block.getInt32(index * 4)
        : rotated(word(index - 3) ^ word(index - 8) ^ word(index - 14) ^ word(index - 16), 1);
  }
  return words;
}

function chosen(round: number, b: number, c: number, d: number): number {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
