/** Checks of HorizontalPodAutoscalers. @upstream pkg/apis/autoscaling/validation/validation.go */
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingPolicy,
  HPAScalingRules,
} from '../../../api/kinds/autoscaling.js';
import { invalid, notSupported, required, type FieldError } from '../field-error.js';
import { amount, checkNonNegative, checkSegment, negativeText, type Errors } from './checks.js';
import { checkMetrics } from './autoscaler-metrics.js';

/** Which API versions a reference may name. */
export interface VersionRule {
  readonly allowsAny: boolean;
  readonly allowsNoGroup: boolean;
}

/** What is wrong with an autoscaler. */
export function validateAutoscaler(
  { spec }: HorizontalPodAutoscaler,
  old?: HorizontalPodAutoscaler,
): readonly FieldError[] {
  const errors: Errors = [];
  checkReplicas(spec, old?.spec, errors);
  const [target, before] = [spec.scaleTargetRef, old?.spec.scaleTargetRef];
  const isSame =
    before !== undefined && before.apiVersion === target.apiVersion && before.kind === target.kind;
  const rule = { allowsAny: isSame, allowsNoGroup: target.kind === 'ReplicationController' };
  checkCrossReference(target, 'spec.scaleTargetRef', rule, errors);
  checkMetrics(spec, { allowsAny: hadBadReference(old?.spec), allowsNoGroup: true }, errors);
  for (const side of ['scaleUp', 'scaleDown'] as const) {
    const rules = spec.behavior?.[side];
    if (rules) checkRules(rules, `spec.behavior.${side}`, errors);
  }
  return errors;
}

/** What is wrong with an update of an autoscaler's status. */
export function validateAutoscalerStatus({ status }: HorizontalPodAutoscaler) {
  const errors: Errors = [];
  checkNonNegative(status?.currentReplicas, 'status.currentReplicas', errors);
  checkNonNegative(status?.desiredReplicas, 'status.desiredReplicas', errors);
  return errors as readonly FieldError[];
}

function hadBadReference(spec: HorizontalPodAutoscalerSpec | undefined): boolean {
  return (spec?.metrics ?? []).some(
    ({ object }) => versionText(object?.describedObject.apiVersion ?? '', true) !== '',
  );
}

function checkReplicas(
  spec: HorizontalPodAutoscalerSpec,
  old: HorizontalPodAutoscalerSpec | undefined,
  errors: Errors,
): void {
  const { minReplicas: min, maxReplicas: max = 0 } = spec;
  const least = old?.minReplicas === 0 ? 0 : 1;
  if (min !== undefined && min < least) {
    errors.push(invalid('spec.minReplicas', min, `must be greater than or equal to ${least}`));
  }
  const path = 'spec.maxReplicas';
  if (max === 0) errors.push(required(path, 'must be set and greater than 0'));
  else if (max < 0) errors.push(invalid(path, max, 'must be greater than or equal to 1'));
  if (min !== undefined && max < min) {
    errors.push(invalid(path, max, 'must be greater than or equal to `minReplicas`'));
  }
}

/** A reference to an object of some kind. */
export function checkCrossReference(
  reference: CrossVersionObjectReference,
  path: string,
  rule: VersionRule,
  errors: Errors,
): void {
  checkSegment(reference.kind ?? '', `${path}.kind`, errors);
  checkSegment(reference.name ?? '', `${path}.name`, errors);
  if (rule.allowsAny) return;
  const { apiVersion = '' } = reference;
  const text = versionText(apiVersion, rule.allowsNoGroup);
  if (text !== '') errors.push(invalid(`${path}.apiVersion`, apiVersion, text));
}

function versionText(apiVersion: string, allowsNoGroup: boolean): string {
  const slashes = apiVersion.split('/').length - 1;
  if (slashes > 1) return `unexpected GroupVersion string: ${apiVersion}`;
  const hasGroup = slashes === 1 && !apiVersion.startsWith('/');
  return hasGroup || allowsNoGroup ? '' : 'apiVersion must specify API group';
}

const selectPolicies = ['Disabled', 'Max', 'Min'];
const windowMax = 3600;

function checkRules(rules: HPAScalingRules, path: string, errors: Errors): void {
  const { stabilizationWindowSeconds: seconds, selectPolicy, tolerance } = rules;
  const at = `${path}.stabilizationWindowSeconds`;
  if (seconds !== undefined && seconds < 0) {
    errors.push(invalid(at, seconds, 'must be greater than or equal to zero'));
  }
  if (seconds !== undefined && seconds > windowMax) {
    errors.push(invalid(at, seconds, `must be less than or equal to ${windowMax}`));
  }
  if (selectPolicy !== undefined && !selectPolicies.includes(selectPolicy)) {
    errors.push(notSupported(`${path}.selectPolicy`, selectPolicy, selectPolicies));
  }
  const policies = rules.policies ?? [];
  if (policies.length === 0) {
    errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  }
  for (const [index, policy] of policies.entries()) {
    checkPolicy(policy, `${path}.policies[${index}]`, errors);
  }
  if (tolerance === undefined) return;
  const quantity = amount(tolerance);
  if (quantity.sign() < 0) {
    errors.push(invalid(`${path}.tolerance`, quantity.toString(), negativeText));
  }
}

const policyTypes = ['Percent', 'Pods'];
const periodMax = 1800;

function checkPolicy(policy: HPAScalingPolicy, path: string, errors: Errors): void {
  const { type = '', value = 0, periodSeconds: period = 0 } = policy;
  if (!policyTypes.includes(type)) errors.push(notSupported(`${path}.type`, type, policyTypes));
  const positive = 'must be greater than zero';
  if (value <= 0) errors.push(invalid(`${path}.value`, value, positive));
  if (period <= 0) errors.push(invalid(`${path}.periodSeconds`, period, positive));
  if (period > periodMax) {
    const text = `must be less than or equal to ${periodMax}`;
    errors.push(invalid(`${path}.periodSeconds`, period, text));
  }
}
