/** Whether the node takes a pod that is bound to it. @upstream pkg/kubelet/lifecycle/predicate.go */
import type { ContainerPort, Node, Pod } from '../api/kinds/core.js';
import { milliValueOf, valueOf } from '../api/quantity.js';
import { isTolerated, matchesAffinity } from '../api/node-fit.js';
import { initContainersOf, containersOf } from './pod-spec.js';
import { podRequests } from './resources.js';

/** Why a pod is refused. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** What a decision is made on. */
export interface AdmissionFacts {
  readonly pod: Pod;
  readonly node: Node;
  /** The pods that the node has taken and that have not ended. */
  readonly others: readonly Pod[];
  /** Grants devices, or says why not. */
  readonly allocateDevices: (pod: Pod) => string | undefined;
  /** What is low at the moment: eviction keeps such pods out. */
  readonly pressure: string | undefined;
}

/** The first check that fails, in the kubelet's order; undefined: the pod is taken. */
export function refusalOf(facts: AdmissionFacts): Refusal | undefined {
  return (
    pressureRefusal(facts) ??
    sysctlRefusal(facts.pod) ??
    deviceRefusal(facts) ??
    osRefusal(facts) ??
    resourceRefusal(facts) ??
    placementRefusal(facts) ??
    appArmorRefusal(facts.pod)
  );
}

function pressureRefusal({ pod, pressure }: AdmissionFacts): Refusal | undefined {
  if (pressure === undefined) return undefined;
  if (pressure === 'memory' && pod.status?.qosClass !== 'BestEffort') return undefined;
  const condition = pressure === 'memory' ? 'MemoryPressure' : 'DiskPressure';
  const message = `The node had condition: [${condition}]. `;
  return { reason: 'Evicted', message };
}

const safeSysctls = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
]);

function sysctlRefusal(pod: Pod): Refusal | undefined {
  const unsafe = pod.spec?.securityContext?.sysctls?.find(({ name }) => !safeSysctls.has(name));
  if (unsafe === undefined) return undefined;
  const message = `forbidden sysctl: "${unsafe.name}" not allowlisted`;
  return { reason: 'SysctlForbidden', message };
}

function deviceRefusal({ pod, allocateDevices }: AdmissionFacts): Refusal | undefined {
  const message = allocateDevices(pod);
  return message === undefined ? undefined : { reason: 'UnexpectedAdmissionError', message };
}

function osRefusal({ pod }: AdmissionFacts): Refusal | undefined {
  // Upstream looks at the pod's own label here, not at its selector.
  const label = pod.metadata.labels?.['kubernetes.io/os'];
  if (label !== undefined && label !== 'linux') {
    const message = "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label";
    return { reason: 'PodOSSelectorNodeLabelDoesNotMatch', message };
  }
  if (pod.spec?.os !== undefined && pod.spec.os.name !== 'linux') {
    const message = "Failed to admit pod as the OS field doesn't match node OS";
    return { reason: 'PodOSNotSupported', message };
  }
  return undefined;
}

const firstResources = ['cpu', 'memory', 'ephemeral-storage'];

const reasons: Readonly<Record<string, string>> = {
  cpu: 'OutOfcpu',
  memory: 'OutOfmemory',
  'ephemeral-storage': 'OutOfephemeral-storage',
};

function resourceRefusal(facts: AdmissionFacts): Refusal | undefined {
  const capacity = valueOf(facts.node.status?.allocatable?.['pods']);
  if (facts.others.length + 1 > capacity) {
    const message = shortage('pods', 1, facts.others.length, capacity);
    return { reason: 'OutOfpods', message };
  }
  return resourceShortage(facts.pod, facts.node, facts.others);
}

/** The first resource of which the node has not enough left. */
export function resourceShortage(
  pod: Pod,
  node: Node,
  others: readonly Pod[],
): Refusal | undefined {
  const requests = podRequests(pod);
  const rest = Object.keys(requests).filter(name => !firstResources.includes(name));
  for (const name of [...firstResources, ...rest]) {
    const requested = amountOf(name, requests[name]);
    const total = node.status?.allocatable?.[name];
    if (requested === 0 || (total === undefined && isExtended(name))) continue;
    const used = others.reduce((sum, other) => sum + amountOf(name, podRequests(other)[name]), 0);
    const capacity = amountOf(name, total);
    if (requested <= capacity - used) continue;
    const reason = reasons[name] ?? `OutOf${name}`;
    return { reason, message: shortage(name, requested, used, capacity) };
  }
  return undefined;
}

function amountOf(name: string, text: string | undefined): number {
  return name === 'cpu' ? milliValueOf(text) : valueOf(text);
}

function isExtended(name: string): boolean {
  return name.includes('/') && !name.startsWith('kubernetes.io/') && !name.startsWith('requests.');
}

function shortage(name: string, requested: number, used: number, capacity: number): string {
  const amounts = `requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  return `Node didn't have enough resource: ${name}, ${amounts}`;
}

function placementRefusal({ pod, node, others }: AdmissionFacts): Refusal | undefined {
  if (!isAffine(pod, node)) {
    return predicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  }
  if (conflictsWithPorts(pod, others)) {
    return predicate('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  }
  if (!toleratesNoExecute(pod, node)) {
    return predicate('TaintToleration', "node(s) had taints that the pod didn't tolerate");
  }
  return undefined;
}

function predicate(name: string, why: string): Refusal {
  return { reason: name, message: `Predicate ${name} failed: ${why}` };
}

interface HostPort {
  readonly port: number;
  readonly protocol: string;
  readonly ip: string;
}

const noPorts: readonly HostPort[] = [];

function hostPorts(pod: Pod): readonly HostPort[] {
  let found = noPorts;
  for (const list of [initContainersOf(pod), containersOf(pod)]) {
    for (const { ports } of list) if (ports !== undefined) found = withHostPorts(found, ports);
  }
  return found;
}

function withHostPorts(
  found: readonly HostPort[],
  ports: readonly ContainerPort[],
): readonly HostPort[] {
  const more = ports.flatMap(({ hostPort, hostIP = '0.0.0.0', protocol = 'TCP' }) =>
    hostPort === undefined || hostPort === 0 ? [] : [{ port: hostPort, protocol, ip: hostIP }],
  );
  return more.length === 0 ? found : [...found, ...more];
}

function conflictsWithPorts(pod: Pod, others: readonly Pod[]): boolean {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return false;
  const used = others.flatMap(hostPorts);
  return wanted.some(want =>
    used.some(
      other =>
        other.port === want.port &&
        other.protocol === want.protocol &&
        (other.ip === want.ip || other.ip === '0.0.0.0' || want.ip === '0.0.0.0'),
    ),
  );
}

function appArmorRefusal(pod: Pod): Refusal | undefined {
  const profiles = [
    pod.spec?.securityContext?.appArmorProfile,
    ...[...initContainersOf(pod), ...containersOf(pod)].map(
      ({ securityContext }) => securityContext?.appArmorProfile,
    ),
  ];
  const isAsked = profiles.some(profile => profile !== undefined && profile.type !== 'Unconfined');
  if (!isAsked) return undefined;
  const message = 'Cannot enforce AppArmor: AppArmor is not enabled on the host';
  return { reason: 'AppArmor', message };
}

function isAffine(pod: Pod, node: Node): boolean {
  return pod.spec === undefined || matchesAffinity(pod.spec, node);
}

function toleratesNoExecute(pod: Pod, node: Node): boolean {
  return (node.spec?.taints ?? [])
    .filter(({ effect }) => effect === 'NoExecute')
    .every(taint => isTolerated(taint, pod.spec?.tolerations ?? []));
}
