/** Warnings about containers. @upstream pkg/api/pod/warnings.go */
import type { Container, ContainerPort, EnvVar, PodSpec } from '../../api/kinds/core.js';
import { amount } from './validation/checks.js';

type Annotations = Readonly<Record<string, string>> | undefined;

const seccompPrefix = 'container.seccomp.security.alpha.kubernetes.io/';
const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';

/** Warnings about one container. The prefix is empty for pods and ends in a dot for templates. */
export function containerWarnings(
  container: Container,
  path: string,
  spec: PodSpec,
  annotations: Annotations,
  prefix: string,
): readonly string[] {
  const warnings: string[] = [];
  if (annotations !== undefined) {
    warnAnnotations(container, spec, annotations, prefix, warnings);
  }
  for (const name of ['memory', 'ephemeral-storage']) {
    for (const field of ['limits', 'requests'] as const) {
      const text = container.resources?.[field]?.[name];
      if (text === undefined || !/[.mun]/.test(text)) continue;
      const quantity = amount(text);
      if (quantity.milliValue() % 1000 === 0) continue;
      const words = `fractional byte value "${quantity.toString()}" is invalid, must be an integer`;
      warnings.push(`${path}.resources.${field}[${name}]: ${words}`);
    }
  }
  if ((container.env ?? []).length > 1) warnVariables(container.env ?? [], path, warnings);
  return warnings;
}

function warnAnnotations(
  { name, securityContext }: Container,
  spec: PodSpec,
  annotations: Readonly<Record<string, string>>,
  prefix: string,
  warnings: string[],
): void {
  const seccompKey = `${seccompPrefix}${name}`;
  if (securityContext?.seccompProfile === undefined && annotations[seccompKey] !== undefined) {
    const text = 'non-functional in v1.27+; use the "seccompProfile" field instead';
    warnings.push(`${prefix}metadata.annotations[${seccompKey}]: ${text}`);
  }
  const key = `${appArmorPrefix}${name}`;
  const isTemplate = prefix !== '';
  if (!isTemplate || securityContext?.appArmorProfile !== undefined) return;
  const annotation = annotations[key];
  if (annotation === undefined || saysSame(annotation, spec)) return;
  const text = 'deprecated since v1.30; use the "appArmorProfile" field instead';
  warnings.push(`${prefix}metadata.annotations[${key}]: ${text}`);
}

/** Whether the pod's own profile is what the annotation says. */
function saysSame(annotation: string, { securityContext }: PodSpec): boolean {
  const profile = securityContext?.appArmorProfile;
  if (profile === undefined) return false;
  if (annotation === 'unconfined') return profile.type === 'Unconfined';
  if (annotation === 'runtime/default') return profile.type === 'RuntimeDefault';
  if (!annotation.startsWith('localhost/')) return false;
  return profile.localhostProfile === annotation.slice('localhost/'.length);
}

function warnVariables(variables: readonly EnvVar[], path: string, warnings: string[]): void {
  const names = new Set<string>();
  for (const [index, { name, value = '', valueFrom }] of variables.entries()) {
    const reference = `$(${name})`;
    const isLost = valueFrom !== undefined || value === reference || !value.includes(reference);
    if (names.has(name) && isLost) {
      const text = 'which may be dropped when using apply';
      warnings.push(`${path}.env[${index}]: hides previous definition of "${name}", ${text}`);
    }
    names.add(name);
  }
}

type Placed = readonly (readonly [container: Container, path: string])[];

interface Block {
  readonly path: string;
  readonly port: ContainerPort;
}

/** Warnings about the ports of all containers of a pod. */
export function portWarnings(containers: Placed): readonly string[] {
  const warnings: string[] = [];
  const blocks = new Map<string, Block[]>();
  const names = new Map<string, string>();
  for (const [{ ports }, at] of containers) {
    for (const [index, port] of (ports ?? []).entries()) {
      warnPort({ path: `${at}.ports[${index}]`, port }, blocks, warnings);
    }
  }
  for (const [{ ports }, at] of containers) {
    for (const [index, { name }] of (ports ?? []).entries()) {
      if (!name) continue;
      const path = `${at}.ports[${index}]`;
      const other = names.get(name);
      if (other === undefined) names.set(name, path);
      else {
        const text = `services and probes that select ports by name will use ${other}`;
        warnings.push(`${path}: duplicate port name "${name}" with ${other}, ${text}`);
      }
    }
  }
  return warnings;
}

function warnPort(block: Block, blocks: Map<string, Block[]>, warnings: string[]): void {
  const { path, port } = block;
  const { hostIP = '', hostPort = 0, containerPort, protocol = '' } = port;
  if (hostIP !== '' && hostPort === 0) {
    const shown =
      `{Name:${port.name ?? ''} HostPort:${hostPort} ContainerPort:${containerPort} ` +
      `Protocol:${protocol} HostIP:${hostIP}}`;
    warnings.push(`${path}: hostIP set without hostPort: ${shown}`);
  }
  const key = `${containerPort}/${protocol}`;
  const others = blocks.get(key);
  if (others === undefined) {
    blocks.set(key, [block]);
    return;
  }
  for (const other of others) {
    const [otherIP, otherPort] = [other.port.hostIP ?? '', other.port.hostPort ?? 0];
    const word = clash(hostIP === otherIP, [hostPort, otherPort], [hostIP, otherIP]);
    if (word !== '') warnings.push(`${path}: ${word} port definition with ${other.path}`);
  }
  others.push(block);
}

function clash(
  isSameIP: boolean,
  [port, otherPort]: readonly [number, number],
  [ip, otherIP]: readonly [string, string],
): string {
  if (isSameIP && port === otherPort) return 'duplicate';
  if (port === 0 || otherPort === 0) return 'overlapping';
  const isOneOpen = (ip === '') !== (otherIP === '');
  return port === otherPort && isOneOpen ? 'dangerously ambiguous' : '';
}
