/**
 * The baseline checks that keep a pod away from its host: namespaces, paths, ports, probes.
 * @upstream staging/src/k8s.io/pod-security-admission/policy/check_host*.go, check_windowsHostProcess.go
 */
import type { LifecycleHandler, PodSpec, Probe } from '../../../api/kinds/core.js';
import type { ObjectMeta } from '../../../api/kinds/meta.js';
import {
  containersOf,
  containersText,
  joinQuoted,
  namesWhere,
  plural,
  settersText,
  sorted,
  type Check,
  type Violation,
} from './check.js';

function hostNamespaces(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const fields = ['hostNetwork', 'hostPID', 'hostIPC'] as const;
  const shared = fields.filter(field => spec[field] === true).map(field => `${field}=true`);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.join(', ') };
}

function hostPathVolumes(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const names = (spec.volumes ?? [])
    .filter(volume => volume.hostPath !== undefined)
    .map(volume => volume.name);
  if (names.length === 0) return undefined;
  const detail = `${plural('volume', names.length)} ${joinQuoted(names)}`;
  return { reason: 'hostPath volumes', detail };
}

function hostPorts(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const ports: string[] = [];
  const names = namesWhere(spec, container => {
    const used = (container.ports ?? []).filter(port => (port.hostPort ?? 0) !== 0);
    for (const port of used) ports.push(String(port.hostPort));
    return used.length > 0;
  });
  if (names.length === 0) return undefined;
  const list = sorted(ports);
  const uses = `${names.length === 1 ? 'uses' : 'use'} ${plural('hostPort', list.length)}`;
  return { reason: 'hostPort', detail: `${containersText(names)} ${uses} ${list.join(', ')}` };
}

function probeHosts(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const hosts: string[] = [];
  const names = namesWhere(spec, container => {
    const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
    const handlers = [livenessProbe, readinessProbe, startupProbe];
    const found = [...handlers, lifecycle?.postStart, lifecycle?.preStop].flatMap(hostsOf);
    hosts.push(...found);
    return found.length > 0;
  });
  if (names.length === 0) return undefined;
  const [containers, list] = [sorted(names), sorted(hosts)];
  const uses = containers.length === 1 ? 'uses' : 'use';
  const noun = plural('probe or lifecycle host', list.length);
  const detail = `${containersText(containers)} ${uses} ${noun} ${joinQuoted(list)}`;
  return { reason: 'probe or lifecycle host', detail };
}

function hostsOf(handler: Probe | LifecycleHandler | undefined): readonly string[] {
  const hosts = [handler?.httpGet?.host, handler?.tcpSocket?.host];
  return hosts.filter(host => host !== undefined && host !== '') as string[];
}

function privileged(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const names = namesWhere(spec, container => container.securityContext?.privileged === true);
  if (names.length === 0) return undefined;
  const detail = `${containersText(names)} must not set securityContext.privileged=true`;
  return { reason: 'privileged', detail };
}

const safeSysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const safeSysctls27 = [...safeSysctls, 'net.ipv4.ip_local_reserved_ports'];
const safeSysctls29 = [
  ...safeSysctls27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const safeSysctls32 = [...safeSysctls29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

function sysctls(allowed: readonly string[]) {
  return (_: ObjectMeta, spec: PodSpec): Violation | undefined => {
    const names = (spec.securityContext?.sysctls ?? []).map(sysctl => sysctl.name);
    const forbidden = names.filter(name => !allowed.includes(name));
    if (forbidden.length === 0) return undefined;
    return { reason: 'forbidden sysctls', detail: forbidden.join(', ') };
  };
}

function windowsHostProcess(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const isSet = (context?: { readonly windowsOptions?: { readonly hostProcess?: boolean } }) =>
    context?.windowsOptions?.hostProcess === true;
  const names = containersOf(spec)
    .filter(container => isSet(container.securityContext))
    .map(container => container.name);
  const setters = settersText(isSet(spec.securityContext), names);
  if (setters === '') return undefined;
  const detail = `${setters} must not set securityContext.windowsOptions.hostProcess=true`;
  return { reason: 'hostProcess', detail };
}

/** The checks about the host. */
export const hostChecks: readonly Check[] = [
  { id: 'hostNamespaces', level: 'baseline', versions: [{ minor: 0, check: hostNamespaces }] },
  { id: 'hostPathVolumes', level: 'baseline', versions: [{ minor: 0, check: hostPathVolumes }] },
  { id: 'hostPorts', level: 'baseline', versions: [{ minor: 0, check: hostPorts }] },
  {
    id: 'hostProbesAndHostLifecycle',
    level: 'baseline',
    versions: [{ minor: 34, check: probeHosts }],
  },
  { id: 'privileged', level: 'baseline', versions: [{ minor: 0, check: privileged }] },
  {
    id: 'sysctls',
    level: 'baseline',
    versions: [
      { minor: 0, check: sysctls(safeSysctls) },
      { minor: 27, check: sysctls(safeSysctls27) },
      { minor: 29, check: sysctls(safeSysctls29) },
      { minor: 32, check: sysctls(safeSysctls32) },
    ],
  },
  {
    id: 'windowsHostProcess',
    level: 'baseline',
    versions: [{ minor: 0, check: windowsHostProcess }],
  },
];
