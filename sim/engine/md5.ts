/** MD5, where Kubernetes programs make names of it. @upstream crypto/md5 */

const start = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const;
const blockBytes = 64;
const rounds = 64;
const shifts = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;
const sines = Int32Array.from({ length: rounds }, (_, round) =>
  Math.floor(Math.abs(Math.sin(round + 1)) * 2 ** 32),
);

/** The digest of the UTF-8 bytes of the text, in hexadecimal digits. */
export function md5(text: string): string {
  const data = padded(new TextEncoder().encode(text));
  const state = Int32Array.from(start);
  for (let offset = 0; offset < data.byteLength; offset += blockBytes) {
    mixBlock(state, new DataView(data.buffer, offset, blockBytes));
  }
  const bytes = new Uint8Array(state.buffer);
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

/** The message, a one, zeroes, and its length in bits: whole blocks. */
function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const lengthBytes = 8;
  const blocks = Math.ceil((bytes.length + 1 + lengthBytes) / blockBytes);
  const data = new Uint8Array(blocks * blockBytes);
  data.set(bytes);
  data[bytes.length] = 0x80;
  new DataView(data.buffer).setUint32(data.length - lengthBytes, bytes.length * 8, true);
  return data;
}

function mixBlock(state: Int32Array, block: DataView): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let round = 0; round < rounds; round++) {
    const quarter = round >> 4;
    const word = block.getInt32(wordOf(quarter, round) * 4, true);
    const sum = (a + mixed(quarter, b, c, d) + (sines[round] ?? 0) + word) | 0;
    const shift = shifts[quarter]?.[round & 3] ?? 0;
    [a, b, c, d] = [d, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0, b, c];
  }
  for (const [index, word] of [a, b, c, d].entries()) {
    state[index] = ((state[index] ?? 0) + word) | 0;
  }
}

function wordOf(quarter: number, round: number): number {
  if (quarter === 0) return round;
  if (quarter === 1) return (5 * round + 1) & 15;
  return quarter === 2 ? (3 * round + 5) & 15 : (7 * round) & 15;
}

function mixed(quarter: number, b: number, c: number, d: number): number {
  if (quarter === 0) return (b & c) | (~b & d);
  if (quarter === 1) return (b & d) | (c & ~d);
  return quarter === 2 ? b ^ c ^ d : c ^ (b | ~d);
}
