/**
 * Gzip without compression: what it writes every program unpacks, and it unpacks what it has written.
 * @upstream RFC 1952, RFC 1951 3.2.4
 */

const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
const blockMax = 65_535;
const blockHeaderBytes = 5;
const trailerBytes = 8;

/** The bytes as a gzip file whose blocks are stored as they are. */
export function storedGzip(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.byteLength / blockMax));
  const size = header.byteLength + blocks * blockHeaderBytes + bytes.byteLength + trailerBytes;
  const packed = new Uint8Array(size);
  const view = new DataView(packed.buffer);
  packed.set(header);
  let at = header.byteLength;
  for (let block = 0; block < blocks; block++) {
    const part = bytes.subarray(block * blockMax, (block + 1) * blockMax);
    view.setUint8(at, block === blocks - 1 ? 1 : 0);
    view.setUint16(at + 1, part.byteLength, true);
    view.setUint16(at + 3, ~part.byteLength & 0xffff, true);
    packed.set(part, at + blockHeaderBytes);
    at += blockHeaderBytes + part.byteLength;
  }
  view.setUint32(at, crc32(bytes), true);
  view.setUint32(at + 4, bytes.byteLength, true);
  return packed;
}

/** What a gzip file of stored blocks holds; `error` for any other. */
export function unpackedGzip(
  packed: Uint8Array,
): { readonly bytes: Uint8Array } | { readonly error: string } {
  if (packed[0] !== header[0] || packed[1] !== header[1]) return { error: 'gzip: invalid header' };
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const parts: number[] = [];
  let at = header.byteLength;
  for (let isLast = false; !isLast;) {
    if (at + blockHeaderBytes > packed.byteLength) return { error: 'unexpected EOF' };
    const kind = view.getUint8(at);
    if (packed[3] !== 0 || kind > 1) return { error: 'gzip: compressed blocks are not simulated' };
    isLast = kind === 1;
    const size = view.getUint16(at + 1, true);
    at += blockHeaderBytes;
    for (const byte of packed.subarray(at, at + size)) parts.push(byte);
    at += size;
  }
  const bytes = Uint8Array.from(parts);
  if (at + trailerBytes > packed.byteLength) return { error: 'unexpected EOF' };
  if (view.getUint32(at, true) !== crc32(bytes)) return { error: 'gzip: invalid checksum' };
  return { bytes };
}

const polynomial = 0xedb88320;

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  }
  return ~crc >>> 0;
}
