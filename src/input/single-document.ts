/** Reads files of which one document is all that is read: another would go unheard. */
import { InputError } from './errors.js';
import { parseLocated, type Located } from './located.js';

/** What to do about a file that has no document, or more than one. */
export interface DocumentAdvice {
  readonly ifEmpty: string;
  /** Default: move it to a file of its own. */
  readonly ifMore?: string;
}

/**
 * The document of a text.
 *
 * @throws InputError when there is none or more than one.
 */
export function singleDocument(text: string, file: string, advice: DocumentAdvice): Located {
  const document = documentIfAny(text, file, advice);
  if (document !== undefined) return document;
  throw new InputError({ file, line: 1 }, 'the file is empty', advice.ifEmpty);
}

/**
 * The document of a text that may be empty.
 *
 * @throws InputError when there is more than one.
 */
export function documentIfAny(
  text: string,
  file: string,
  { ifMore = 'move it to a file of its own' }: Partial<DocumentAdvice> = {},
): Located | undefined {
  const [document, second] = parseLocated(text, file);
  if (second === undefined) return document;
  throw new InputError({ file, line: second.lineOf([]) }, 'a second document', ifMore);
}
