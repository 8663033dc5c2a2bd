/** Checks of security contexts. @upstream pkg/apis/core/validation/validation.go ValidateSecurityContext */
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
  WindowsSecurityContextOptions,
} from '../../../api/kinds/core.js';
import { dns1123SubdomainErrors, userIdErrors } from '../../../api/labels.js';
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from '../field-error.js';
import { tell, type Errors } from './checks.js';
import type { ContainerScope } from './containers.js';
import { goValue } from './go-value.js';
import { checkDescending } from './paths.js';

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];

/** What a container may do. */
export function checkSecurityContext(
  context: SecurityContext,
  scope: ContainerScope,
  path: string,
  errors: Errors,
): void {
  if (context.privileged === true && !scope.options.allowPrivileged) {
    errors.push(forbidden(`${path}.privileged`, 'disallowed by cluster policy'));
  }
  checkId(context.runAsUser, `${path}.runAsUser`, errors);
  checkId(context.runAsGroup, `${path}.runAsGroup`, errors);
  checkProcMount(context, scope.spec, `${path}.procMount`, errors);
  checkSeccomp(context.seccompProfile, `${path}.seccompProfile`, errors);
  checkEscalation(context, path, errors);
  checkWindows(context.windowsOptions, `${path}.windowsOptions`, errors);
  checkAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, errors);
}

/** An id of a user or of a group. */
export function checkId(id: number | undefined, path: string, errors: Errors): void {
  if (id !== undefined) tell(userIdErrors(id), id, path, errors);
}

const procMounts = ['Default', 'Unmasked'];

function checkProcMount(
  { procMount }: SecurityContext,
  spec: PodSpec,
  path: string,
  errors: Errors,
): void {
  if (procMount === undefined) return;
  if (!procMounts.includes(procMount)) errors.push(notSupported(path, procMount, procMounts));
  if (spec.hostUsers !== false && procMount === 'Unmasked') {
    errors.push(invalid(path, procMount, '`hostUsers` must be false to use `Unmasked`'));
  }
}

function checkEscalation(context: SecurityContext, path: string, errors: Errors): void {
  if (context.allowPrivilegeEscalation !== false) return;
  const head = 'cannot set `allowPrivilegeEscalation` to false and';
  const value = () => goValue('core/v1.SecurityContext', context);
  if (context.privileged === true) {
    errors.push(invalid(path, value(), `${head} \`privileged\` to true`));
  }
  for (const capability of context.capabilities?.add ?? []) {
    if (capability !== 'CAP_SYS_ADMIN') continue;
    errors.push(invalid(path, value(), `${head} \`capabilities.Add\` CAP_SYS_ADMIN`));
  }
}

function checkSeccomp(profile: SeccompProfile | undefined, path: string, errors: Errors): void {
  if (profile === undefined) return;
  const { type = '', localhostProfile } = profile;
  if (type === '') {
    errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'));
  } else if (!profileTypes.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, profileTypes));
  }
  const at = `${path}.localhostProfile`;
  if (type !== 'Localhost') {
    if (localhostProfile === undefined) return;
    const value = goValue('core/v1.SeccompProfile', profile);
    errors.push(invalid(at, value, 'can only be set when seccomp type is Localhost'));
  } else if (localhostProfile === undefined) {
    errors.push(required(at, 'must be set when seccomp type is Localhost'));
  } else checkDescending(localhostProfile, at, errors);
}

/** A profile of AppArmor. */
export function checkAppArmor(
  profile: AppArmorProfile | undefined,
  path: string,
  errors: Errors,
): void {
  if (profile === undefined) return;
  const { type = '', localhostProfile: name } = profile;
  const at = `${path}.localhostProfile`;
  if (type === 'Localhost') checkLocalProfile(name, at, errors);
  else if (type === 'RuntimeDefault' || type === 'Unconfined') {
    if (name !== undefined) {
      errors.push(invalid(at, name, 'can only be set when AppArmor type is Localhost'));
    }
  } else if (type === '') {
    errors.push(required(`${path}.type`, 'type is required when appArmorProfile is set'));
  } else errors.push(notSupported(`${path}.type`, type, profileTypes));
}

function checkLocalProfile(name: string | undefined, path: string, errors: Errors): void {
  const text = 'must be set when AppArmor type is Localhost';
  if (name === undefined) {
    errors.push(required(path, text));
    return;
  }
  if (name.trim() !== name) {
    errors.push(invalid(path, name, 'must not be padded with whitespace'));
  } else if (name === '') errors.push(required(path, text));
  if (name.length > 4095) errors.push(tooLong(path, 4095));
}

