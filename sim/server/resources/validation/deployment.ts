/** Checks of Deployments and ReplicaSets. @upstream pkg/apis/apps/validation/validation.go */
import type {
  Deployment,
  DeploymentSpec,
  DeploymentStrategy,
  ReplicaSet,
  ReplicaSetSpec,
} from '../../../api/kinds/apps.js';
import type { PodTemplateSpec } from '../../../api/kinds/core.js';
import type { LabelSelector } from '../../../api/kinds/meta.js';
import { forbidden, invalid, notSupported, required, type FieldError } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import { checkNonNegative, type Errors } from './checks.js';
import { goValue } from './go-value.js';
import { checkAtMostAll, checkIntOrPercent, plainValue } from './int-or-percent.js';
import {
  checkBounds,
  checkCollisions,
  checkCounts,
  checkEndless,
  checkSameSelector,
  checkTemplate,
  checkWorkloadSelector,
  selectsTemplate,
  tellMismatch,
} from './pod-template.js';

/** What is wrong with a new Deployment. */
export function validateDeployment(
  deployment: Deployment,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = [];
  if (deployment.spec !== undefined) checkDeployment(deployment.spec, undefined, context, errors);
  return errors;
}

/** What is wrong with an update of a Deployment. */
export function validateDeploymentUpdate(
  deployment: Deployment,
  old: Deployment,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = [];
  if (deployment.spec !== undefined) checkDeployment(deployment.spec, old.spec, context, errors);
  checkSameSelector(deployment.spec?.selector, old.spec?.selector, errors);
  return errors;
}

function checkDeployment(
  spec: DeploymentSpec,
  old: DeploymentSpec | undefined,
  context: StrategyContext,
  errors: Errors,
): void {
  checkNonNegative(spec.replicas, 'spec.replicas', errors);
  checkSelectorAndTemplate(spec, old?.template, context, errors);
  checkStrategy(spec.strategy ?? {}, 'spec.strategy', errors);
  checkNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  checkNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
  const deadline = spec.progressDeadlineSeconds;
  if (deadline === undefined) return;
  checkNonNegative(deadline, 'spec.progressDeadlineSeconds', errors);
  if (deadline <= (spec.minReadySeconds ?? 0)) {
    const text = 'must be greater than minReadySeconds';
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, text));
  }
}

const noTemplate: PodTemplateSpec = {};

function checkSelectorAndTemplate(
  spec: { readonly selector: LabelSelector; readonly template?: PodTemplateSpec },
  old: PodTemplateSpec | undefined,
  context: StrategyContext,
  errors: Errors,
): void {
  const { selector, template = noTemplate } = spec;
  checkWorkloadSelector(selector, 'deployment', 'spec.selector', errors);
  const isSelected = selectsTemplate(selector, template);
  if (isSelected === undefined) {
    errors.push(invalid('spec.selector', selector, 'invalid label selector'));
    return;
  }
  const isEmpty = !selector || isEverything(selector);
  // A selector that is missing selects nothing, which is not the same as an empty one.
  if (!isSelected && !(selector && isEmpty)) tellMismatch(template, 'spec.template', errors);
  checkTemplate(template, old, 'spec.template', context, errors);
  checkEndless(template, 'ReplicaSet', 'spec.template', errors);
}

function isEverything({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels ?? {}).length + (matchExpressions ?? []).length === 0;
}

function checkStrategy(strategy: DeploymentStrategy, path: string, errors: Errors): void {
  const { type = '', rollingUpdate } = strategy;
  const at = `${path}.rollingUpdate`;
  if (type === 'Recreate') {
    if (rollingUpdate === undefined) return;
    const text = "may not be specified when strategy `type` is 'Recreate'";
    errors.push(forbidden(at, text));
  } else if (type === 'RollingUpdate') {
    if (rollingUpdate === undefined) {
      errors.push(required(at, 'this should be defaulted and never be nil'));
      return;
    }
    const { maxUnavailable, maxSurge } = rollingUpdate;
    checkIntOrPercent(maxUnavailable, `${at}.maxUnavailable`, errors);
    checkIntOrPercent(maxSurge, `${at}.maxSurge`, errors);
    if (plainValue(maxUnavailable) === 0 && plainValue(maxSurge) === 0) {
      const text = 'may not be 0 when `maxSurge` is 0';
      errors.push(invalid(`${at}.maxUnavailable`, maxUnavailable ?? 0, text));
    }
    checkAtMostAll(maxUnavailable, `${at}.maxUnavailable`, errors);
  } else {
    // The internal type has numbers where the version's has pointers to them.
    const shown = rollingUpdate && { maxUnavailable: 0, maxSurge: 0, ...rollingUpdate };
    const value = goValue('apps/v1.DeploymentStrategy', { ...strategy, rollingUpdate: shown });
    errors.push(notSupported(path, value, ['Recreate', 'RollingUpdate']));
  }
}

/** What is wrong with a Deployment's status. */
export function validateDeploymentStatus(
  deployment: Deployment,
  old: Deployment,
): readonly FieldError[] {
  const errors: Errors = [];
  const status = { ...deployment.status };
  const counts = [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'terminatingReplicas',
    'collisionCount',
  ];
  checkCounts(status, counts, errors);
  const bounds = [
    ['updatedReplicas', 'replicas'],
    ['readyReplicas', 'replicas'],
    ['availableReplicas', 'replicas'],
    ['availableReplicas', 'readyReplicas', 'readyReplicas'],
  ] as const;
  checkBounds(status, bounds, errors);
  checkCollisions(deployment.status, old.status, errors);
  return errors;
}

/** What is wrong with a new ReplicaSet. */
export function validateReplicaSet(
  replicaSet: ReplicaSet,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = [];
  if (replicaSet.spec !== undefined) checkReplicaSet(replicaSet.spec, undefined, context, errors);
  return errors;
}

/** What is wrong with an update of a ReplicaSet. */
export function validateReplicaSetUpdate(
  replicaSet: ReplicaSet,
  old: ReplicaSet,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = [];
  if (replicaSet.spec !== undefined) checkReplicaSet(replicaSet.spec, old.spec, context, errors);
  checkSameSelector(replicaSet.spec?.selector, old.spec?.selector, errors);
  return errors;
}

function checkReplicaSet(
  spec: ReplicaSetSpec,
  old: ReplicaSetSpec | undefined,
  context: StrategyContext,
  errors: Errors,
): void {
  checkNonNegative(spec.replicas, 'spec.replicas', errors);
  checkNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  checkSelectorAndTemplate(spec, old?.template, context, errors);
}

const replicaCounts = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'observedGeneration',
  'terminatingReplicas',
];

/** What is wrong with the status of a ReplicaSet or a ReplicationController. */
export function validateReplicaStatus(object: { readonly status?: object }): readonly FieldError[] {
  const errors: Errors = [];
  const status = { ...object.status };
  checkCounts(status, replicaCounts, errors);
  const bounds = [
    ['fullyLabeledReplicas', 'replicas'],
    ['readyReplicas', 'replicas'],
    ['availableReplicas', 'replicas'],
    ['availableReplicas', 'readyReplicas', 'readyReplicas'],
  ] as const;
  checkBounds(status, bounds, errors);
  return errors;
}
