/** A validation error of one field, and how it is told. @upstream apimachinery/pkg/util/validation/field */

/** What is wrong with a field. */
export type FieldErrorType =
  | 'Required'
  | 'Invalid'
  | 'NotSupported'
  | 'Duplicate'
  | 'Forbidden'
  | 'TooLong'
  | 'TooMany'
  | 'NotFound'
  | 'InternalError'
  | 'TypeInvalid'
  | 'TooFew';

/** One error. `text` is the message without the field's path: what a cause shows. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly path: string;
  readonly text: string;
}
