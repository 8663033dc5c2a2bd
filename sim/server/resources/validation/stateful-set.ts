/** Checks of StatefulSets. @upstream pkg/apis/apps/validation/validation.go ValidateStatefulSet */
import { deepEqual } from '../../../api/equality.js';
import type {
  StatefulSet,
  StatefulSetSpec,
  StatefulSetUpdateStrategy,
} from '../../../api/kinds/apps.js';
import type { PodTemplateSpec, Volume } from '../../../api/kinds/core.js';
import { selectorFromObject } from '../../../api/selectors.js';
import { annotationErrors } from '../../meta-validation.js';
import { keptField, without } from '../defaults/fill.js';
import { forbidden, invalid, notSupported, required, type FieldError } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import { checkLabel, checkLabels, checkNonNegative, type Errors } from './checks.js';
import { checkClaimSpec } from './claims.js';
import { goValue } from './go-value.js';
import { checkAtMostAll, checkIntOrPercent, plainValue } from './int-or-percent.js';
import {
  checkBounds,
  checkCollisions,
  checkCounts,
  checkEndless,
  checkTemplate,
  checkWorkloadSelector,
  tellMismatch,
} from './pod-template.js';

/** What is wrong with a new StatefulSet. */
export function validateStatefulSet(
  statefulSet: StatefulSet,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = [];
  if (statefulSet.spec !== undefined) checkSpec(statefulSet.spec, undefined, context, errors);
  return errors;
}

const mutableFields = [
  'replicas',
  'template',
  'updateStrategy',
  'minReadySeconds',
  'ordinals',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
] as const;

/** What is wrong with an update of a StatefulSet. */
export function validateStatefulSetUpdate(
  statefulSet: StatefulSet,
  old: StatefulSet,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = [];
  const [spec, before] = [statefulSet.spec, old.spec];
  if (spec === undefined || before === undefined) return errors;
  checkSpec(spec, before, context, errors);
  let fixed = spec;
  for (const field of mutableFields) fixed = keptField(fixed, before, field);
  if (!deepEqual(fixed, before)) {
    const text =
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', " +
      "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and " +
      "'minReadySeconds' are forbidden";
    errors.push(forbidden('spec', text));
  }
  return errors;
}

