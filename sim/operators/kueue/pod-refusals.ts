/** What is refused of pods, and of those in groups. @upstream kueue v0.19.2 pkg/controller/jobs/pod/pod_webhook.go */
import {
  forbidden,
  invalid,
  printedError,
  required,
  type FieldError,
} from '../../api/field-error.js';
import type { Pod } from '../../api/kinds/core.js';
import { dns1123SubdomainErrors } from '../../api/labels.js';
import { keys } from './keys.js';
import { groupNameOf } from './pod-parts.js';

const totalPath = `metadata.annotations[${keys.groupTotalCount}]`;
const managed = 'true';

/** What is wrong with a pod's group, as printed. */
export function groupRefusals(pod: Pod, old: Pod | undefined): readonly string[] {
  return [...managedErrors(pod), ...groupErrors(pod), ...changeErrors(pod, old)].map(printedError);
}

/** The number of a group's pods that its members state, or a text on what is wrong with it. */
export function totalCountOf({ metadata }: Pod): number | string {
  const text = metadata.annotations?.[keys.groupTotalCount];
  if (text === undefined) return `failed to extract '${keys.groupTotalCount}' annotation`;
  if (!/^[+-]?\d+$/.test(text)) {
    return `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  }
  if (Number(text) >= 1) return Number(text);
  return `incorrect annotation value '${keys.groupTotalCount}=${text}': group total count should be greater than zero`;
}

function managedErrors({ metadata }: Pod): readonly FieldError[] {
  const label = metadata.labels?.[keys.managed];
  if (label === undefined || label === managed) return [];
  const text = `managed label value can only be '${managed}'`;
  return [forbidden(`metadata.labels[${keys.managed}]`, text)];
}

function groupErrors(pod: Pod): readonly FieldError[] {
  const { annotations = {} } = pod.metadata;
  const total = annotations[keys.groupTotalCount];
  const isAnnotated = (annotations[keys.groupName] ?? '') !== '';
  const where = isAnnotated ? 'annotation' : 'label';
  const text = `both the '${keys.groupTotalCount}' annotation and the '${keys.groupName}' ${where} should be set`;
  const name = groupNameOf(pod);
  if (name === '') return total === undefined ? [] : [required(namePath(pod), text)];
  const problems = dns1123SubdomainErrors(name);
  const named = problems.length === 0 ? [] : [invalid(namePath(pod), name, problems.join(','))];
  if (total === undefined) return [...named, required(totalPath, text)];
  const count = totalCountOf(pod);
  return typeof count === 'number' ? named : [...named, invalid(totalPath, total, count)];
}

function changeErrors(pod: Pod, old: Pod | undefined): readonly FieldError[] {
  if (old === undefined) return [];
  const had = groupNameOf(old);
  const has = groupNameOf(pod);
  const isTurned = has !== '' && isUnretriable(old) && !isUnretriable(pod);
  const path = `metadata.annotations[${keys.retriableInGroup}]`;
  return [
    ...(isTurned ? [forbidden(path, "unretriable pod group can't be converted to retriable")] : []),
    ...(had !== '' && has !== had ? [invalid(namePath(pod), has, 'field is immutable')] : []),
  ];
}

/** Whether it may not be replaced when it has failed. */
export function isUnretriable({ metadata }: Pod): boolean {
  return metadata.annotations?.[keys.retriableInGroup] === 'false';
}

function namePath({ metadata }: Pod): string {
  const isAnnotated = (metadata.annotations?.[keys.groupName] ?? '') !== '';
  return `metadata.${isAnnotated ? 'annotations' : 'labels'}[${keys.groupName}]`;
}
