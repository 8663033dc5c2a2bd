/** Checks of a Job's spec. @upstream pkg/apis/batch/validation/validation.go validateJobSpec */
import type { JobSpec } from '../../../api/kinds/batch.js';
import type { PodTemplateSpec } from '../../../api/kinds/core.js';
import { byteLength } from '../../../api/go-text.js';
import { invalid, notSupported, required, tooLong } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import { checkNonNegative, checkSelector, type Errors } from './checks.js';
import { checkJobPolicies } from './job-policies.js';
import { checkDomainPath } from './paths.js';
import { checkTemplate, selectsTemplate, tellMismatch } from './pod-template.js';

const managedByMax = 63;
const indexedMax = 100_000;
const parallelismMax = 10_000;
const failedMax = 10_000;

/** A Job's spec with its selector. */
export function checkJobSpec(
  spec: JobSpec,
  old: PodTemplateSpec | undefined,
  path: string,
  context: StrategyContext,
  errors: Errors,
): void {
  checkJobBase(spec, old, path, context, errors);
  if (!spec.selector) errors.push(required(`${path}.selector`));
  else checkSelector(spec.selector, `${path}.selector`, errors);
  if (selectsTemplate(spec.selector, spec.template) === false) {
    tellMismatch(spec.template, `${path}.template`, errors);
  }
}

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

/** A Job's spec but for its selector, as templates of jobs have it. */
export function checkJobBase(
  spec: JobSpec,
  old: PodTemplateSpec | undefined,
  path: string,
  context: StrategyContext,
  errors: Errors,
): void {
  for (const field of counts) checkNonNegative(spec[field], `${path}.${field}`, errors);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    const text = 'when maxFailedIndexes is specified';
    errors.push(required(`${path}.backoffLimitPerIndex`, text));
  }
  const { managedBy } = spec;
  if (managedBy !== undefined) {
    checkDomainPath(managedBy, `${path}.managedBy`, errors);
    if (byteLength(managedBy) > managedByMax) {
      errors.push(tooLong(`${path}.managedBy`, managedByMax));
    }
  }
  checkMode(spec, path, errors);
  checkJobPolicies(spec, path, errors);
  checkTemplate(spec.template, old, `${path}.template`, context, errors);
  checkRestartPolicy(spec, `${path}.template.spec.restartPolicy`, errors);
}

function checkMode(spec: JobSpec, path: string, errors: Errors): void {
  const { completionMode: mode } = spec;
  const modes = ['NonIndexed', 'Indexed'];
  if (mode !== undefined && !modes.includes(mode)) {
    errors.push(notSupported(`${path}.completionMode`, mode, modes));
  }
  if (mode === 'Indexed') checkIndexed(spec, path, errors);
  if (mode !== undefined && mode !== 'NonIndexed') return;
  for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    const value = spec[field];
    if (value === undefined) continue;
    errors.push(invalid(`${path}.${field}`, value, 'requires indexed completion mode'));
  }
}

function checkIndexed(spec: JobSpec, path: string, errors: Errors): void {
  const { completions, parallelism = 0, maxFailedIndexes: failed } = spec;
  const atMost = (bound: number | string) => `must be less than or equal to ${bound}`;
  if (completions === undefined) {
    errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  }
  if (parallelism > indexedMax) {
    const text = `${atMost(indexedMax)} when completion mode is Indexed`;
    errors.push(invalid(`${path}.parallelism`, parallelism, text));
  }
  if (completions !== undefined && failed !== undefined && failed > completions) {
    errors.push(invalid(`${path}.maxFailedIndexes`, failed, atMost('completions')));
  }
  if (failed !== undefined && failed > indexedMax) {
    errors.push(invalid(`${path}.maxFailedIndexes`, failed, atMost(indexedMax)));
  }
  if ((completions ?? 0) <= indexedMax || spec.backoffLimitPerIndex === undefined) return;
  if (failed === undefined) {
    const text = `must be specified when completions is above ${indexedMax}`;
    errors.push(required(`${path}.maxFailedIndexes`, text));
  }
  const words = `when completions are above ${indexedMax} and used with backoff limit per index`;
  if (parallelism > parallelismMax) {
    const text = `${atMost(parallelismMax)} ${words}`;
    errors.push(invalid(`${path}.parallelism`, parallelism, text));
  }
  if (failed !== undefined && failed > failedMax) {
    errors.push(invalid(`${path}.maxFailedIndexes`, failed, `${atMost(failedMax)} ${words}`));
  }
}

function checkRestartPolicy(spec: JobSpec, path: string, errors: Errors): void {
  const policy = spec.template.spec?.restartPolicy ?? '';
  if (policy === 'Always' || policy === '') {
    errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  } else if (policy !== 'OnFailure' && policy !== 'Never') {
    errors.push(notSupported(path, policy, ['OnFailure', 'Never']));
  } else if (spec.podFailurePolicy !== undefined && policy !== 'Never') {
    const text = 'only "Never" is supported when podFailurePolicy is specified';
    errors.push(invalid(path, policy, text));
  }
}
