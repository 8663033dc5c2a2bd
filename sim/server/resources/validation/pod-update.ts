/** Checks of updates of a pod. @upstream pkg/apis/core/validation/validation.go ValidatePodUpdate */
import { deepEqual } from '../../../api/equality.js';
import type {
  Affinity,
  Container,
  NodeAffinity,
  NodeSelectorTerm,
  Pod,
  PodSchedulingGate,
  PodSpec,
  Toleration,
} from '../../../api/kinds/core.js';
import { rangeErrors } from '../../../api/labels.js';
import { keptField, without } from '../defaults/fill.js';
import { forbidden, invalid, required, type FieldError } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import { tell, type Errors } from './checks.js';
import { diffOf } from './diff.js';
import { goPodSpec, goValue } from './go-value.js';
import { checkPod, checkPodAnnotations, podOptions } from './pod.js';
import { checkTolerations } from './scheduling.js';

const noSpec: PodSpec = { containers: [] };
const int32Max = 2147483647;

/** What is wrong with an update of a pod. */
export function validatePodUpdate(
  pod: Pod,
  old: Pod,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = [];
  const [spec, before] = [pod.spec ?? noSpec, old.spec ?? noSpec];
  // What stayed as it is was sound when it came; it is a controller's metadata that changed.
  const isSame = deepEqual(spec, before);
  if (!isSame || pod.metadata.annotations !== old.metadata.annotations) {
    checkPod(pod, updateOptions(old, context), errors);
    checkAnnotationUpdates(pod, old, errors);
  }
  if (isSame) return errors;
  for (const field of ['containers', 'initContainers'] as const) {
    const [now, then] = [spec[field] ?? [], before[field] ?? []];
    checkContainerUpdates(now, then, `spec.${field}`, errors);
    if (now.length !== then.length) return errors;
  }
  checkDeadline(spec, before, errors);
  checkAddedTolerations(spec.tolerations ?? [], before.tolerations ?? [], errors);
  checkDeletedGates(spec.schedulingGates ?? [], before.schedulingGates ?? [], errors);
  checkRest(spec, before, errors);
  return errors;
}

/** Values that were let in before are let in again. */
export function updateOptions(_old: Pod, context: StrategyContext) {
  return podOptions(context);
}

/** Annotations that may not change. */
export function checkAnnotationUpdates(pod: Pod, old: Pod, errors: Errors): void {
  const [now, before] = [pod.metadata.annotations ?? {}, old.metadata.annotations ?? {}];
  const fixed: readonly (readonly [string, (key: string) => boolean])[] = [
    ['AppArmor annotations', key => key.startsWith('container.apparmor.security.beta.')],
    ['mirror pod annotation', key => key === 'kubernetes.io/config.mirror'],
  ];
  const check = (key: string, verb: string) => {
    for (const [words, matches] of fixed) {
      if (!matches(key)) continue;
      errors.push(forbidden(`metadata.annotations[${key}]`, `may not ${verb} ${words}`));
    }
  };
  for (const key in before) if (now[key] !== before[key]) check(key, 'remove or update');
  for (const key in now) if (before[key] === undefined) check(key, 'add');
  if (pod.metadata.annotations !== undefined) {
    checkPodAnnotations(now, pod.spec ?? noSpec, errors);
  }
}

function checkContainerUpdates(
  now: readonly Container[],
  before: readonly Container[],
  path: string,
  errors: Errors,
): void {
  if (now.length !== before.length) {
    errors.push(forbidden(path, 'pod updates may not add or remove containers'));
    return;
  }
  for (const [index, { image = '' }] of now.entries()) {
    const at = `${path}[${index}].image`;
    if (image === '') errors.push(required(at));
    if (image.trim() !== image) {
      errors.push(invalid(at, image, 'must not have leading or trailing whitespace'));
    }
  }
}

function checkDeadline(spec: PodSpec, before: PodSpec, errors: Errors): void {
  const path = 'spec.activeDeadlineSeconds';
  const [now, then] = [spec.activeDeadlineSeconds, before.activeDeadlineSeconds];
  if (now === undefined) {
    if (then === undefined) return;
    errors.push(invalid(path, null, 'must not update from a positive integer to nil value'));
    return;
  }
  tell(rangeErrors(now, 0, int32Max), now, path, errors);
  if (then !== undefined && then < now) {
    errors.push(invalid(path, now, 'must be less than or equal to previous value'));
  }
}

function checkAddedTolerations(
  now: readonly Toleration[],
  before: readonly Toleration[],
  errors: Errors,
): void {
  const isKept = (old: Toleration) =>
    now.some(each =>
      deepEqual(without(each, 'tolerationSeconds'), without(old, 'tolerationSeconds')),
    );
  if (!before.every(isKept)) {
    const text = 'existing toleration can not be modified except its tolerationSeconds';
    errors.push(forbidden('spec.tolerations', text));
    return;
  }
  checkTolerations(now, 'spec.tolerations', errors);
}

