/** The row of a binding of an admission policy. @upstream pkg/printers/internalversion/printers.go */
import type { ValidatingAdmissionPolicyBinding } from '../../../api/kinds/admissionregistration.js';
import type { LabelSelector } from '../../../api/kinds/meta.js';
import { compareText } from '../../../api/go-text.js';
import { ageOf } from './cell.js';

/** Name, policy, parameters and age. */
export function policyBindingCells(
  binding: Pick<ValidatingAdmissionPolicyBinding, 'metadata' | 'spec'>,
  nowMs: number,
): readonly unknown[] {
  const ref = binding.spec?.paramRef;
  let params = '<unset>';
  if (ref?.name) params = `${ref.namespace || '*'}/${ref.name}`;
  else if (ref?.selector) params = goSelector(ref.selector);
  return [binding.metadata.name, binding.spec?.policyName ?? '', params, ageOf(binding, nowMs)];
}

/** Go's String of a selector: its fields, each with its type. */
function goSelector({ matchLabels = {}, matchExpressions }: LabelSelector): string {
  const labels = Object.keys(matchLabels)
    .sort(compareText)
    .map(key => `${key}: ${matchLabels[key]},`);
  const expressions = (matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  const list = `MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},`;
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},${list}}`;
}
