/** Checks of the status of a pod. @upstream pkg/apis/core/validation/validation.go ValidatePodStatusUpdate */
import type {
  Container,
  ContainerStatus,
  Pod,
  PodSpec,
  PodStatus,
} from '../../../api/kinds/core.js';
import { dns1123SubdomainErrors, qualifiedNameErrors } from '../../../api/labels.js';
import { duplicate, forbidden, invalid, type FieldError } from '../field-error.js';
import { checkImmutable, tell, type Errors } from './checks.js';
import { checkContainerStatuses, checkExtendedClaim } from './container-status.js';
import { checkLegacyIP, isIPv6 } from './ip.js';
import { checkAnnotationUpdates } from './pod-update.js';

/** What is wrong with a new status. */
export function validatePodStatus(pod: Pod, old: Pod): readonly FieldError[] {
  const errors: Errors = [];
  if (pod.metadata.annotations !== old.metadata.annotations) {
    checkAnnotationUpdates(pod, old, errors);
  }
  const [status, before] = [pod.status ?? {}, old.status ?? {}];
  checkConditions(status, errors);
  checkNominated(pod, old, errors);
  if ((status.observedGeneration ?? 0) < 0) {
    const text = 'must be a non-negative integer';
    errors.push(invalid('status.observedGeneration', status.observedGeneration, text));
  }
  checkImmutable(status.qosClass ?? '', before.qosClass ?? '', 'status.qosClass', errors);
  checkTransitions(pod, old, errors);
  checkClaims(pod, errors);
  const { extendedResourceClaimStatus: extended } = status;
  if (extended !== undefined && pod.spec) checkExtendedClaim(extended, pod.spec, errors);
  checkAddresses(status, before, errors);
  checkContainerStatuses(pod, errors);
  return errors;
}

const systemConditions = ['PodScheduled', 'Ready', 'Initialized'];

function checkConditions(status: PodStatus, errors: Errors): void {
  const conditions = status.conditions ?? [];
  for (let index = 0; index < conditions.length; index++) {
    const { type = '', observedGeneration = 0 } = conditions[index] ?? {};
    const path = `status.conditions[${index}]`;
    if (observedGeneration < 0) {
      const text = 'must be a non-negative integer';
      errors.push(invalid(`${path}.observedGeneration`, observedGeneration, text));
    }
    if (systemConditions.includes(type)) continue;
    tell(qualifiedNameErrors(type), type, `${path}.Type`, errors);
  }
}

function checkNominated(pod: Pod, old: Pod, errors: Errors): void {
  const name = pod.status?.nominatedNodeName ?? '';
  const path = 'status.nominatedNodeName';
  if (name === '' || name === (old.status?.nominatedNodeName ?? '')) return;
  tell(dns1123SubdomainErrors(name), name, path, errors);
  if (old.spec?.nodeName) {
    errors.push(forbidden(path, 'may not be set on pods that are already bound to a node'));
  }
}

function checkTransitions(pod: Pod, old: Pod, errors: Errors): void {
  const spec = old.spec;
  if (spec === undefined) return;
  const fields = [
    ['containerStatuses', spec.containers],
    ['initContainerStatuses', spec.initContainers ?? []],
    ['ephemeralContainerStatuses', undefined],
  ] as const;
  for (const [field, containers] of fields) {
    if (containers !== undefined && allCouldRestart(spec)) continue;
    const before = old.status?.[field];
    if (before === undefined || !before.some(hasEnded)) continue;
    const now = pod.status?.[field] ?? [];
    for (const [index, status] of before.entries()) {
      if (!goesBack(status, now)) continue;
      const container = containers?.find(each => each.name === status.name);
      if (container !== undefined && mayRestart(container, spec, status)) continue;
      const text = 'may not be transitioned to non-terminated state';
      errors.push(forbidden(`status.${field}[${index}].state`, text));
    }
  }
}

function hasEnded({ state }: ContainerStatus): boolean {
  return state?.terminated !== undefined;
}

function goesBack(before: ContainerStatus, now: readonly ContainerStatus[]): boolean {
  if (!hasEnded(before)) return false;
  const next = now.find(each => each.name === before.name);
  return next !== undefined && next.state?.terminated === undefined;
}

/** Whether a rule of any container restarts all. @upstream pkg/api/v1/pod/util.go */
function allCouldRestart(spec: PodSpec): boolean {
  return [...spec.containers, ...(spec.initContainers ?? [])].some(container =>
    container.restartPolicyRules?.some(rule => rule.action === 'RestartAllContainers'),
  );
}

function mayRestart(container: Container, spec: PodSpec, status: ContainerStatus): boolean {
  const exitCode = status.state?.terminated?.exitCode ?? 0;
  for (const { action, exitCodes } of container.restartPolicyRules ?? []) {
    if (exitCodes === undefined) continue;
    const isIn = (exitCodes.values ?? []).includes(exitCode);
    if (action === 'Restart' && isIn === (exitCodes.operator === 'In')) return true;
  }
  switch (container.restartPolicy ?? spec.restartPolicy) {
    case 'Always':
      return true;
    case 'OnFailure':
      return exitCode !== 0;
    default:
      return false;
  }
}

function checkClaims(pod: Pod, errors: Errors): void {
  const seen = new Set<string>();
  for (const [index, status] of (pod.status?.resourceClaimStatuses ?? []).entries()) {
    const path = `status.resourceClaimStatuses[${index}]`;
    const { name, resourceClaimName: claim } = status;
    if (!(pod.spec?.resourceClaims ?? []).some(each => each.name === name)) {
      const text = 'must match the name of an entry in `spec.resourceClaims`';
      errors.push(invalid(`${path}.name`, name, text));
    }
    if (seen.has(name)) errors.push(duplicate(`${path}.name`, name));
    seen.add(name);
    if (claim !== undefined) {
      tell(dns1123SubdomainErrors(claim), claim, `${path}.resourceClaimName`, errors);
    }
  }
}

function checkAddresses(status: PodStatus, before: PodStatus, errors: Errors): void {
  for (const field of ['podIPs', 'hostIPs'] as const) {
    const all = (status[field] ?? []).map(each => each.ip);
    if (all.length === 0) continue;
    const old = (before[field] ?? []).map(each => each.ip);
    const path = `status.${field}`;
    if (field === 'hostIPs' && (status.hostIP ?? '') !== all[0]) {
      errors.push(invalid(`${path}[0].ip`, all[0], 'must be equal to `hostIP`'));
    }
    for (const [index, ip] of all.entries()) {
      checkLegacyIP(ip, `${path}[${index}]`, errors, old);
    }
    if (all.length === 1) continue;
    const families = new Set(all.map(isIPv6));
    if (families.size < 2 || all.length > 2) {
      const text = 'may specify no more than one IP for each IP family';
      const value = all.map(ip => ({ IP: ip }));
      errors.push(invalid(path, value, text));
    }
  }
}
