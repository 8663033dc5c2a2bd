/**
 * What the kernel tells a container of its own settings: the limits of its cgroup, its rank for the OOM
 * killer, the sysctls of its pod. They are told; nothing is enforced by them but memory limits.
 * @upstream pkg/kubelet/cm/helpers_linux.go, pkg/kubelet/qos/policy.go
 */
import type { Container, Pod, ResourceRequirements } from '../api/kinds/core.js';
import { quantity, valueOf } from '../api/quantity.js';

const periodUs = 100_000;
const quotaUsMin = 1_000;
const sharesMin = 2;
const sharesMax = 262_144;
const sharesPerCpu = 1_024;

/** The files by path. */
export function kernelFiles(
  pod: Pod,
  container: Container,
  resources: ResourceRequirements | undefined,
): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    '/sys/fs/cgroup/cpu.max': `${cpuMax(resources)}\n`,
    '/sys/fs/cgroup/cpu.weight': `${cpuWeight(resources)}\n`,
    '/sys/fs/cgroup/memory.max': `${memoryMax(resources)}\n`,
    '/proc/self/status': `Name:\tcat\nState:\tR (running)\n${seccomp(pod, container)}Cpus_allowed_list:\t0-7\n`,
    '/proc/sys/kernel/shm_rmid_forced': '0\n',
  };
  for (const { name, value } of pod.spec?.securityContext?.sysctls ?? []) {
    files[`/proc/sys/${name.replaceAll('.', '/')}`] = `${value}\n`;
  }
  return files;
}

/**
 * The mode of the filter of system calls: 2 with a profile, 0 without. The container's own setting comes before
 * its pod's; who asks for none has none (`seccompDefault` is off), nor have the privileged.
 * @upstream pkg/kubelet/kuberuntime/helpers.go getSeccompProfile, containerd internal/cri/server generateSeccompSpecOpts
 */
function seccomp(pod: Pod, { securityContext }: Container): string {
  const profile = securityContext?.seccompProfile ?? pod.spec?.securityContext?.seccompProfile;
  const { type = 'Unconfined' } = profile ?? {};
  const isFiltered = type !== 'Unconfined' && securityContext?.privileged !== true;
  return isFiltered ? 'Seccomp:\t2\nSeccomp_filters:\t1\n' : 'Seccomp:\t0\nSeccomp_filters:\t0\n';
}

function milli(text: string | undefined): number {
  return Math.ceil(quantity(text).toNumber() * 1_000);
}

function cpuMax(resources: ResourceRequirements | undefined): string {
  const limit = milli(resources?.limits?.['cpu']);
  if (limit === 0) return `max ${periodUs}`;
  return `${Math.max(quotaUsMin, (limit * periodUs) / 1_000)} ${periodUs}`;
}

/** The shares of old, as runc turns them into a weight. @upstream opencontainers/cgroups ConvertCPUSharesToCgroupV2Value */
function cpuWeight(resources: ResourceRequirements | undefined): number {
  const request = resources?.requests?.['cpu'] ?? resources?.limits?.['cpu'];
  const asked = Math.floor((milli(request) * sharesPerCpu) / 1_000);
  const shares = Math.min(Math.max(asked, sharesMin), sharesMax);
  return 1 + Math.floor(((shares - sharesMin) * 9_999) / (sharesMax - sharesMin));
}

function memoryMax(resources: ResourceRequirements | undefined): string {
  const limit = resources?.limits?.['memory'];
  return limit === undefined ? 'max' : String(valueOf(limit));
}
