/** Checks of what a pod's operating system rules out. @upstream pkg/apis/core/validation/validation.go validateOS */
import type { PodSpec } from '../../../api/kinds/core.js';
import { forbidden, notSupported, required } from '../field-error.js';
import type { Errors } from './checks.js';
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
