/** ValidatingAdmissionPolicies. @upstream pkg/registry/admissionregistration/validatingadmissionpolicy/strategy.go */
import {
  validatingAdmissionPolicies,
  type ValidatingAdmissionPolicy,
} from '../../api/kinds/admissionregistration.js';
import { ageOf } from './columns/cell.js';
import { validatingAdmissionPolicyColumns } from './columns/policy.js';
import { fill, within } from './defaults/fill.js';
import { matchResourcesDefaults } from './defaults/webhook.js';
import { freshStatus, keepAllButStatus, keepStatus } from './parts.js';
import { strategyOf } from './strategy.js';
import { validatePolicy, validatePolicyStatus } from './validation/admission-policy.js';

/** The strategy of ValidatingAdmissionPolicies. */
export const validatingAdmissionPolicy = strategyOf<ValidatingAdmissionPolicy>({
  kind: validatingAdmissionPolicies,
  hasGeneration: true,
  allowsUnconditionalUpdate: false,
  validate: validatePolicy,
  validateUpdate: validatePolicy,
  defaults: object =>
    within(fill(object, { spec: {}, status: {} }), 'spec', spec =>
      within(fill(spec, { failurePolicy: 'Fail' }), 'matchConstraints', matchResourcesDefaults),
    ),
  prepareForCreate: freshStatus({}),
  prepareForUpdate: keepStatus,
  status: { prepareForUpdate: keepAllButStatus, validateUpdate: validatePolicyStatus },
  columns: validatingAdmissionPolicyColumns,
  cells: (object, nowMs) => {
    const kind = object.spec?.paramKind;
    return [
      object.metadata.name,
      (object.spec?.validations ?? []).length,
      kind === undefined ? '<unset>' : `${kind.apiVersion ?? ''}/${kind.kind ?? ''}`,
      ageOf(object, nowMs),
    ];
  },
});
