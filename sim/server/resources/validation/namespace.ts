/** Checks of Namespaces. @upstream pkg/apis/core/validation/validation.go ValidateNamespace */
import type { Namespace } from '../../../api/kinds/core.js';
import { invalid, type FieldError } from '../field-error.js';
import type { Errors } from './checks.js';
import { checkFinalizer } from './finalizers.js';

/** What is wrong with a Namespace. */
export function validateNamespace({ spec }: Namespace): readonly FieldError[] {
  const errors: Errors = [];
  for (const name of spec?.finalizers ?? []) checkFinalizer(name, 'spec.finalizers', errors);
  return errors;
}

/** What is wrong with an update of a Namespace's status. */
export function validateNamespaceStatus({ metadata, status }: Namespace): readonly FieldError[] {
  const phase = status?.phase ?? '';
  const isGoing = Boolean(metadata.deletionTimestamp);
  const wanted = isGoing ? 'Terminating' : 'Active';
  if (phase === wanted) return [];
  const state = isGoing ? 'is not empty' : 'is empty';
  const text = `may only be '${wanted}' if \`deletionTimestamp\` ${state}`;
  return [invalid('status.Phase', phase, text)];
}

/** What is wrong with a change of a Namespace's own finalizers. */
export function validateNamespaceFinalizers({ spec }: Namespace): readonly FieldError[] {
  const errors: Errors = [];
  for (const [index, name] of (spec?.finalizers ?? []).entries()) {
    checkFinalizer(name, `spec.finalizers[${index}]`, errors);
  }
  return errors;
}
