/** Checks of the subresources of a pod: resize and ephemeralcontainers. @upstream pkg/apis/core/validation/validation.go */
import { deepEqual } from '../../../api/equality.js';
import type { Container, Pod, PodSpec, ResourceRequirements } from '../../../api/kinds/core.js';
import { qosClassOf } from '../pod-qos.js';
import { forbidden, invalid, type FieldError } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import type { Errors } from './checks.js';
import { diffOf } from './diff.js';
import { goValue } from './go-value.js';
import { checkPod } from './pod.js';
import { checkAnnotationUpdates, updateOptions } from './pod-update.js';

const mirrorKey = 'kubernetes.io/config.mirror';
const noSpec: PodSpec = { containers: [] };

/** Ephemeral containers may be added, never changed or removed. */
export function validateEphemeral(
  pod: Pod,
  old: Pod,
  context: StrategyContext,
): readonly FieldError[] {
  if (old.metadata.annotations?.[mirrorKey] !== undefined) {
    return [forbidden('', 'static pods do not support ephemeral containers')];
  }
  const errors: Errors = [];
  checkPod(pod, updateOptions(old, context), errors);
  checkAnnotationUpdates(pod, old, errors);
  const path = 'spec.ephemeralContainers';
  for (const before of old.spec?.ephemeralContainers ?? []) {
    const now = pod.spec?.ephemeralContainers?.findLast(each => each.name === before.name);
    const head = `existing ephemeral containers "${before.name}" may not be`;
    if (now === undefined) errors.push(forbidden(path, `${head} removed\n`));
    else if (!deepEqual(now, before)) {
      const type = 'core/v1.EphemeralContainer';
      const diff = diffOf(goValue(type, before), goValue(type, now));
      errors.push(forbidden(path, `${head} changed\n${diff}`));
    }
  }
  return errors;
}

/** CPU and memory may change, within the pod's class. */
export function validateResize(
  pod: Pod,
  old: Pod,
  context: StrategyContext,
): readonly FieldError[] {
  if (old.metadata.annotations?.[mirrorKey] !== undefined) {
    return [forbidden('', 'static pods cannot be resized')];
  }
  if (old.spec?.os?.name === 'windows') {
    return [forbidden('', 'windows pods cannot be resized')];
  }
  const errors: Errors = [];
  checkPod(pod, updateOptions(old, context), errors);
  const [spec, before] = [pod.spec ?? noSpec, old.spec ?? noSpec];
  const oldClass = old.status?.qosClass || qosClassOf(before);
  if (oldClass !== qosClassOf(spec)) {
    const text = 'Pod QOS Class may not change as a result of resizing';
    errors.push(invalid('spec', pod.status?.qosClass ?? '', text));
  }
  if (!canResize(old)) {
    errors.push(forbidden('spec', 'Pod running on node without support for resize'));
  }
  checkPodLevel(spec, before, errors);
  const count = errors.length;
  checkOrder(spec, before, errors);
  if (errors.length > count) return errors;
  checkContainers(spec, before, errors);
  if (errors.length === 0 && !isSameButForSizes(spec, before)) {
    errors.push(forbidden('spec', 'only cpu and memory resources are mutable'));
  }
  return errors;
}

function canResize(pod: Pod): boolean {
  for (const status of pod.status?.containerStatuses ?? []) {
    if (status.state?.running !== undefined) return status.resources !== undefined;
  }
  return true;
}

function checkPodLevel(spec: PodSpec, before: PodSpec, errors: Errors): void {
  if (before.resources === undefined) return;
  if (spec.resources === undefined) {
    errors.push(forbidden('spec.resources', 'pod-level resources cannot be removed'));
    return;
  }
  for (const name of ['requests', 'limits'] as const) {
    if (!hasLost(spec.resources[name], before.resources[name])) continue;
    const text = `pod-level resource ${name} cannot be removed`;
    errors.push(forbidden(`spec.resources.${name}`, text));
  }
}

function hasLost(now: object | undefined, before: object | undefined): boolean {
  const kept = now ?? {};
  return Object.keys(before ?? {}).some(name => !(name in kept));
}

function checkOrder(spec: PodSpec, before: PodSpec, errors: Errors): void {
  for (const field of ['containers', 'initContainers'] as const) {
    const [now, then] = [spec[field] ?? [], before[field] ?? []];
    if (now.length !== then.length) {
      const text = `${field} may not be added or removed on resize`;
      errors.push(forbidden(`spec.${field}`, text));
      continue;
    }
    for (const [index, old] of then.entries()) {
      if (now[index]?.name === old.name) continue;
      const text = `${field} may not be renamed or reordered on resize`;
      errors.push(forbidden(`spec.${field}[${index}].name`, text));
    }
  }
}

function checkContainers(spec: PodSpec, before: PodSpec, errors: Errors): void {
  for (const field of ['initContainers', 'containers'] as const) {
    for (const [index, old] of (before[field] ?? []).entries()) {
      const now = spec[field]?.[index];
      const path = `spec.${field}[${index}].resources`;
      for (const name of ['requests', 'limits'] as const) {
        if (!hasLost(now?.resources?.[name], old.resources?.[name])) continue;
        errors.push(forbidden(`${path}.${name}`, `resource ${name} cannot be removed`));
      }
    }
  }
  for (const [index, old] of before.containers.entries()) {
    const now = spec.containers[index] ?? old;
    if (isSameButForSize(now, old)) continue;
    errors.push(forbidden('spec', 'only cpu and memory resources are mutable'));
  }
  for (const [index, old] of (before.initContainers ?? []).entries()) {
    const now = spec.initContainers?.[index] ?? old;
    if (isSameButForSize(now, old)) continue;
    const text = 'only cpu and memory resources for init or sidecar containers are mutable';
    errors.push(forbidden(`spec.initContainers[${index}]`, text));
  }
}

function isSameButForSizes(spec: PodSpec, before: PodSpec): boolean {
  const rest = ({ containers: _, initContainers: __, resources: ___, ...others }: PodSpec) =>
    others;
  return deepEqual(rest(spec), rest(before));
}

function isSameButForSize(now: Container, before: Container): boolean {
  const size = (resources: ResourceRequirements | undefined) => ({
    limits: withoutSize(resources?.limits),
    requests: withoutSize(resources?.requests),
  });
  return (
    deepEqual({ ...now, resources: {} }, { ...before, resources: {} }) &&
    deepEqual(size(now.resources), size(before.resources))
  );
}

function withoutSize(list: Readonly<Record<string, string>> | undefined): object {
  const { cpu: _cpu, memory: _memory, ...others } = list ?? {};
  return others;
}
