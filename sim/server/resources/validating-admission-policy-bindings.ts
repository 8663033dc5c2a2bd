/** ValidatingAdmissionPolicyBindings. @upstream pkg/registry/admissionregistration/validatingadmissionpolicybinding/strategy.go */
import {
  validatingAdmissionPolicyBindings,
  type ValidatingAdmissionPolicyBinding,
} from '../../api/kinds/admissionregistration.js';
import { policyBindingCells } from './columns/policy-binding-cells.js';
import { validatingAdmissionPolicyBindingColumns } from './columns/policy.js';
import { within } from './defaults/fill.js';
import { matchResourcesDefaults } from './defaults/webhook.js';
import { strategyOf } from './strategy.js';
import { validateBinding } from './validation/admission-policy.js';

/** The strategy of ValidatingAdmissionPolicyBindings. */
export const validatingAdmissionPolicyBinding = strategyOf<ValidatingAdmissionPolicyBinding>({
  kind: validatingAdmissionPolicyBindings,
  hasGeneration: true,
  allowsUnconditionalUpdate: false,
  validate: validateBinding,
  validateUpdate: validateBinding,
  defaults: object =>
    within(object, 'spec', spec => within(spec, 'matchResources', matchResourcesDefaults)),
  columns: validatingAdmissionPolicyBindingColumns,
  cells: policyBindingCells,
});
