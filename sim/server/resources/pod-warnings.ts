/** What users of pods are warned of. @upstream pkg/api/pod/warnings.go */
import type { Container, Pod, PodSpec, PodTemplateSpec } from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import { dns1123LabelErrors } from '../../api/labels.js';
import { affinityWarnings, nodeWarnings, spreadWarnings } from './affinity-warnings.js';
import { containerWarnings, portWarnings } from './container-warnings.js';
import { ipWarnings } from './ip-warnings.js';
import { amount } from './validation/checks.js';
import { volumeWarnings } from './volume-warnings.js';

const none: readonly string[] = [];

/** The warnings about a new pod. */
export function podWarnings({ metadata, spec }: Pod): readonly string[] {
  const warnings: string[] = [];
  warnName(metadata.name ?? '', "the Pod's hostname", warnings);
  if (spec !== undefined) warnSpec(spec, metadata, '', warnings);
  return warnings;
}

/** The warnings about an update of a pod's status. */
export function podStatusWarnings({ status }: Pod): readonly string[] {
  return [
    ...(status?.podIPs ?? []).flatMap(({ ip }, index) =>
      ipWarnings(`status.podIPs[${index}].ip`, ip),
    ),
    ...(status?.hostIPs ?? []).flatMap(({ ip }, index) =>
      ipWarnings(`status.hostIPs[${index}].ip`, ip),
    ),
  ];
}

/** The warnings about a template of pods. */
export function templateWarnings(
  template: PodTemplateSpec | undefined,
  path = 'spec.template',
): readonly string[] {
  if (template?.spec === undefined) return none;
  const warnings: string[] = [];
  warnSpec(template.spec, template.metadata ?? {}, `${path}.`, warnings);
  return warnings;
}

/** The warnings about the name of what makes pods. */
export function nameWarnings({ name = '' }: ObjectMeta): readonly string[] {
  const warnings: string[] = [];
  warnName(name, 'Pod names and hostnames', warnings);
  return warnings;
}

interface Workload {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly template?: PodTemplateSpec };
}

/** The warnings about a new workload whose name becomes part of its pods'. */
export function workloadWarnings({ metadata, spec }: Workload): readonly string[] {
  return [...nameWarnings(metadata), ...templateWarnings(spec?.template)];
}

/** The warnings about an update of a workload, if it is one that counts. */
export function workloadUpdateWarnings(object: Workload, old: Workload): readonly string[] {
  if (object.metadata.generation === old.metadata.generation) return none;
  return templateWarnings(object.spec?.template);
}

function warnName(name: string, use: string, warnings: string[]): void {
  const texts = dns1123LabelErrors(name);
  if (texts.length === 0) return;
  warnings.push(
    `metadata.name: this is used in ${use}, which can result in surprising behavior; ` +
      `a DNS label is recommended: [${texts.join(' ')}]`,
  );
}

const oldAnnotations = [
  [
    'scheduler.alpha.kubernetes.io/critical-pod',
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  ],
  [
    'security.alpha.kubernetes.io/sysctls',
    'non-functional in v1.11+; use the "sysctls" field instead',
  ],
  [
    'security.alpha.kubernetes.io/unsafe-sysctls',
    'non-functional in v1.11+; use the "sysctls" field instead',
  ],
] as const;

/** The prefix is empty for pods and ends in a dot for templates. */
function warnSpec(spec: PodSpec, metadata: ObjectMeta, prefix: string, warnings: string[]): void {
  const path = `${prefix}spec`;
  warnings.push(...nodeWarnings(spec, path), ...spreadWarnings(spec, path));
  const { annotations } = metadata;
  if (annotations !== undefined) {
    for (const [key, text] of oldAnnotations) {
      if (annotations[key] === undefined) continue;
      warnings.push(`${prefix}metadata.annotations[${key}]: ${text}`);
    }
  }
  if (spec.volumes !== undefined) warnings.push(...volumeWarnings(spec.volumes, path));
  warnDuplicates(spec, path, warnings);
  warnOverhead(spec, path, warnings);
  warnSeccomp(spec, annotations, prefix, warnings);
  for (const [container, at] of allContainers(spec, path)) {
    warnings.push(...containerWarnings(container, at, spec, annotations, prefix));
  }
  warnings.push(...portWarnings(allContainers(spec, path)));
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    const text = 'must be >= 0; negative values are invalid and will be treated as 1';
    warnings.push(`${path}.terminationGracePeriodSeconds: ${text}`);
  }
  warnings.push(...affinityWarnings(spec, path));
  for (const [index, ip] of (spec.dnsConfig?.nameservers ?? []).entries()) {
    warnings.push(...ipWarnings(`${path}.dnsConfig.nameservers[${index}]`, ip));
  }
  for (const [index, { ip }] of (spec.hostAliases ?? []).entries()) {
    warnings.push(...ipWarnings(`${path}.hostAliases[${index}].ip`, ip));
  }
}

function allContainers(spec: PodSpec, path: string): readonly (readonly [Container, string])[] {
  const fields = ['initContainers', 'containers', 'ephemeralContainers'] as const;
  return fields.flatMap(field => {
    const list: readonly Container[] = spec[field] ?? [];
    return list.map((each, index) => [each, `${path}.${field}[${index}]`] as const);
  });
}

function warnDuplicates(spec: PodSpec, path: string, warnings: string[]): void {
  const addresses = new Set<string>();
  for (const [index, { ip }] of (spec.hostAliases ?? []).entries()) {
    if (addresses.has(ip)) warnings.push(`${path}.hostAliases[${index}].ip: duplicate ip "${ip}"`);
    addresses.add(ip);
  }
  const { imagePullSecrets = [] } = spec;
  const names = new Set<string>();
  for (const [index, { name = '' }] of imagePullSecrets.entries()) {
    const at = `${path}.imagePullSecrets[${index}].name`;
    if (names.has(name)) warnings.push(`${at}: duplicate name "${name}"`);
    names.add(name);
  }
  for (const [index, { name }] of imagePullSecrets.entries()) {
    if (name) continue;
    warnings.push(`${path}.imagePullSecrets[${index}].name: invalid empty name ""`);
  }
}

function warnOverhead({ overhead }: PodSpec, path: string, warnings: string[]): void {
  if (overhead === undefined) return;
  for (const name of ['memory', 'ephemeral-storage']) {
    const quantity = amount(overhead[name]);
    if (quantity.milliValue() % 1000 === 0) continue;
    const text = `fractional byte value "${quantity.toString()}" is invalid, must be an integer`;
    warnings.push(`${path}.overhead[${name}]: ${text}`);
  }
}

const seccompKey = 'seccomp.security.alpha.kubernetes.io/pod';

function warnSeccomp(
  { securityContext }: PodSpec,
  annotations: Readonly<Record<string, string>> | undefined,
  prefix: string,
  warnings: string[],
): void {
  if (securityContext?.seccompProfile !== undefined) return;
  if (annotations?.[seccompKey] === undefined) return;
  const text = 'non-functional in v1.27+; use the "seccompProfile" field instead';
  warnings.push(`${prefix}metadata.annotations[${seccompKey}]: ${text}`);
}