function checkSpec(
  spec: StatefulSetSpec,
  old: StatefulSetSpec | undefined,
  context: StrategyContext,
  errors: Errors,
): void {
  checkPolicies(spec, errors);
  if (old === undefined) {
    for (const [index, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
      const at = `spec.volumeClaimTemplates[${index}].spec`;
      checkClaimSpec(claim.spec ?? {}, at, errors);
    }
  }
  checkNonNegative(spec.replicas, 'spec.replicas', errors);
  checkNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  checkNonNegative(spec.ordinals?.start, 'spec.ordinals.start', errors);
  if (old === undefined && spec.serviceName) {
    checkLabel(spec.serviceName, 'spec.serviceName', errors);
  }
  checkWorkloadSelector(spec.selector, 'statefulset', 'spec.selector', errors);
  checkOwnTemplate(spec, old, context, errors);
  checkEndless(spec.template, 'StatefulSet', 'spec.template', errors);
}

function checkPolicies(spec: StatefulSetSpec, errors: Errors): void {
  const management = spec.podManagementPolicy ?? '';
  const at = 'spec.podManagementPolicy';
  if (management === '') errors.push(required(at));
  else if (management !== 'OrderedReady' && management !== 'Parallel') {
    errors.push(invalid(at, management, "must be 'OrderedReady' or 'Parallel'"));
  }
  checkStrategy(spec.updateStrategy ?? {}, 'spec.updateStrategy', errors);
  const retention = spec.persistentVolumeClaimRetentionPolicy;
  for (const field of ['whenDeleted', 'whenScaled'] as const) {
    const policy = retention?.[field] ?? '';
    if (retention === undefined || policy === 'Retain' || policy === 'Delete') continue;
    const path = `spec.persistentVolumeClaimRetentionPolicy.${field}`;
    errors.push(notSupported(path, policy, ['Retain', 'Delete']));
  }
}

function checkStrategy(strategy: StatefulSetUpdateStrategy, path: string, errors: Errors): void {
  const { type = '', rollingUpdate } = strategy;
  const at = `${path}.rollingUpdate`;
  if (type === '') errors.push(required(path));
  else if (type === 'OnDelete') {
    if (rollingUpdate === undefined) return;
    const value = goValue('apps/v1.RollingUpdateStatefulSetStrategy', rollingUpdate);
    const text = "only allowed for updateStrategy 'RollingUpdate'";
    errors.push(invalid(at, value, text));
  } else if (type === 'RollingUpdate') {
    if (rollingUpdate === undefined) return;
    checkNonNegative(rollingUpdate.partition, `${at}.partition`, errors);
    const { maxUnavailable } = rollingUpdate;
    if (maxUnavailable === undefined) return;
    checkIntOrPercent(maxUnavailable, `${at}.maxUnavailable`, errors);
    if (plainValue(maxUnavailable) === 0) {
      errors.push(invalid(`${at}.maxUnavailable`, maxUnavailable, 'cannot be 0'));
    }
    checkAtMostAll(maxUnavailable, `${at}.maxUnavailable`, errors);
  } else {
    const value = goValue('apps/v1.StatefulSetUpdateStrategy', strategy);
    errors.push(invalid(path, value, "must be 'RollingUpdate' or 'OnDelete'"));
  }
}

function checkOwnTemplate(
  spec: StatefulSetSpec,
  old: StatefulSetSpec | undefined,
  context: StrategyContext,
  errors: Errors,
): void {
  const parsed = selectorFromObject(spec.selector ?? undefined);
  if (!parsed.isOk) {
    errors.push(invalid('spec.selector', spec.selector, ''));
    return;
  }
  const labels = spec.template.metadata?.labels ?? {};
  const isEmpty =
    spec.selector !== undefined &&
    // A pointer that is always written is null when nothing was sent; nothing matches it.
    spec.selector !== null &&
    Object.keys(spec.selector.matchLabels ?? {}).length +
      (spec.selector.matchExpressions ?? []).length ===
      0;
  if (!isEmpty && !parsed.value.matches(labels)) {
    tellMismatch(spec.template, 'spec.template', errors);
  }
  const before = old === undefined ? undefined : mountable(old);
  checkTemplate(mountable(spec), before, 'spec.template', context, errors);
  const { metadata } = spec.template;
  if (metadata?.labels !== undefined) {
    checkLabels(metadata.labels, 'spec.template.labels', errors);
  }
  if (metadata?.annotations !== undefined) {
    errors.push(...annotationErrors(metadata.annotations, 'spec.template.annotations'));
  }
}

/** The template with the volumes that come from claims, and without names that each pod gets. */
function mountable(spec: StatefulSetSpec): PodTemplateSpec {
  const { template, volumeClaimTemplates: claims = [] } = spec;
  if (template.spec === undefined) return template;
  const own = without(without(template.spec, 'subdomain'), 'hostname');
  if (claims.length === 0) return own === template.spec ? template : { ...template, spec: own };
  const names = new Map<string, Volume>();
  for (const { metadata } of claims) {
    const name = metadata.name ?? '';
    names.set(name, { name, persistentVolumeClaim: { claimName: name } });
  }
  const others = (own.volumes ?? []).filter(volume => !names.has(volume.name));
  return { ...template, spec: { ...own, volumes: [...names.values(), ...others] } };
}

/** What is wrong with a StatefulSet's status. */
export function validateStatefulSetStatus(
  statefulSet: StatefulSet,
  old: StatefulSet,
): readonly FieldError[] {
  const errors: Errors = [];
  const status = { ...statefulSet.status };
  const counts = [
    'replicas',
    'readyReplicas',
    'currentReplicas',
    'updatedReplicas',
    'availableReplicas',
    'observedGeneration',
    'collisionCount',
  ];
  checkCounts(status, counts, errors);
  const bounds = [
    ['readyReplicas', 'replicas'],
    ['currentReplicas', 'replicas'],
    ['updatedReplicas', 'replicas'],
    ['availableReplicas', 'replicas'],
    ['availableReplicas', 'readyReplicas'],
  ] as const;
  checkBounds(status, bounds, errors);
  checkCollisions(statefulSet.status, old.status, errors);
  return errors;
}
