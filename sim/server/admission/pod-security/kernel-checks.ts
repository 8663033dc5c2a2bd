/**
 * The checks of what a container may ask of the kernel: AppArmor, SELinux, seccomp, capabilities, /proc.
 * @upstream staging/src/k8s.io/pod-security-admission/policy
 */
import type { PodSpec, SELinuxOptions, SeccompProfile } from '../../../api/kinds/core.js';
import type { ObjectMeta } from '../../../api/kinds/meta.js';
import {
  containersOf,
  containersText,
  joinQuoted,
  namesWhere,
  plural,
  settersText,
  sorted,
  unlessUserNamespace,
  unlessWindows,
  type Check,
  type Violation,
} from './check.js';

const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';

function appArmor(metadata: ObjectMeta, spec: PodSpec): Violation | undefined {
  const bad: string[] = [];
  const isBad = (context?: { readonly appArmorProfile?: { readonly type: string } }) => {
    const type = context?.appArmorProfile?.type;
    if (type === undefined || type === 'RuntimeDefault' || type === 'Localhost') return false;
    bad.push(type);
    return true;
  };
  const isPodBad = isBad(spec.securityContext);
  const names = namesWhere(spec, container => isBad(container.securityContext));
  const annotations = sorted(
    Object.entries(metadata.annotations ?? {})
      .filter(([key, value]) => key.startsWith(appArmorPrefix) && !isAllowedAppArmor(value))
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`),
  );
  const setters = [settersText(isPodBad, names)].filter(text => text !== '');
  if (annotations.length > 0) setters.push(plural('annotation', annotations.length));
  if (setters.length === 0) return undefined;
  const values = [...sorted(bad), ...annotations];
  const detail = `${setters.join(' and ')} must not set AppArmor profile type to`;
  return {
    reason: plural('forbidden AppArmor profile', values.length),
    detail: `${detail} ${joinQuoted(values)}`,
  };
}

function isAllowedAppArmor(value: string): boolean {
  return value === '' || value === 'runtime/default' || value.startsWith('localhost/');
}

function seLinux(allowedTypes: readonly string[]) {
  return (_: ObjectMeta, spec: PodSpec): Violation | undefined => {
    const types: string[] = [];
    let [setsUser, setsRole] = [false, false];
    const isBad = (options: SELinuxOptions | undefined) => {
      if (options === undefined) return false;
      const { type = '', user = '', role = '' } = options;
      const isTypeBad = !allowedTypes.includes(type);
      if (isTypeBad) types.push(type);
      setsUser ||= user !== '';
      setsRole ||= role !== '';
      return isTypeBad || user !== '' || role !== '';
    };
    const isPodBad = isBad(spec.securityContext?.seLinuxOptions);
    const names = namesWhere(spec, container => isBad(container.securityContext?.seLinuxOptions));
    const setters = settersText(isPodBad, names);
    if (setters === '') return undefined;
    const list = sorted(types);
    const data: string[] = [];
    if (list.length > 0) data.push(`${plural('type', list.length)} ${joinQuoted(list)}`);
    if (setsUser) data.push('user may not be set');
    if (setsRole) data.push('role may not be set');
    const detail = `${setters} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`;
    return { reason: 'seLinuxOptions', detail };
  };
}

const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

function procMount(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const types: string[] = [];
  const names = namesWhere(spec, ({ securityContext }) => {
    const type = securityContext?.procMount;
    if (type === undefined || type === 'Default') return false;
    types.push(type);
    return true;
  });
  if (names.length === 0) return undefined;
  const detail = `${containersText(names)} must not set securityContext.procMount to`;
  return { reason: 'procMount', detail: `${detail} ${joinQuoted(sorted(types))}` };
}

const podSeccompKey = 'seccomp.security.alpha.kubernetes.io/pod';
const containerSeccompPrefix = 'container.seccomp.security.alpha.kubernetes.io/';

function seccompAnnotations(metadata: ObjectMeta, spec: PodSpec): Violation | undefined {
  const keys = containersOf(spec).map(container => containerSeccompPrefix + container.name);
  const forbidden = [podSeccompKey, ...keys].flatMap(key => {
    const value = metadata.annotations?.[key];
    if (value === undefined || isAllowedSeccompAnnotation(value)) return [];
    return [`${key}=${JSON.stringify(value)}`];
  });
  const list = sorted(forbidden);
  if (list.length === 0) return undefined;
  const detail = `forbidden ${plural('annotation', list.length)} ${list.join(', ')}`;
  return { reason: 'seccompProfile', detail };
}

function isAllowedSeccompAnnotation(value: string): boolean {
  return (
    value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/')
  );
}

function isValidSeccomp(profile: SeccompProfile): boolean {
  return profile.type === 'Localhost' || profile.type === 'RuntimeDefault';
}

function seccompBaseline(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const bad: string[] = [];
  const isBad = (profile: SeccompProfile | undefined) => {
    if (profile === undefined || isValidSeccomp(profile)) return false;
    bad.push(profile.type);
    return true;
  };
  const isPodBad = isBad(spec.securityContext?.seccompProfile);
  const names = namesWhere(spec, container => isBad(container.securityContext?.seccompProfile));
  const setters = settersText(isPodBad, names);
  if (setters === '') return undefined;
  const detail = `${setters} must not set securityContext.seccompProfile.type to`;
  return { reason: 'seccompProfile', detail: `${detail} ${joinQuoted(sorted(bad))}` };
}

function seccompRestricted(metadata: ObjectMeta, spec: PodSpec): Violation | undefined {
  const explicit = seccompBaseline(metadata, spec);
  if (explicit !== undefined || spec.securityContext?.seccompProfile !== undefined) return explicit;
  const names = namesWhere(spec, ({ securityContext }) => !securityContext?.seccompProfile);
  if (names.length === 0) return undefined;
  const must = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
  return { reason: 'seccompProfile', detail: `pod or ${containersText(names)} ${must}` };
}

const defaultCapabilities = new Set(
  [
    ['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD'],
    ['NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
  ].flat(),
);

/** The detail about capabilities that may not be added; undefined when all may. */
function addedCapabilities(spec: PodSpec, isAllowed: (name: string) => boolean) {
  const forbidden: string[] = [];
  const names = namesWhere(spec, ({ securityContext }) => {
    const added = (securityContext?.capabilities?.add ?? []).filter(name => !isAllowed(name));
    forbidden.push(...added);
    return added.length > 0;
  });
  if (names.length === 0) return undefined;
  const list = joinQuoted(sorted(forbidden));
  return `${containersText(names)} must not include ${list} in securityContext.capabilities.add`;
}

function capabilitiesBaseline(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const detail = addedCapabilities(spec, name => defaultCapabilities.has(name));
  return detail === undefined ? undefined : { reason: 'non-default capabilities', detail };
}

function capabilitiesRestricted(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const keeping = namesWhere(
    spec,
    ({ securityContext }) => !(securityContext?.capabilities?.drop ?? []).includes('ALL'),
  );
  const added = addedCapabilities(spec, name => name === 'NET_BIND_SERVICE');
  const details: string[] = [];
  if (keeping.length > 0) {
    const must = 'must set securityContext.capabilities.drop=["ALL"]';
    details.push(`${containersText(keeping)} ${must}`);
  }
  if (added !== undefined) details.push(added);
  if (details.length === 0) return undefined;
  return { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

/** The checks about the kernel, of both levels. */
export const kernelChecks: readonly Check[] = [
  { id: 'appArmorProfile', level: 'baseline', versions: [{ minor: 0, check: appArmor }] },
  {
    id: 'capabilities_baseline',
    level: 'baseline',
    versions: [{ minor: 0, check: capabilitiesBaseline }],
  },
  {
    id: 'procMount',
    level: 'baseline',
    versions: [
      { minor: 0, check: procMount },
      { minor: 35, check: unlessUserNamespace(procMount) },
    ],
  },
  {
    id: 'seLinuxOptions',
    level: 'baseline',
    versions: [
      { minor: 0, check: seLinux(seLinuxTypes) },
      { minor: 31, check: seLinux([...seLinuxTypes, 'container_engine_t']) },
    ],
  },
  {
    id: 'seccompProfile_baseline',
    level: 'baseline',
    versions: [
      { minor: 0, check: seccompAnnotations },
      { minor: 19, check: seccompBaseline },
    ],
  },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    versions: [
      { minor: 22, check: capabilitiesRestricted, overrides: 'capabilities_baseline' },
      {
        minor: 25,
        check: unlessWindows(capabilitiesRestricted),
        overrides: 'capabilities_baseline',
      },
    ],
  },
  {
    id: 'procMount_restricted',
    level: 'restricted',
    versions: [{ minor: 35, check: procMount, overrides: 'procMount' }],
  },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    versions: [
      { minor: 19, check: seccompRestricted, overrides: 'seccompProfile_baseline' },
      { minor: 25, check: unlessWindows(seccompRestricted), overrides: 'seccompProfile_baseline' },
    ],
  },
];
