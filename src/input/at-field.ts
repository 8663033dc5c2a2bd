/** Tells of what is wrong with a part of a document where that part stands. */
import { InputError, UserError } from './errors.js';
import { fieldText, type FieldPath, type Located } from './located.js';

/**
 * Reads a part of a document; what is wrong with it is told with file, line and field.
 *
 * @throws InputError with the words and the next step of the reader's own.
 */
export function atField<T>(document: Located, path: FieldPath, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserError) || error instanceof InputError) throw error;
    const place = { file: document.file, line: document.lineOf(path), field: fieldText(path) };
    throw new InputError(place, error.message, error.details.next);
  }
}
