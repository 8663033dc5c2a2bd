/** The files of what the user gave: files, folders, tar archives, gzip or not, and standard input. */
import { createReadStream, existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream';
import { standardInput } from '../../host.js';
import { exitCodes, UserError } from '../../input/errors.js';
import type { InputFile, Source } from '../import/format.js';
import { joined, textOf } from './lines.js';
import { isTar, tarEntries } from './tar.js';

/** Receives what could not be read. */
export type Problem = (source: Source, what: string) => void;

const headBytes = 64 * 1024;
const readBytes = 256 * 1024;

/**
 * Calls `visit` with each file of the paths, in order: `-` is standard input, archives are opened.
 *
 * @throws UserError when a path does not exist.
 */
export async function visitFiles(
  paths: readonly string[],
  visit: (file: InputFile) => Promise<void>,
  problem: Problem,
): Promise<void> {
  for (const path of paths) {
    if (path === '-' || existsSync(path)) continue;
    throw new UserError(`no such file or folder: ${path}`, {
      exitCode: exitCodes.usage,
      code: 'no-such-file',
      next: 'give the dumps, logs and archives of the incident, or - for standard input',
    });
  }
  for (const path of paths) {
    if (path === '-') {
      const chunks = standardInput() as AsyncIterable<Uint8Array>;
      await visitStream({ path: 'standard input', chunks }, visit, problem);
    } else await visitPath(path, basename(withoutSlash(path)), visit, problem);
  }
}

/** `./dump/` and `dump` have one name. */
function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '') || '/';
}

async function visitPath(
  path: string,
  told: string,
  visit: (file: InputFile) => Promise<void>,
  problem: Problem,
): Promise<void> {
  if (lstatSync(path).isSymbolicLink() && !existsSync(path)) {
    return problem({ file: told }, 'a link to nothing: left out');
  }
  const stat = statSync(path);
  if (stat.isDirectory()) {
    for (const name of readdirSync(path).sort()) {
      await visitPath(join(path, name), `${told}/${name}`, visit, problem);
    }
    return;
  }
  if (!stat.isFile()) return problem({ file: told }, 'neither a file nor a folder: left out');
  const chunks = createReadStream(path, { highWaterMark: readBytes });
  await visitStream({ path: told, chunks, modifiedMs: stat.mtimeMs }, visit, problem);
}

interface Stream {
  readonly path: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly modifiedMs?: number;
}

/** Opens what is packed, however often it is. */
async function visitStream(
  { path, chunks, modifiedMs }: Stream,
  visit: (file: InputFile) => Promise<void>,
  problem: Problem,
): Promise<void> {
  const peeked = await peek(guarded({ path, chunks }, problem));
  if (isGzip(peeked.head)) {
    const unpacked = gunzipped(peeked.chunks);
    const name = path.replace(/\.tgz$/, '.tar').replace(/\.gz$/, '');
    const time = modifiedMs !== undefined && { modifiedMs };
    return visitStream({ path: name, chunks: unpacked, ...time }, visit, problem);
  }
  if (isTar(peeked.head)) {
    const root = path.replace(/\.tar$/, '');
    const tell = (what: string): void => problem({ file: path }, what);
    for await (const entry of tarEntries(peeked.chunks, tell)) {
      const name = `${root}/${entry.path.replace(/^\.?\//, '')}`;
      const time = entry.modifiedMs !== undefined && { modifiedMs: entry.modifiedMs };
      await visitStream({ path: name, chunks: entry.content(), ...time }, visit, problem);
    }
    return;
  }
  const { head } = peeked;
  if (isZip(head)) return problem({ file: path }, 'a zip archive: unpack it first');
  await visit({
    path,
    head,
    headText: textOf(head),
    chunks: () => peeked.chunks,
    ...(modifiedMs !== undefined && { modifiedMs }),
  });
}

const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;
const isZip = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;

/** A stream that ends with what can be read: an error in it is told, and nothing is thrown. */
async function* guarded({ path, chunks }: Stream, problem: Problem): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const isCut = code === 'Z_BUF_ERROR';
    const what = isCut ? 'the compressed data ends too early' : `cannot be read: ${message}`;
    problem({ file: path }, `${what}; what came before was read`);
  }
}

/** Looks at the first bytes and gives the whole stream back. */
async function peek(
  chunks: AsyncGenerator<Uint8Array>,
): Promise<{ readonly head: Uint8Array; readonly chunks: AsyncIterable<Uint8Array> }> {
  const seen: Uint8Array[] = [];
  let size = 0;
  while (size < headBytes) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    seen.push(value);
    size += value.length;
  }
  const first = joined(seen);
  const all = async function* (): AsyncGenerator<Uint8Array> {
    if (first.length > 0) yield first;
    yield* chunks;
  };
  return { head: first.subarray(0, headBytes), chunks: all() };
}

/** What gzip packed. */
async function* gunzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: readBytes });
  // An error comes out of the iteration below; here it needs no second telling.
  pipeline(chunks, gunzip, () => undefined);
  yield* gunzip as AsyncIterable<Uint8Array>;
}
