/** Names of finalizers. @upstream pkg/apis/core/validation/validation.go validateKubeFinalizerName */
import { qualifiedNameErrors } from '../../../api/labels.js';
import type { ObjectMeta } from '../../../api/kinds/meta.js';
import { invalid } from '../field-error.js';
import { tell, type Errors } from './checks.js';

const standard = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);
const unknownText = 'name is neither a standard finalizer name nor is it fully qualified';

/** A finalizer of metadata: the shared checks have looked at its form. */
export function checkFinalizers(metadata: ObjectMeta, errors: Errors): void {
  for (const [index, name] of (metadata.finalizers ?? []).entries()) {
    checkKnown(name, `metadata.finalizers[${index}]`, errors);
  }
}

/** A finalizer's whole name. */
export function checkFinalizer(name: string, path: string, errors: Errors): void {
  tell(qualifiedNameErrors(name), name, path, errors);
  checkKnown(name, path, errors);
}

function checkKnown(name: string, path: string, errors: Errors): void {
  if (name.includes('/') || standard.has(name)) return;
  errors.push(invalid(path, name, unknownText));
}
