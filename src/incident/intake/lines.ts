/** Reads a file as lines or as a whole, in bounded memory, from chunks of bytes. */
import type { InputFile, Sink } from '../import/format.js';

/** A line without its end. */
export interface Line {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** The file ended within it: no line feed came. */
  readonly isLast: boolean;
}

/** Longer lines are no records of anything: they are told and left out. */
const lineBytesMax = 64 * 1024 * 1024;
/** A whole file is held in memory up to this size. */
const fileBytesMax = 1024 * 1024 * 1024;
const lineFeed = 10;

/** The lines, in batches as they arrive, so that a wait is paid once for many of them. */
export async function* lineBatches(file: InputFile, sink: Sink): AsyncGenerator<readonly Line[]> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let isTooLong = false;
  let line = 0;
  const end = (rest: Uint8Array, isLast: boolean): Line[] => {
    line += 1;
    const wasTooLong = isTooLong;
    const bytes = held.length === 0 ? rest : joined([...held, rest]);
    held = [];
    heldBytes = 0;
    isTooLong = false;
    if (!wasTooLong) return [{ text: textOf(bytes), line, isLast }];
    sink.problem({ file: file.path, line }, `longer than ${lineBytesMax} bytes: left out`);
    return [];
  };
  for await (const chunk of file.chunks()) {
    const batch: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      batch.push(...end(chunk.subarray(from, at), false));
      from = at + 1;
    }
    const rest = chunk.subarray(from);
    if (rest.length > 0) {
      heldBytes += rest.length;
      if (heldBytes > lineBytesMax) {
        isTooLong = true;
        held = [];
      } else held.push(rest);
    }
    if (batch.length > 0) yield batch;
  }
  if (heldBytes > 0) yield end(new Uint8Array(0), true);
}

/** The whole text; undefined, and told, when it is too large to hold. */
export async function wholeText(file: InputFile, sink: Sink): Promise<string | undefined> {
  const bytes = await wholeBytes(file, sink);
  return bytes === undefined ? undefined : textOf(bytes);
}

/** The whole file; undefined, and told, when it is too large to hold. */
export async function wholeBytes(file: InputFile, sink: Sink): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of file.chunks()) {
    size += chunk.length;
    if (size <= fileBytesMax) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > fileBytesMax) {
    sink.problem({ file: file.path }, `${size} bytes: too large to be read as a whole, left out`);
    return undefined;
  }
  return joined(chunks);
}

/** The text of bytes in UTF-8; without the mark that some editors put before it. */
export function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return text.codePointAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Pieces as one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  return Buffer.concat(pieces);
}
