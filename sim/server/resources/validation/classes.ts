/** Checks of PriorityClasses and RuntimeClasses. @upstream pkg/apis/scheduling/validation, pkg/apis/node/validation */
import type { Toleration } from '../../../api/kinds/core.js';
import type { RuntimeClass } from '../../../api/kinds/node.js';
import type { PriorityClass } from '../../../api/kinds/scheduling.js';
import { duplicate, forbidden, notSupported, required, type FieldError } from '../field-error.js';
import { checkImmutable, checkLabel, checkLabels, type Errors } from './checks.js';
import { goValue } from './go-value.js';
import { checkRequirements } from './resource-requirements.js';
import { checkTolerations } from './scheduling.js';

const userMax = 1_000_000_000;
const systemValues: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};
const preemptionPolicies = ['PreemptLowerPriority', 'Never'];

/** What is wrong with a PriorityClass. */
export function validatePriorityClass(priorityClass: PriorityClass): readonly FieldError[] {
  const errors: Errors = [];
  const { metadata, value = 0, preemptionPolicy: policy } = priorityClass;
  if (metadata.name?.startsWith('system-') === true) {
    const text = systemText(priorityClass);
    const head =
      "priority class names with 'system-' prefix are reserved for system use only. error: ";
    if (text !== '') errors.push(forbidden('metadata.name', head + text));
  } else if (value > userMax) {
    const text = `maximum allowed value of a user defined priority is ${userMax}`;
    errors.push(forbidden('value', text));
  }
  if (policy === '') errors.push(required('preemptionPolicy'));
  else if (policy !== undefined && !preemptionPolicies.includes(policy)) {
    errors.push(notSupported('preemptionPolicy', policy, preemptionPolicies));
  }
  return errors;
}

function systemText({ metadata, value, globalDefault }: PriorityClass): string {
  const { name = '' } = metadata;
  const wanted = systemValues[name];
  if (wanted === undefined) return `${name} is not a known system priority class`;
  if (value !== wanted) return `value of ${name} PriorityClass must be ${wanted}`;
  return globalDefault === true ? `globalDefault of ${name} PriorityClass must be false` : '';
}

/** What is wrong with an update of a PriorityClass. */
export function validatePriorityClassUpdate(
  priorityClass: PriorityClass,
  old: PriorityClass,
): readonly FieldError[] {
  const errors: Errors = [];
  if (priorityClass.value !== old.value) {
    errors.push(forbidden('value', 'may not be changed in an update.'));
  }
  const [now, before] = [priorityClass.preemptionPolicy, old.preemptionPolicy];
  checkImmutable(now, before, 'preemptionPolicy', errors);
  return errors;
}

/** What is wrong with a RuntimeClass. */
export function validateRuntimeClass(runtimeClass: RuntimeClass): readonly FieldError[] {
  const errors: Errors = [];
  const { handler = '', overhead, scheduling } = runtimeClass;
  if (handler === '') errors.push(required('handler'));
  else checkLabel(handler, 'handler', errors);
  if (overhead?.podFixed) {
    checkRequirements({ limits: overhead.podFixed }, new Set(), 'overhead', errors);
  }
  if (scheduling !== undefined) {
    checkLabels(scheduling.nodeSelector, 'scheduling.nodeSelector', errors);
    checkOnce(scheduling.tolerations ?? [], 'scheduling.tolerations', errors);
  }
  return errors;
}

function checkOnce(tolerations: readonly Toleration[], path: string, errors: Errors): void {
  checkTolerations(tolerations, path, errors);
  const known = new Set<string>();
  for (const [index, toleration] of tolerations.entries()) {
    const { key = '', operator = '', value = '', effect = '' } = toleration;
    const text = JSON.stringify([key, operator, value, effect]);
    if (known.has(text)) {
      errors.push(duplicate(`${path}[${index}]`, goValue('core/v1.Toleration', toleration)));
    }
    known.add(text);
  }
}

/** What is wrong with an update of a RuntimeClass. */
export function validateRuntimeClassUpdate(
  runtimeClass: RuntimeClass,
  old: RuntimeClass,
): readonly FieldError[] {
  const errors: Errors = [...validateRuntimeClass(runtimeClass)];
  checkImmutable(runtimeClass.handler, old.handler, 'handler', errors);
  return errors;
}
