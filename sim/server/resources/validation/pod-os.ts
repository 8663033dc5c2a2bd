/** Checks of what a pod's operating system rules out. @upstream pkg/apis/core/validation/validation.go validateOS */
import type { PodSpec } from '../../../api/kinds/core.js';
import { forbidden, invalid, notSupported, required } from '../field-error.js';
import type { Errors } from './checks.js';
import type { PodOptions } from './pod-options.js';
import { visitContainers } from './pod-spec.js';

const systems = ['linux', 'windows'];
const windowsText = 'cannot be set for a windows pod';

/** The name, and then the fields that it rules out. */
export function checkOperatingSystem(spec: PodSpec, path: string, errors: Errors): void {
  const name = spec.os?.name ?? '';
  if (name === '') errors.push(required(`${path}.os.name`));
  else if (!systems.includes(name)) errors.push(notSupported(`${path}.os`, name, systems));
  else if (name === 'linux') checkLinux(spec, path, errors);
  else checkWindowsPod(spec, path, errors);
}

function checkLinux(spec: PodSpec, path: string, errors: Errors): void {
  const text = 'windows options cannot be set for a linux pod';
  if (spec.securityContext?.windowsOptions !== undefined) {
    errors.push(forbidden(`${path}.securityContext.windowsOptions`, text));
  }
  visitContainers(spec, path, (container, at) => {
    if (container.securityContext?.windowsOptions === undefined) return;
    errors.push(forbidden(`${at}.securityContext.windowsOptions`, text));
  });
}

/** Fields in upstream's order; those of the pod itself stand beside the security context. */
const podFields = [
  'securityContext.appArmorProfile',
  'securityContext.seLinuxOptions',
  'hostUsers',
  'hostPID',
  'hostIPC',
  'securityContext.seccompProfile',
  'securityContext.fsGroup',
  'securityContext.fsGroupChangePolicy',
  'securityContext.sysctls',
  'shareProcessNamespace',
  'securityContext.runAsUser',
  'securityContext.runAsGroup',
  'securityContext.supplementalGroups',
  'securityContext.supplementalGroupsPolicy',
  'securityContext.seLinuxChangePolicy',
];

const containerFields = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;

function checkWindowsPod(spec: PodSpec, path: string, errors: Errors): void {
  const context: Readonly<Record<string, unknown>> = { ...spec.securityContext };
  const own: Readonly<Record<string, unknown>> = { ...spec };
  for (const field of podFields) {
    const name = field.replace('securityContext.', '');
    const value = name === field ? own[name] : context[name];
    const isUnset = value === undefined || (name.startsWith('host') && value === false);
    if (isUnset && !(name === 'hostUsers' && value === false)) continue;
    errors.push(forbidden(`${path}.${field}`, windowsText));
  }
  visitContainers(spec, path, (container, at) => {
    for (const field of containerFields) {
      if (container.securityContext?.[field] === undefined) continue;
      errors.push(forbidden(`${at}.securityContext.${field}`, windowsText));
    }
  });
}

/** Containers that are processes of a Windows host. @upstream validateWindowsHostProcessPod */
export function checkHostProcess(
  spec: PodSpec,
  path: string,
  { allowPrivileged }: PodOptions,
  errors: Errors,
): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  let [all, ofHost] = [0, 0];
  visitContainers(spec, path, (container, at) => {
    all++;
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      const text = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      errors.push(invalid(`${at}.securityContext.windowsOptions.hostProcess`, own, text));
    }
    if (own ?? ofPod ?? false) ofHost++;
  });
  if (ofHost === 0) return;
  if (ofHost !== all) {
    const text =
      'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    errors.push(invalid(path, '', text));
  }
  if (spec.hostNetwork !== true) {
    const text = 'hostNetwork must be true if pod contains any hostProcess containers';
    errors.push(invalid(`${path}.hostNetwork`, false, text));
  }
  if (allowPrivileged) return;
  errors.push(forbidden(path, 'hostProcess containers are disallowed by cluster policy'));
}
