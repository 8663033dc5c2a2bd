/** Checks of ControllerRevisions. @upstream pkg/apis/apps/validation/validation.go */
import { isRecord } from '../../../api/equality.js';
import type { ControllerRevision } from '../../../api/kinds/apps.js';
import { required, type FieldError } from '../field-error.js';
import { checkImmutable, checkNonNegative, type Errors } from './checks.js';

/** What is wrong with a new ControllerRevision. */
export function validateRevision({ revision, data }: ControllerRevision): readonly FieldError[] {
  const errors: Errors = [];
  checkNonNegative(revision, 'revision', errors);
  if (data === undefined || data === null) errors.push(required('data', 'data is mandatory'));
  else if (!isRecord(data)) errors.push(required('data', 'data must be a valid JSON object'));
  return errors;
}

/** What is wrong with an update of a ControllerRevision. */
export function validateRevisionUpdate(
  revision: ControllerRevision,
  old: ControllerRevision,
): readonly FieldError[] {
  const errors: Errors = [];
  checkNonNegative(revision.revision, 'revision', errors);
  checkImmutable(revision.data, old.data, 'data', errors);
  return errors;
}
