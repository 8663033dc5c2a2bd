/** What is known of the use of a node's CPU and memory at an instant: of the node, its pods and its containers. */
import type { Clock } from '../../engine/clock.js';
import type { RuntimeContainer } from '../container.js';
import type { ContainerRuntime } from '../container-runtime.js';
import { kernelFiles } from '../kernel-files.js';
import type { UsageReading } from '../usage-meter.js';

/** What cgroups count. */
type Counted = Pick<UsageReading, 'timeMs' | 'cpuNanoCoreSeconds' | 'memoryBytes'>;

/** What the cgroup of a container allows; undefined: as much as there is. */
export interface CgroupLimits {
  readonly cpuPeriod: number | undefined;
  readonly cpuQuota: number | undefined;
  readonly cpuShares: number | undefined;
  readonly memoryBytes: number | undefined;
}

/** A container that runs, and its last reading. */
export interface UsedContainer extends Counted {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly podUid: string;
  readonly qosClass: string;
  readonly id: string;
  readonly image: string;
  readonly startedMs: number;
  readonly limits: CgroupLimits;
}

/** A pod whose sandbox is there: all that its containers have used since it is. */
export interface UsedPod extends Counted {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly qosClass: string;
}

/** All of it. */
export interface Used {
  readonly node: Counted;
  readonly pods: readonly UsedPod[];
  readonly containers: readonly UsedContainer[];
}

/** What the metrics of a node are made from. */
export interface UsedOf {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
}

/** Reads it: containers as last read by cAdvisor, the counters of pods and of the node as they are now. */
export function usedNow({ runtime, clock }: UsedOf): Used {
  const nowMs = clock.now();
  const containers: UsedContainer[] = [];
  runtime.eachRunning(container => containers.push(usedContainer(container, nowMs)));
  const pods = usedPods(runtime, nowMs);
  const node = {
    timeMs: nowMs,
    cpuNanoCoreSeconds: runtime.totalCpuNanoCoreSeconds(),
    memoryBytes: pods.reduce((sum, pod) => sum + pod.memoryBytes, 0),
  };
  return { node, pods, containers };
}

function usedContainer({ config, record, meter }: RuntimeContainer, nowMs: number): UsedContainer {
  const { metadata, status } = config.pod;
  const { timeMs, cpuNanoCoreSeconds, memoryBytes } = meter.read(nowMs);
  return {
    namespace: metadata.namespace ?? '',
    pod: metadata.name ?? '',
    container: record.name,
    podUid: metadata.uid ?? '',
    qosClass: status?.qosClass ?? 'BestEffort',
    id: record.id,
    image: record.image,
    startedMs: record.startedMs,
    limits: limitsOf(kernelFiles(config.pod, config.container, record.resources)),
    timeMs,
    cpuNanoCoreSeconds,
    memoryBytes,
  };
}

/** @upstream google/cadvisor container/common/helpers.go getSpecInternal */
function limitsOf(files: Readonly<Record<string, string>>): CgroupLimits {
  const file = (name: string): string => files[`/sys/fs/cgroup/${name}`] ?? '';
  const [quota = '', period = ''] = file('cpu.max').trim().split(' ');
  const weight = numberOr(file('cpu.weight'));
  return {
    cpuPeriod: numberOr(period),
    cpuQuota: numberOr(quota),
    // The share that cgroups of version 1 would have for this weight.
    cpuShares: weight && 2 + Math.floor(((weight - 1) * 262_142) / 9999),
    memoryBytes: numberOr(file('memory.max')),
  };
}

function numberOr(text: string): number | undefined {
  const number = Number.parseInt(text, 10);
  return Number.isNaN(number) ? undefined : number;
}

function usedPods(runtime: ContainerRuntime, nowMs: number): readonly UsedPod[] {
  return runtime.podUids().flatMap(uid => {
    const containers = runtime.containersOf(uid);
    const [newest] = containers;
    const isThere = runtime.status(uid).sandboxes.some(({ isReady }) => isReady);
    if (newest === undefined || !isThere) return [];
    const { metadata, status } = newest.config.pod;
    return [
      {
        namespace: metadata.namespace ?? '',
        pod: metadata.name ?? '',
        uid,
        qosClass: status?.qosClass ?? 'BestEffort',
        timeMs: nowMs,
        cpuNanoCoreSeconds: runtime.cpuNanoCoreSeconds(uid),
        memoryBytes: containers.reduce((sum, { usage }) => sum + usage.memoryBytes, 0),
      },
    ];
  });
}

/** A counter of CPU as cgroups have it: whole nanoseconds. */
export const cpuSeconds = (nanoseconds: number): number => Math.floor(nanoseconds) / 1e9;