function checkDeletedGates(
  now: readonly PodSchedulingGate[],
  before: readonly PodSchedulingGate[],
  errors: Errors,
): void {
  const known = new Set(before.map(gate => gate.name));
  for (const [index, { name }] of now.entries()) {
    if (known.has(name)) continue;
    const text = `only deletion is allowed, but found new scheduling gate '${name}'`;
    errors.push(forbidden(`spec.schedulingGates[${index}].name`, text));
  }
}

const updatable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** What may change is put back; what then still differs may not. */
function checkRest(spec: PodSpec, before: PodSpec, errors: Errors): void {
  const withImages = (list: readonly Container[], old: readonly Container[]) =>
    list.map((container, index) => keptField(container, old[index] ?? container, 'image'));
  let munged: PodSpec = {
    ...spec,
    containers: withImages(spec.containers, before.containers),
    ...(spec.initContainers === undefined
      ? {}
      : { initContainers: withImages(spec.initContainers, before.initContainers ?? []) }),
  };
  munged = keptField(munged, before, 'activeDeadlineSeconds');
  munged = keptField(munged, before, 'schedulingGates');
  munged = keptField(munged, before, 'tolerations');
  if ((before.schedulingGates ?? []).length > 0) munged = withoutGated(munged, before, errors);
  if (deepEqual(munged, before)) return;
  const diff = diffOf(goPodSpec({ ...before }), goPodSpec({ ...munged }));
  const text = `pod updates may not change fields other than ${updatable}\n${diff}`;
  errors.push(forbidden('spec', text));
}

/** A gated pod may be narrowed to fewer nodes. */
function withoutGated(given: PodSpec, before: PodSpec, errors: Errors): PodSpec {
  let spec = given;
  if (!deepEqual(spec.nodeSelector ?? {}, before.nodeSelector ?? {})) {
    checkSelectorAdditions(spec, before, errors);
    spec = keptField(spec, before, 'nodeSelector');
  }
  const [now, then] = [spec.affinity?.nodeAffinity, before.affinity?.nodeAffinity];
  if (deepEqual(now, then)) return spec;
  checkAffinityAdditions(now, then, errors);
  return withNodeAffinity(spec, before, then);
}

function withNodeAffinity(spec: PodSpec, before: PodSpec, then: NodeAffinity | undefined): PodSpec {
  if (spec.affinity === undefined) {
    return then === undefined ? spec : { ...spec, affinity: { nodeAffinity: then } };
  }
  const { podAffinity, podAntiAffinity } = spec.affinity;
  const hasOthers = podAffinity !== undefined || podAntiAffinity !== undefined;
  if (before.affinity === undefined && !hasOthers) return without(spec, 'affinity');
  const rest: Affinity = without(spec.affinity, 'nodeAffinity');
  return { ...spec, affinity: then === undefined ? rest : { ...rest, nodeAffinity: then } };
}

function checkSelectorAdditions(spec: PodSpec, before: PodSpec, errors: Errors): void {
  for (const [key, value] of Object.entries(before.nodeSelector ?? {})) {
    if (spec.nodeSelector?.[key] === value) continue;
    const text = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    errors.push(invalid('spec.nodeSelector', spec.nodeSelector ?? null, text));
  }
}

function checkAffinityAdditions(
  now: NodeAffinity | undefined,
  before: NodeAffinity | undefined,
  errors: Errors,
): void {
  const field = 'requiredDuringSchedulingIgnoredDuringExecution';
  const old = before?.[field]?.nodeSelectorTerms;
  if (old === undefined) return;
  const path = `spec.affinity.nodeAffinity.${field}.nodeSelectorTerms`;
  const terms = now?.[field]?.nodeSelectorTerms ?? [];
  const goTerm = (term: NodeSelectorTerm) => goValue('core/v1.NodeSelectorTerm', term);
  if (old.length > 0 && old.length !== terms.length) {
    const text = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    const value = now?.[field]?.nodeSelectorTerms === undefined ? null : terms.map(goTerm);
    errors.push(invalid(path, value, text));
    return;
  }
  for (const [index, term] of old.entries()) {
    const next = terms[index] ?? {};
    if (hasOnlyAdditions(next, term)) continue;
    const text = 'only additions are allowed (no mutations or deletions)';
    errors.push(invalid(`${path}[${index}]`, goTerm(next), text));
  }
}

function hasOnlyAdditions(now: NodeSelectorTerm, before: NodeSelectorTerm): boolean {
  const parts = (term: NodeSelectorTerm) => [term.matchExpressions ?? [], term.matchFields ?? []];
  const [nows, befores] = [parts(now), parts(before)];
  // An empty term matches nothing: anything added would widen it.
  if (befores.every(list => list.length === 0)) return nows.every(list => list.length === 0);
  return befores.every((list, index) => deepEqual((nows[index] ?? []).slice(0, list.length), list));
}
