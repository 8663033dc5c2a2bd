/** Checks of a pod's spec, in pods and templates. @upstream pkg/apis/core/validation/validation.go ValidatePodSpec */
import type { Container, PodResourceClaim, PodSpec } from '../../../api/kinds/core.js';
import type { ObjectMeta } from '../../../api/kinds/meta.js';
import { dns1123SubdomainErrors, rangeErrors } from '../../../api/labels.js';
import { duplicate, forbidden, invalid, notFound, notSupported, required } from '../field-error.js';
import { checkAffinity } from './affinity.js';
import { checkLabel, checkLabels, checkQualifiedName, tell, type Errors } from './checks.js';
import {
  checkContainers,
  checkEphemeralContainers,
  checkInitContainers,
  type ContainerScope,
} from './containers.js';
import {
  checkDnsConfig,
  checkDnsPolicy,
  checkHostAliases,
  checkHostname,
  checkHostnameOverride,
} from './dns.js';
import { goValue } from './go-value.js';
import type { PodOptions } from './pod-options.js';
import { checkHostProcess, checkOperatingSystem } from './pod-os.js';
import { checkSchedulingGroup } from './pod-group.js';
import { checkPodResources } from './pod-resources.js';
import { checkRequirements } from './resource-requirements.js';
import { checkSchedulingGates, checkSpreadConstraints, checkTolerations } from './scheduling.js';
import { checkPodSecurity } from './security-context.js';
import { checkVolumes } from './volumes.js';

const noClaims: ReadonlySet<string> = new Set();
const int32Max = 2147483647;

/** The whole spec, in upstream's order. */
export function checkPodSpec(
  spec: PodSpec,
  metadata: ObjectMeta | undefined,
  path: string,
  options: PodOptions,
  errors: Errors,
): void {
  if (spec.terminationGracePeriodSeconds === undefined) {
    errors.push(required(`${path}.terminationGracePeriodSeconds`));
  }
  const volumes = checkVolumes(spec.volumes, metadata, `${path}.volumes`, options, errors);
  const scope: ContainerScope = { spec, volumes, claims: claimNames(spec), options };
  checkClaims(spec.resourceClaims, metadata, `${path}.resourceClaims`, errors);
  checkContainers(scope, `${path}.containers`, errors);
  checkInitContainers(scope, `${path}.initContainers`, errors);
  checkEphemeralContainers(scope, `${path}.ephemeralContainers`, errors);
  if (spec.resources !== undefined) checkPodResources(spec, scope.claims, path, errors);
  checkHostNetworkPorts(spec, path, options, errors);
  checkRestartPolicy(spec.restartPolicy, `${path}.restartPolicy`, errors);
  checkDnsPolicy(spec.dnsPolicy, `${path}.dnsPolicy`, errors);
  if (spec.nodeSelector !== undefined) {
    checkLabels(spec.nodeSelector, `${path}.nodeSelector`, errors);
  }
  checkPodSecurity(spec.securityContext, spec, `${path}.securityContext`, errors);
  checkAffinity(spec.affinity, `${path}.affinity`, errors, options);
  checkDnsConfig(spec, `${path}.dnsConfig`, errors);
  checkGates(spec, path, options, errors);
  checkHostProcess(spec, path, options, errors);
  checkHostUsers(spec, path, errors);
  checkHostnameOverride(spec, path, errors);
  checkNames(spec, path, errors);
  checkRest(spec, path, errors);
  checkSchedulingGroup(spec.schedulingGroup, `${path}.schedulingGroup`, errors);
}

function claimNames(spec: PodSpec): ReadonlySet<string> {
  if (spec.resourceClaims === undefined) return noClaims;
  return new Set(spec.resourceClaims.map(claim => claim.name).filter(name => name));
}

function checkClaims(
  claims: readonly PodResourceClaim[] | undefined,
  metadata: ObjectMeta | undefined,
  path: string,
  errors: Errors,
): void {
  if (claims === undefined) return;
  const isStatic = metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined;
  const seen = new Set<string>();
  for (const [index, claim] of claims.entries()) {
    if (isStatic) errors.push(forbidden('', 'static pods do not support resource claims'));
    else checkClaim(claim, seen, `${path}[${index}]`, errors);
  }
}

