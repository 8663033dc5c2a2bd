/** MutatingAdmissionPolicies. @upstream pkg/registry/admissionregistration/mutatingadmissionpolicy/strategy.go */
import {
  mutatingAdmissionPolicies,
  type MutatingAdmissionPolicy,
} from '../../api/kinds/admissionregistration.js';
import { ageOf } from './columns/cell.js';
import { mutatingAdmissionPolicyColumns } from './columns/policy.js';
import { fill, within } from './defaults/fill.js';
import { matchResourcesDefaults } from './defaults/webhook.js';
import { strategyOf } from './strategy.js';
import { validateMutatingPolicy } from './validation/admission-policy.js';

/** The strategy of MutatingAdmissionPolicies. */
export const mutatingAdmissionPolicy = strategyOf<MutatingAdmissionPolicy>({
  kind: mutatingAdmissionPolicies,
  hasGeneration: true,
  allowsUnconditionalUpdate: false,
  validate: validateMutatingPolicy,
  validateUpdate: validateMutatingPolicy,
  defaults: object =>
    within(fill(object, { spec: {} }), 'spec', spec =>
      within(fill(spec, { failurePolicy: 'Fail' }), 'matchConstraints', matchResourcesDefaults),
    ),
  columns: mutatingAdmissionPolicyColumns,
  cells: (object, nowMs) => {
    const kind = object.spec?.paramKind;
    return [
      object.metadata.name,
      (object.spec?.mutations ?? []).length,
      kind === undefined ? '<unset>' : `${kind.apiVersion ?? ''}/${kind.kind ?? ''}`,
      ageOf(object, nowMs),
    ];
  },
});
