/** For the tests of formats: what a format tells of a text. */
import type { InputFile } from './format.js';
import { Collection } from '../rebuild/collection.js';
import { formats } from './index.js';

/** A file of the input, made of a text or of bytes. */
export function fileOf(path: string, content: string | Uint8Array): InputFile {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const head = bytes.subarray(0, 64 * 1024);
  return {
    path,
    head,
    headText: Buffer.from(head).toString('utf8'),
    async *chunks() {
      // In small pieces, so that lines and characters are cut wherever it hurts.
      for (let at = 0; at < bytes.length; at += 7)
        yield await Promise.resolve(bytes.subarray(at, at + 7));
    },
  };
}

/** What the format that recognises the file tells; its name beside. Close its writes when done. */
export async function toldBy(
  path: string,
  content: string | Uint8Array,
): Promise<{ readonly format: string | undefined; readonly told: Collection }> {
  const file = fileOf(path, content);
  const format = formats.find(each => each.recognises(file));
  const told = new Collection();
  if (format !== undefined) {
    told.begin(format.name, path);
    await format.read(file, told);
  }
  told.end();
  told.writes.close();
  return { format: format?.name, told };
}
