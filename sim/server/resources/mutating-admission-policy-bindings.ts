/** MutatingAdmissionPolicyBindings. @upstream pkg/registry/admissionregistration/mutatingadmissionpolicybinding/strategy.go */
import {
  mutatingAdmissionPolicyBindings,
  type MutatingAdmissionPolicyBinding,
} from '../../api/kinds/admissionregistration.js';
import { policyBindingCells } from './columns/policy-binding-cells.js';
import { mutatingAdmissionPolicyBindingColumns } from './columns/policy.js';
import { fill, within } from './defaults/fill.js';
import { matchResourcesDefaults } from './defaults/webhook.js';
import { strategyOf } from './strategy.js';
import { validateMutatingBinding } from './validation/admission-policy.js';

/** The strategy of MutatingAdmissionPolicyBindings. */
export const mutatingAdmissionPolicyBinding = strategyOf<MutatingAdmissionPolicyBinding>({
  kind: mutatingAdmissionPolicyBindings,
  hasGeneration: true,
  allowsUnconditionalUpdate: false,
  validate: validateMutatingBinding,
  validateUpdate: validateMutatingBinding,
  defaults: object =>
    within(fill(object, { spec: {} }), 'spec', spec =>
      within(spec, 'matchResources', matchResourcesDefaults),
    ),
  columns: mutatingAdmissionPolicyBindingColumns,
  cells: policyBindingCells,
});
