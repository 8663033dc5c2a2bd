/** Where a journal lies: two files of gzip members and an index, in a folder or in memory. */
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** The files of a journal. */
export const journalFiles = {
  /** What changed: keyframes and what came after them. */
  changes: 'journal.gz',
  logs: 'journal-logs.gz',
  index: 'journal.index.jsonl',
} as const;

/** Which file. */
export type JournalFile = keyof typeof journalFiles;

/** Keeps the files of a journal. */
export interface Shelf {
  append(file: JournalFile, bytes: Uint8Array): void;
  /** The whole file as text; undefined when there is none. */
  text(file: JournalFile): string | undefined;
  /** A part of a file; shorter when the file ends before. */
  read(file: JournalFile, offset: number, length: number): Uint8Array;
}

/** A shelf in a folder; `folder` is asked when something is written, which may make it. */
export function folderShelf(folder: () => string): Shelf {
  const pathOf = (file: JournalFile): string => join(folder(), journalFiles[file]);
  return {
    append: (file, bytes) => appendFileSync(pathOf(file), bytes),
    text: file => (existsSync(pathOf(file)) ? readFileSync(pathOf(file), 'utf8') : undefined),
    read(file, offset, length) {
      const bytes = new Uint8Array(length);
      const descriptor = openSync(pathOf(file), 'r');
      try {
        return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
      } finally {
        closeSync(descriptor);
      }
    },
  };
}

/** A shelf in memory: for short voyages, of which nothing is kept. */
export function memoryShelf(): Shelf {
  const files = new Map<JournalFile, Buffer>();
  const content = (file: JournalFile): Buffer => files.get(file) ?? Buffer.alloc(0);
  return {
    append: (file, bytes) => void files.set(file, Buffer.concat([content(file), bytes])),
    text: file => files.get(file)?.toString('utf8'),
    read: (file, offset, length) => content(file).subarray(offset, offset + length),
  };
}
