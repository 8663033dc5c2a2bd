/** Checks of templates of pods. @upstream pkg/apis/core/validation/validation.go ValidatePodTemplateSpec */
import type { PodSpec, PodTemplateSpec } from '../../../api/kinds/core.js';
import type { LabelSelector } from '../../../api/kinds/meta.js';
import { deepEqual } from '../../../api/equality.js';
import { selectorFromObject } from '../../../api/selectors.js';
import { annotationErrors } from '../../meta-validation.js';
import { forbidden, invalid, notSupported, required } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import {
  checkLabels,
  checkNonNegative,
  checkSelector,
  immutableText,
  type Errors,
} from './checks.js';
import { checkAnnotationMatches, checkPodAnnotations } from './pod.js';
import { goMapOf, goSelector } from './go-value.js';
import { checkPodSpec } from './pod-spec.js';

const noSpec: PodSpec = { containers: [] };

/** A template, wherever it stands. One that is the same as before is not looked at again. */
export function checkTemplate(
  template: PodTemplateSpec,
  old: PodTemplateSpec | undefined,
  path: string,
  context: StrategyContext,
  errors: Errors,
): void {
  if (old !== undefined && deepEqual(template, old)) return;
  const { labels, annotations } = template.metadata ?? {};
  const spec = template.spec ?? noSpec;
  checkLabels(labels, `${path}.labels`, errors);
  if (annotations !== undefined) {
    errors.push(...annotationErrors(annotations, `${path}.annotations`));
    checkPodAnnotations(annotations, spec, errors, `${path}.annotations`);
  }
  checkSpec(spec, `${path}.spec`, context, errors);
  if (annotations !== undefined) checkAnnotationMatches(annotations, spec, `${path}.spec`, errors);
  if ((spec.ephemeralContainers ?? []).length > 0) {
    const text = 'ephemeral containers not allowed in pod template';
    errors.push(forbidden(`${path}.spec.ephemeralContainers`, text));
  }
}

/** Specs of templates in which nothing was wrong, with whether containers might be privileged. */
const soundSpecs = new WeakMap<PodSpec, boolean>();

/** Replica sets take over the template of their deployment, and a search sends the same one again and again. */
function checkSpec(spec: PodSpec, path: string, context: StrategyContext, errors: Errors): void {
  const { allowPrivileged } = context.settings;
  if (soundSpecs.get(spec) === allowPrivileged) return;
  const before = errors.length;
  checkPodSpec(spec, undefined, path, { isPod: false, allowPrivileged }, errors);
  if (errors.length === before && spec !== noSpec) soundSpecs.set(spec, allowPrivileged);
}

/** The selector of a workload: there, not empty. */
export function checkWorkloadSelector(
  selector: LabelSelector | undefined | null,
  word: string,
  path: string,
  errors: Errors,
): void {
  if (!selector) {
    errors.push(required(path));
    return;
  }
  checkSelector(selector, path, errors);
  checkNotEmpty(selector, word, path, errors);
}

/** A selector that selects everything would adopt everything. */
export function checkNotEmpty(
  selector: LabelSelector,
  word: string,
  path: string,
  errors: Errors,
): void {
  const { matchLabels, matchExpressions } = selector;
  const isEmpty =
    Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;
  if (isEmpty)
    errors.push(invalid(path, goSelector(selector), `empty selector is invalid for ${word}`));
}

/** Whether the selector matches the template's labels; undefined when it can't be read. */
export function selectsTemplate(
  selector: LabelSelector | undefined | null,
  template: PodTemplateSpec,
): boolean | undefined {
  const parsed = selectorFromObject(selector ?? undefined);
  if (!parsed.isOk) return undefined;
  return parsed.value.matches(template.metadata?.labels ?? {});
}

/** Tells that the selector does not match the template's labels. */
export function tellMismatch(template: PodTemplateSpec, path: string, errors: Errors): void {
  const labels = goMapOf(template.metadata, 'labels');
  const text = '`selector` does not match template `labels`';
  errors.push(invalid(`${path}.metadata.labels`, labels, text));
}

/** Pods of a workload that goes on for ever restart for ever. */
export function checkEndless(
  template: PodTemplateSpec,
  word: string,
  path: string,
  errors: Errors,
): void {
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? noSpec;
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(`${path}.spec.restartPolicy`, restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds === undefined) return;
  const text = `activeDeadlineSeconds in ${word} is not Supported`;
  errors.push(forbidden(`${path}.spec.activeDeadlineSeconds`, text));
}

/** The numbers of a status, none negative. */
export function checkCounts(
  status: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  errors: Errors,
  path = 'status',
): void {
  for (const field of fields) {
    const value = status[field];
    if (typeof value === 'number') checkNonNegative(value, `${path}.${field}`, errors);
  }
}

/** Numbers that are bounded by another of the status. */
export function checkBounds(
  status: Readonly<Record<string, unknown>>,
  bounds: readonly (readonly [field: string, bound: string, words?: string])[],
  errors: Errors,
): void {
  for (const [field, bound, words] of bounds) {
    const value = Number(status[field] ?? 0);
    if (value <= Number(status[bound] ?? 0)) continue;
    const text = `cannot be greater than ${words ?? `status.${bound}`}`;
    errors.push(invalid(`status.${field}`, value, text));
  }
}

/** A count of collisions never goes back. */
export function checkCollisions(
  status: { readonly collisionCount?: number } | undefined,
  old: { readonly collisionCount?: number } | undefined,
  errors: Errors,
): void {
  const [now, before] = [status?.collisionCount, old?.collisionCount];
  if (before === undefined || (now !== undefined && now >= before)) return;
  errors.push(invalid('status.collisionCount', now ?? 0, 'cannot be decremented'));
}

/** The selector of a workload stays. */
export function checkSameSelector(
  now: LabelSelector | undefined,
  old: LabelSelector | undefined,
  errors: Errors,
): void {
  if (!deepEqual(now, old)) errors.push(invalid('spec.selector', goSelector(now), immutableText));
}
