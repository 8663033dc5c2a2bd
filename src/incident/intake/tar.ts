/**
 * Reads tar archives as a stream: ustar, GNU's long names, pax headers. Written here because it is a
 * page, and because a broken archive must be told by entry and not by an exception.
 *
 * @see POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"
 */
import { joined } from './lines.js';

/** A file in an archive; its content must be read or left before the next one. */
export interface TarEntry {
  readonly path: string;
  readonly size: number;
  /** When it was written, to the second. */
  readonly modifiedMs?: number;
  content(): AsyncIterable<Uint8Array>;
}

const block = 512;
/** Headers of long names and pax records are small; anything larger is no header. */
const extraBytesMax = 1024 * 1024;

/** Whether bytes begin with a tar header: its magic or, in old archives, its checksum. */
export function isTar(head: Uint8Array): boolean {
  return head.length >= block && checksumHolds(head.subarray(0, block));
}

/**
 * The regular files of an archive, in order.
 *
 * @param problem - receives what is wrong; after that the rest of the archive is left.
 */
export async function* tarEntries(
  chunks: AsyncIterable<Uint8Array>,
  problem: (what: string) => void,
): AsyncGenerator<TarEntry> {
  const bytes = new Pull(chunks);
  let extra: Readonly<Record<string, string>> = {};
  for (;;) {
    const header = await bytes.take(block);
    if (header.every(byte => byte === 0)) {
      // To the end of what packed it: whether that is whole is told there.
      await bytes.skip(Infinity);
      return;
    }
    if (header.length < block) return problem('the archive ends within a header');
    if (!checksumHolds(header)) return problem('a header of the archive is damaged');
    const size = numberIn(header.subarray(124, 136));
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'L' || type === 'x' || type === 'g') {
      if (size > extraBytesMax) return problem('a header of the archive is damaged');
      const record = await bytes.take(size);
      await bytes.skip(padding(size));
      if (type === 'L') extra = { ...extra, path: textIn(record) };
      else if (type === 'x') extra = { ...extra, ...paxRecords(record) };
      continue;
    }
    const name = extra['path'] ?? nameIn(header);
    const fileSize = extra['size'] === undefined ? size : Number(extra['size']);
    extra = {};
    let left = fileSize;
    const content = async function* (): AsyncGenerator<Uint8Array> {
      while (left > 0) {
        const piece = await bytes.some(left);
        if (piece.length === 0) break;
        left -= piece.length;
        yield piece;
      }
    };
    if (type === '0' || type === '\0' || type === '7') {
      const seconds = numberIn(header.subarray(136, 148));
      const time = seconds > 0 && { modifiedMs: seconds * 1000 };
      yield { path: name, size: fileSize, ...time, content };
    }
    left -= await bytes.skip(left);
    if (left > 0) return problem(`the archive ends within ${name}, ${left} bytes are missing`);
    await bytes.skip(padding(fileSize));
  }
}

function padding(size: number): number {
  return (block - (size % block)) % block;
}

/** The sum of all bytes, the checksum's own counted as blanks. */
function checksumHolds(header: Uint8Array): boolean {
  const told = numberIn(header.subarray(148, 156));
  let sum = 0;
  for (let index = 0; index < block; index++) {
    sum += index >= 148 && index < 156 ? 32 : (header[index] ?? 0);
  }
  return told > 0 && told === sum;
}

/** Octal digits or, with the top bit set, a number in base 256. */
function numberIn(field: Uint8Array): number {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    return field.reduce((sum, byte, index) => sum * 256 + (index === 0 ? byte & 0x7f : byte), 0);
  }
  const text = textIn(field).trim();
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function nameIn(header: Uint8Array): string {
  const name = textIn(header.subarray(0, 100));
  const isUstar = textIn(header.subarray(257, 262)) === 'ustar';
  const prefix = isUstar ? textIn(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function textIn(field: Uint8Array): string {
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('utf8');
}

/** `27 path=some/long/name\n`, one after another. */
function paxRecords(bytes: Uint8Array): Record<string, string> {
  const records: Record<string, string> = {};
  let rest = Buffer.from(bytes);
  for (;;) {
    const blank = rest.indexOf(32);
    const length = Number(rest.subarray(0, Math.max(blank, 0)).toString('latin1'));
    if (blank <= 0 || !Number.isSafeInteger(length) || length <= blank) return records;
    const record = rest.subarray(blank + 1, length - 1).toString('utf8');
    const equals = record.indexOf('=');
    if (equals > 0) records[record.slice(0, equals)] = record.slice(equals + 1);
    rest = rest.subarray(length);
  }
}

/** Takes bytes off a stream in the sizes that are asked for. */
class Pull {
  private readonly iterator: AsyncIterator<Uint8Array>;
  private held: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.iterator = chunks[Symbol.asyncIterator]();
  }

  /** At most so many bytes, at least one unless the stream has ended. */
  async some(max: number): Promise<Uint8Array> {
    while (this.held.length === 0) {
      const { done, value } = await this.iterator.next();
      if (done === true) return new Uint8Array(0);
      this.held = value;
    }
    const piece = this.held.subarray(0, max);
    this.held = this.held.subarray(piece.length);
    return piece;
  }

  /** So many bytes, fewer only at the end. */
  async take(size: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let left = size;
    while (left > 0) {
      const piece = await this.some(left);
      if (piece.length === 0) break;
      pieces.push(piece);
      left -= piece.length;
    }
    return joined(pieces);
  }

  /** Leaves so many bytes out; returns how many there were. */
  async skip(size: number): Promise<number> {
    let left = size;
    while (left > 0) {
      const piece = await this.some(left);
      if (piece.length === 0) break;
      left -= piece.length;
    }
    return size - left;
  }
}