function checkWindows(
  options: WindowsSecurityContextOptions | undefined,
  path: string,
  errors: Errors,
): void {
  if (options === undefined) return;
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = options;
  if (name !== undefined) {
    tell(dns1123SubdomainErrors(name), name, `${path}.gmsaCredentialSpecName`, errors);
  }
  const at = `${path}.gmsaCredentialSpec`;
  if (spec === '') {
    errors.push(invalid(at, spec, 'gmsaCredentialSpec cannot be an empty string'));
  } else if (spec !== undefined && spec.length > 65536) {
    errors.push(invalid(at, spec, 'gmsaCredentialSpec size must be under 64 KiB'));
  }
  if (user !== undefined) checkWindowsUser(user, `${path}.runAsUserName`, errors);
}

const control = /[\u0000-\u001f\u007f]/;
const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const dnsLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const windowsDomain = new RegExp(`^${dnsLabel}(?:\\.${dnsLabel})*$`);

function checkWindowsUser(name: string, path: string, errors: Errors): void {
  const add = (text: string) => errors.push(invalid(path, name, text));
  const parts = name.split('\\');
  if (name === '') add('runAsUserName cannot be an empty string');
  else if (control.test(name)) add('runAsUserName cannot contain control characters');
  else if (parts.length > 2) add('runAsUserName cannot contain more than one backslash');
  else {
    const [domain, user = ''] = parts.length === 1 ? [undefined, parts[0]] : parts;
    if ((domain ?? '').length >= 256) {
      add("runAsUserName's Domain length must be under 256 characters");
    }
    if (domain !== undefined && !netBios.test(domain) && !windowsDomain.test(domain)) {
      add("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
    }
    if (user === '') add("runAsUserName's User cannot be empty");
    else if (user.length > 104) {
      add("runAsUserName's User length must not be longer than 104 characters");
    }
    if (/^[. ]+$/.test(user)) add("runAsUserName's User cannot contain only periods or spaces");
    if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
      add('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
    }
  }
}

/** What the containers of a pod may do together. */
export function checkPodSecurity(
  context: PodSecurityContext | undefined,
  spec: PodSpec,
  path: string,
  errors: Errors,
): void {
  if (context === undefined) return;
  checkId(context.fsGroup, `${path}.fsGroup`, errors);
  checkId(context.runAsUser, `${path}.runAsUser`, errors);
  checkId(context.runAsGroup, `${path}.runAsGroup`, errors);
  for (const [index, group] of (context.supplementalGroups ?? []).entries()) {
    checkId(group, `${path}.supplementalGroups[${index}]`, errors);
  }
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    const text = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(`${path}.shareProcessNamespace`, true, text));
  }
  checkSysctls(context, spec, `${path}.sysctls`, errors);
  checkOneOf(context, 'fsGroupChangePolicy', ['Always', 'OnRootMismatch'], path, errors);
  checkSeccomp(context.seccompProfile, `${path}.seccompProfile`, errors);
  checkWindows(context.windowsOptions, `${path}.windowsOptions`, errors);
  checkAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, errors);
  checkOneOf(context, 'supplementalGroupsPolicy', ['Merge', 'Strict'], path, errors);
  // MountOption waits for the gate SELinuxMount.
  checkOneOf(context, 'seLinuxChangePolicy', ['Recursive'], path, errors);
}

function checkOneOf(
  context: PodSecurityContext,
  field: 'fsGroupChangePolicy' | 'supplementalGroupsPolicy' | 'seLinuxChangePolicy',
  values: readonly string[],
  path: string,
  errors: Errors,
): void {
  const value = context[field];
  if (value === undefined || values.includes(value)) return;
  errors.push(notSupported(`${path}.${field}`, value, values));
}

const sysctlPattern = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const sysctlName = new RegExp(sysctlPattern);

function checkSysctls(
  context: PodSecurityContext,
  spec: PodSpec,
  path: string,
  errors: Errors,
): void {
  const names = new Set<string>();
  for (const [index, { name = '' }] of (context.sysctls ?? []).entries()) {
    const at = `${path}[${index}].name`;
    if (name === '') errors.push(required(at));
    else if (name.length > 253 || !sysctlName.test(name)) {
      const text = `must have at most 253 characters and match regex ${sysctlPattern}`;
      errors.push(invalid(at, name, text));
    } else if (names.has(name)) errors.push(duplicate(at, name));
    const normal = name.replaceAll('/', '.');
    if (spec.hostNetwork === true && normal.startsWith('net.')) {
      errors.push(invalid(at, name, "may not be specified when 'hostNetwork' is true"));
    } else if (spec.hostIPC === true && isIpcSysctl(normal)) {
      errors.push(invalid(at, name, "may not be specified when 'hostIPC' is true"));
    }
    names.add(name);
  }
}

function isIpcSysctl(name: string): boolean {
  if (name === 'kernel.sem' || name.startsWith('kernel.shm') || name.startsWith('kernel.msg')) {
    return true;
  }
  return name.startsWith('fs.mqueue.');
}