function checkClaim(
  claim: PodResourceClaim,
  seen: Set<string>,
  path: string,
  errors: Errors,
): void {
  const { name = '', resourceClaimName: own, resourceClaimTemplateName: template } = claim;
  if (name === '') errors.push(required(`${path}.name`));
  else if (seen.has(name)) errors.push(duplicate(`${path}.name`, name));
  else {
    checkLabel(name, `${path}.name`, errors);
    seen.add(name);
  }
  const value = () => goValue('core/v1.PodResourceClaim', claim);
  if (own !== undefined && template !== undefined) {
    const text =
      'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
    errors.push(invalid(path, value(), text));
  }
  if (own === undefined && template === undefined) {
    const text = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`';
    errors.push(invalid(path, value(), text));
  }
  for (const field of ['resourceClaimName', 'resourceClaimTemplateName'] as const) {
    const given = claim[field];
    if (given !== undefined) {
      tell(dns1123SubdomainErrors(given), given, `${path}.${field}`, errors);
    }
  }
}

function checkHostNetworkPorts(
  spec: PodSpec,
  path: string,
  options: PodOptions,
  errors: Errors,
): void {
  if (spec.hostNetwork !== true) return;
  for (const [index, container] of (spec.containers ?? []).entries()) {
    for (const [portIndex, port] of (container.ports ?? []).entries()) {
      const { hostPort = 0, containerPort } = port;
      if ((!options.isPod && hostPort === 0) || hostPort === containerPort) continue;
      const at = `${path}.containers[${index}].ports[${portIndex}].hostPort`;
      const text = 'must match `containerPort` when `hostNetwork` is true';
      errors.push(invalid(at, hostPort, text));
    }
  }
}

const restartPolicies = ['Always', 'OnFailure', 'Never'];

function checkRestartPolicy(policy: string | undefined, path: string, errors: Errors): void {
  if (!policy) errors.push(required(path));
  else if (!restartPolicies.includes(policy)) {
    errors.push(notSupported(path, policy, restartPolicies));
  }
}

function checkGates(spec: PodSpec, path: string, options: PodOptions, errors: Errors): void {
  for (const [index, gate] of (spec.readinessGates ?? []).entries()) {
    const at = `${path}.readinessGates[${index}].conditionType`;
    checkQualifiedName(gate.conditionType ?? '', at, errors);
  }
  checkSchedulingGates(spec.schedulingGates, `${path}.schedulingGates`, errors);
  const constraints = spec.topologySpreadConstraints;
  checkSpreadConstraints(constraints, `${path}.topologySpreadConstraints`, errors, options);
}

function checkHostUsers(spec: PodSpec, path: string, errors: Errors): void {
  if (spec.hostUsers !== false) return;
  const text = 'when `hostUsers` is false';
  if (spec.hostNetwork === true) errors.push(forbidden(`${path}.hostNetwork`, text));
  if (spec.hostPID === true) errors.push(forbidden(`${path}.HostPID`, text));
  if (spec.hostIPC === true) errors.push(forbidden(`${path}.HostIPC`, text));
  visitContainers(spec, path, (container, at) => {
    if ((container.volumeDevices ?? []).length > 0) {
      errors.push(forbidden(`${at}.volumeDevices`, text));
    }
  });
}

/** Calls back for init containers, containers and ephemeral ones, in upstream's order. */
export function visitContainers(
  spec: PodSpec,
  path: string,
  visit: (container: Container, path: string) => void,
): void {
  for (const field of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const [index, container] of (spec[field] ?? []).entries()) {
      visit(container, `${path}.${field}[${index}]`);
    }
  }
}

function checkNames(spec: PodSpec, path: string, errors: Errors): void {
  if (spec.serviceAccountName) {
    const at = `${path}.serviceAccountName`;
    tell(dns1123SubdomainErrors(spec.serviceAccountName), spec.serviceAccountName, at, errors);
  }
  if (spec.nodeName) {
    tell(dns1123SubdomainErrors(spec.nodeName), spec.nodeName, `${path}.nodeName`, errors);
  }
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined) {
    const at = `${path}.activeDeadlineSeconds`;
    tell(rangeErrors(deadline, 1, int32Max), deadline, at, errors);
  }
  checkHostname(spec, path, errors);
  checkTolerations(spec.tolerations, `${path}.tolerations`, errors);
  if (spec.hostAliases !== undefined) checkHostAliases(spec, `${path}.hostAliases`, errors);
  const { priorityClassName: priorityClass, runtimeClassName: runtimeClass } = spec;
  if (priorityClass) {
    tell(dns1123SubdomainErrors(priorityClass), priorityClass, `${path}.priorityClassName`, errors);
  }
  if (runtimeClass !== undefined) {
    tell(dns1123SubdomainErrors(runtimeClass), runtimeClass, `${path}.runtimeClassName`, errors);
  }
}

function checkRest(spec: PodSpec, path: string, errors: Errors): void {
  checkPreemptionPolicy(spec.preemptionPolicy, `${path}.preemptionPolicy`, errors);
  if (spec.overhead !== undefined) {
    checkRequirements({ limits: spec.overhead }, noClaims, `${path}.overhead`, errors);
  }
  if (spec.os !== undefined) checkOperatingSystem(spec, path, errors);
  checkFileKeys(spec, path, errors);
}

const preemptionPolicies = ['PreemptLowerPriority', 'Never'];

/** Whether a pod may take another's place. */
export function checkPreemptionPolicy(
  policy: string | undefined,
  path: string,
  errors: Errors,
): void {
  if (policy === undefined) return;
  if (policy === '') errors.push(required(path));
  else if (!preemptionPolicies.includes(policy)) {
    errors.push(notSupported(path, policy, preemptionPolicies));
  }
}

function checkFileKeys(spec: PodSpec, path: string, errors: Errors): void {
  visitContainers(spec, path, (container, at) => {
    for (const [index, variable] of (container.env ?? []).entries()) {
      const ref = variable.valueFrom?.fileKeyRef;
      if (ref === undefined) continue;
      const name = ref.volumeName ?? '';
      const volume = spec.volumes?.findLast(each => each.name === name);
      const field = `${at}.env[${index}].valueFrom.fileKeyRef.volumeName`;
      if (volume === undefined) errors.push(notFound(field, name));
      else if (volume.emptyDir === undefined) {
        errors.push(invalid(field, name, 'referenced volume must be of type emptyDir'));
      }
    }
  });
}
