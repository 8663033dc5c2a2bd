/** The row of a binding of an admission policy. @upstream pkg/printers/internalversion/printers.go */
import type { ValidatingAdmissionPolicyBinding } from '../../../api/kinds/admissionregistration.js';
import { ageOf } from './cell.js';

/** Name, policy, parameters and age. */
export function policyBindingCells(
  binding: Pick<ValidatingAdmissionPolicyBinding, 'metadata' | 'spec'>,
  nowMs: number,
): readonly unknown[] {
  const ref = binding.spec?.paramRef;
  let params = '<unset>';
  if (ref?.name) params = `${ref.namespace || '*'}/${ref.name}`;
  return [binding.metadata.name, binding.spec?.policyName ?? '', params, ageOf(binding, nowMs)];
}
