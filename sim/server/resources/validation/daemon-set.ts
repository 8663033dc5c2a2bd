/** Checks of DaemonSets. @upstream pkg/apis/apps/validation/validation.go ValidateDaemonSet */
import type { DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy } from '../../../api/kinds/apps.js';
import { invalid, notSupported, required, type FieldError } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import { checkNonNegative, checkSelector, type Errors } from './checks.js';
import { goValue } from './go-value.js';
import { checkAtMostAll, checkIntOrPercent, plainValue } from './int-or-percent.js';
import {
  checkCollisions,
  checkCounts,
  checkEndless,
  checkNotEmpty,
  checkSameSelector,
  checkTemplate,
  selectsTemplate,
  tellMismatch,
} from './pod-template.js';

/** What is wrong with a new DaemonSet. */
export function validateDaemonSet(
  daemonSet: DaemonSet,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = [];
  if (daemonSet.spec !== undefined) checkSpec(daemonSet.spec, undefined, context, errors);
  return errors;
}

/** What is wrong with an update of a DaemonSet. */
export function validateDaemonSetUpdate(
  daemonSet: DaemonSet,
  old: DaemonSet,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = [];
  checkSameSelector(daemonSet.spec?.selector, old.spec?.selector, errors);
  if (daemonSet.spec !== undefined) checkSpec(daemonSet.spec, old.spec, context, errors);
  return errors;
}

function checkSpec(
  spec: DaemonSetSpec,
  old: DaemonSetSpec | undefined,
  context: StrategyContext,
  errors: Errors,
): void {
  const { selector, template } = spec;
  checkSelector(selector, 'spec.selector', errors);
  if (selectsTemplate(selector, template) === false)
    tellMismatch(template, 'spec.template', errors);
  if (selector) checkNotEmpty(selector, 'daemonset', 'spec.selector', errors);
  checkTemplate(template, old?.template, 'spec.template', context, errors);
  checkEndless(template, 'DaemonSet', 'spec.template', errors);
  checkNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  checkStrategy(spec.updateStrategy ?? {}, 'spec.updateStrategy', errors);
  checkNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
}

function checkStrategy(strategy: DaemonSetUpdateStrategy, path: string, errors: Errors): void {
  const { type = '', rollingUpdate } = strategy;
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    const value = goValue('apps/v1.DaemonSetUpdateStrategy', strategy);
    errors.push(notSupported(path, value, ['RollingUpdate', 'OnDelete']));
    return;
  }
  const at = `${path}.rollingUpdate`;
  if (rollingUpdate === undefined) {
    errors.push(required(at));
    return;
  }
  const { maxUnavailable, maxSurge } = rollingUpdate;
  checkIntOrPercent(maxUnavailable, `${at}.maxUnavailable`, errors);
  checkIntOrPercent(maxSurge, `${at}.maxSurge`, errors);
  checkAtMostAll(maxUnavailable, `${at}.maxUnavailable`, errors);
  checkAtMostAll(maxSurge, `${at}.maxSurge`, errors);
  const hasUnavailable = plainValue(maxUnavailable) !== 0;
  const hasSurge = plainValue(maxSurge) !== 0;
  if (hasUnavailable && hasSurge) {
    const text = 'may not be set when maxUnavailable is non-zero';
    errors.push(invalid(`${at}.maxSurge`, maxSurge, text));
  } else if (!hasUnavailable && !hasSurge) {
    errors.push(required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  }
}

/** What is wrong with a DaemonSet's status. */
export function validateDaemonSetStatus(
  daemonSet: DaemonSet,
  old: DaemonSet,
): readonly FieldError[] {
  const errors: Errors = [];
  const counts = [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ];
  checkCounts({ ...daemonSet.status }, counts, errors);
  checkCollisions(daemonSet.status, old.status, errors);
  return errors;
}
