/** Checks of ReplicationControllers and PodTemplates. @upstream pkg/apis/core/validation/validation.go */
import type { PodTemplate, ReplicationController } from '../../../api/kinds/core.js';
import { hasLabels } from '../../../api/selectors.js';
import { required, type FieldError } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import { checkNonNegative, type Errors } from './checks.js';
import { checkEndless, checkTemplate, tellMismatch } from './pod-template.js';

/** What is wrong with a ReplicationController. */
export function validateReplicationController(
  controller: ReplicationController,
  context: StrategyContext,
  old?: ReplicationController,
): readonly FieldError[] {
  const errors: Errors = [];
  const { minReadySeconds, selector = {}, replicas, template } = controller.spec ?? {};
  checkNonNegative(minReadySeconds, 'spec.minReadySeconds', errors);
  const isEmpty = Object.keys(selector).length === 0;
  if (isEmpty) errors.push(required('spec.selector'));
  if (replicas === undefined) errors.push(required('spec.replicas'));
  checkNonNegative(replicas, 'spec.replicas', errors);
  if (template === undefined) {
    errors.push(required('spec.template'));
    return errors;
  }
  const isSelected = isEmpty || hasLabels(template.metadata?.labels, selector);
  if (!isSelected) tellMismatch(template, 'spec.template', errors);
  checkTemplate(template, old?.spec?.template, 'spec.template', context, errors);
  checkEndless(template, 'ReplicationController', 'spec.template', errors);
  return errors;
}

/** What is wrong with a PodTemplate. */
export function validatePodTemplate(
  object: PodTemplate,
  context: StrategyContext,
  old?: PodTemplate,
): readonly FieldError[] {
  const errors: Errors = [];
  checkTemplate(object.template ?? {}, old?.template, 'template', context, errors);
  return errors;
}
