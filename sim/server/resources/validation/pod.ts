/** Checks of a pod that is created, and what every way of writing a pod shares. @upstream pkg/apis/core/validation/validation.go ValidatePodCreate */
import type { AppArmorProfile, Pod, PodSpec, SeccompProfile } from '../../../api/kinds/core.js';
import { forbidden, invalid, type FieldError } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import type { Errors } from './checks.js';
import { checkImageSpace } from './containers.js';
import { checkDescending } from './paths.js';
import { checkPodSpec, visitContainers } from './pod-spec.js';
import type { PodOptions } from './pod-options.js';

const noSpec: PodSpec = { containers: [] };

type Annotations = Readonly<Record<string, string>>;

/** What is wrong with a new pod. */
export function validatePod(pod: Pod, context: StrategyContext): readonly FieldError[] {
  const errors: Errors = [];
  checkPod(pod, podOptions(context), errors);
  const spec = pod.spec ?? noSpec;
  if ((spec.ephemeralContainers ?? []).length > 0) {
    errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  }
  if (spec.nodeName && (spec.schedulingGates ?? []).length > 0) {
    const text = 'cannot be set until all schedulingGates have been cleared';
    errors.push(forbidden('spec.nodeName', text));
  }
  const { annotations } = pod.metadata;
  if (annotations !== undefined) checkAnnotationMatches(annotations, spec, 'spec', errors);
  return errors;
}

/** How strictly pods are looked at here. */
export function podOptions(context: StrategyContext): PodOptions {
  return { isPod: true, allowPrivileged: context.settings.allowPrivileged };
}

/** The spec, and the annotations that pods have a say for. */
export function checkPod(pod: Pod, options: PodOptions, errors: Errors): void {
  const spec = pod.spec ?? noSpec;
  const { annotations } = pod.metadata;
  if (annotations !== undefined) checkPodAnnotations(annotations, spec, errors);
  checkPodSpec(spec, pod.metadata, 'spec', options, errors);
  if (!spec.serviceAccountName) checkTokens(spec, errors);
  for (const field of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (spec[field] ?? []).entries()) {
      checkImageSpace(container, `spec.${field}[${index}]`, errors);
    }
  }
}

function checkTokens(spec: PodSpec, errors: Errors): void {
  for (const [index, volume] of (spec.volumes ?? []).entries()) {
    for (const [sourceIndex, source] of (volume.projected?.sources ?? []).entries()) {
      if (source.serviceAccountToken === undefined) continue;
      const at = `spec.volumes[${index}].projected.sources[${sourceIndex}].serviceAccountToken`;
      errors.push(forbidden(at, 'must not be specified when serviceAccountName is not set'));
    }
  }
}

const mirrorKey = 'kubernetes.io/config.mirror';
const deletionCostKey = 'controller.kubernetes.io/pod-deletion-cost';
const seccompPodKey = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompPrefix = 'container.seccomp.security.alpha.kubernetes.io/';
const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';

/** Annotations that mean something for pods. */
export function checkPodAnnotations(
  annotations: Annotations,
  spec: PodSpec,
  errors: Errors,
  path = 'metadata.annotations',
): void {
  const mirror = annotations[mirrorKey];
  if (mirror !== undefined && !spec.nodeName) {
    const text = 'must set spec.nodeName if mirror pod annotation is set';
    errors.push(invalid(`${path}[${mirrorKey}]`, mirror, text));
  }
  const cost = annotations[deletionCostKey];
  if (cost !== undefined && !isInt32(cost)) {
    errors.push(invalid(`${path}[${deletionCostKey}]`, cost, 'must be a 32bit integer'));
  }
  for (const [key, value] of Object.entries(annotations)) {
    if (key === seccompPodKey || key.startsWith(seccompPrefix)) {
      checkSeccompText(value, `${path}.${key}`, errors);
    }
  }
  for (const [key, value] of Object.entries(annotations)) {
    if (key.startsWith(appArmorPrefix)) {
      checkAppArmorText(key, value, spec, `${path}[${key}]`, errors);
    }
  }
}

function isInt32(text: string): boolean {
  // Leading zeros and a plus sign would not survive a round trip.
  if (!/^(0|-?[1-9]\d*)$/.test(text)) return false;
  const value = Number(text);
  return value >= -2147483648 && value <= 2147483647;
}

function checkSeccompText(profile: string, path: string, errors: Errors): void {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return;
  if (profile.startsWith('localhost/')) {
    checkDescending(profile.slice('localhost/'.length), path, errors);
  } else errors.push(invalid(path, profile, 'must be a valid seccomp profile'));
}

function checkAppArmorText(
  key: string,
  profile: string,
  spec: PodSpec,
  path: string,
  errors: Errors,
): void {
  const name = key.slice(appArmorPrefix.length);
  let isKnown = false;
  visitContainers(spec, 'spec', container => {
    isKnown ||= container.name === name;
  });
  if (!isKnown) errors.push(invalid(path, name, 'container not found'));
  if (['', 'runtime/default', 'unconfined'].includes(profile)) return;
  if (profile.startsWith('localhost/')) return;
  errors.push(invalid(path, profile, `invalid AppArmor profile name: "${profile}"`));
}

/** Profiles that are told twice are told alike. */
export function checkAnnotationMatches(
  annotations: Annotations,
  spec: PodSpec,
  path: string,
  errors: Errors,
): void {
  checkSeccompMatch(annotations, spec, path, errors);
  checkAppArmorMatch(annotations, spec, path, errors);
}

function checkSeccompMatch(
  annotations: Annotations,
  spec: PodSpec,
  root: string,
  errors: Errors,
): void {
  const own = spec.securityContext?.seccompProfile;
  const podText = annotations[seccompPodKey];
  if (own !== undefined && podText !== undefined) {
    checkMatch(podText, own, 'seccomp', `${root}.securityContext.seccompProfile`, errors);
  }
  visitContainers(spec, root, (container, path) => {
    const profile = container.securityContext?.seccompProfile;
    const text = annotations[`${seccompPrefix}${container.name}`];
    if (profile === undefined || text === undefined) return;
    checkMatch(text, profile, 'seccomp', `${path}.securityContext.seccompProfile`, errors);
  });
}

function checkAppArmorMatch(
  annotations: Annotations,
  spec: PodSpec,
  root: string,
  errors: Errors,
): void {
  if (spec.os?.name === 'windows') return;
  visitContainers(spec, root, (container, path) => {
    const profile =
      container.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
    const text = annotations[`${appArmorPrefix}${container.name}`];
    if (profile === undefined || text === undefined) return;
    checkMatch(text, profile, 'apparmor', `${path}.securityContext.appArmorProfile`, errors);
  });
}

function checkMatch(
  text: string,
  profile: SeccompProfile | AppArmorProfile,
  word: 'seccomp' | 'apparmor',
  path: string,
  errors: Errors,
): void {
  const wrongType = () =>
    errors.push(forbidden(`${path}.type`, `${word} type in annotation and field must match`));
  switch (profile.type) {
    case 'Unconfined':
      if (text !== 'unconfined') wrongType();
      return;
    case 'RuntimeDefault': {
      const isDefault = text === 'runtime/default';
      if (!isDefault && !(word === 'seccomp' && text === 'docker/default')) wrongType();
      return;
    }
    case 'Localhost':
      if (!text.startsWith('localhost/')) wrongType();
      else if (text.slice('localhost/'.length) !== profile.localhostProfile) {
        const told = `${word} profile in annotation and field must match`;
        errors.push(forbidden(`${path}.localhostProfile`, told));
      }
  }
}
