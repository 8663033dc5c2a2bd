/** The lines of a file, one after another: a file of any size takes no more memory than a piece of it. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { exitCodes, InputError, UserError } from '../../input/errors.js';

/** A line with its number, from 1; without its end. */
export interface Line {
  readonly text: string;
  readonly number: number;
}

const pieceBytes = 1 << 20;

/** No line of a table is longer; it guards memory against what is no text. */
const lineCharactersMax = 1 << 20;

/**
 * The lines that are not blank. The file is closed when the last is read, or when the reader stops.
 *
 * @throws UserError when there is no such file. InputError when it is no text.
 */
export function* linesOf(file: string): Generator<Line, void> {
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new UserError(`no such file: ${file}`, {
      exitCode: exitCodes.usage,
      code: 'no-such-file',
      next: 'check the path; it is taken from the folder of the scenario',
    });
  }
  const descriptor = openSync(file, 'r');
  try {
    yield* linesIn(descriptor, file);
  } finally {
    closeSync(descriptor);
  }
}

function* linesIn(descriptor: number, file: string): Generator<Line, void> {
  const decoder = new StringDecoder('utf8');
  const piece = Buffer.alloc(pieceBytes);
  let number = 0;
  let rest = '';
  for (;;) {
    const bytes = readSync(descriptor, piece);
    const text = rest + (bytes === 0 ? decoder.end() : decoder.write(piece.subarray(0, bytes)));
    const lines = text.split('\n');
    rest = bytes === 0 ? '' : (lines.pop() ?? '');
    for (const line of lines) {
      number++;
      const trimmed = (number === 1 ? line.replace(/^\uFEFF/, '') : line).replace(/\r$/, '');
      if (trimmed.includes('\0')) throw noText(file, number);
      if (trimmed.trim() !== '') yield { text: trimmed, number };
    }
    if (rest.length > lineCharactersMax) throw noText(file, number + 1);
    if (bytes === 0) return;
  }
}

const noText = (file: string, line: number): InputError =>
  new InputError({ file, line }, 'is not text', 'give a CSV or JSON-lines file, unpacked');
