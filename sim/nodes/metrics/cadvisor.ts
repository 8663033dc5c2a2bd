/**
 * `/metrics/cadvisor`: the cgroups of containers, of pods and of the whole node, and the machine. A pod's
 * cgroup holds its containers': who adds up by pod leaves one of the two out (`container!=""`). Left out:
 * the slices between pods and node, the sandboxes, and all that nothing here counts (file systems, network,
 * throttling).
 * @upstream google/cadvisor metrics/prometheus.go, prometheus_machine.go; pkg/kubelet/server/server.go
 * containerPrometheusLabelsFunc; pkg/kubelet/cm/cgroup_manager_linux.go
 */
import { valueOf } from '../../api/quantity.js';
import type { NodeShape } from '../node-shape.js';
import type { Family, Sample } from '../../api/exposition.js';
import { cpuSeconds } from './used.js';
import type { Used, UsedContainer, UsedPod } from './used.js';

/** A cgroup with what it counts, and the labels that cAdvisor gives it. */
interface Cgroup {
  readonly labels: Readonly<Record<string, string>>;
  readonly timeMs: number;
  readonly cpuNanoCoreSeconds: number;
  readonly memoryBytes: number;
  /** Absent: nobody knows. */
  readonly startedMs?: number;
}

/** The families, in their order. Programs touch no files: all memory that is in use is resident, and in the working set. */
export function cadvisorFamilies(used: Used, shape: NodeShape, nowMs: number): readonly Family[] {
  const { node, pods, containers } = used;
  const root: Cgroup = { ...node, labels: labelsOf({ id: '/' }) };
  const cgroups = [root, ...pods.map(podCgroup), ...containers.map(containerCgroup)];
  const memory = cgroups.map(({ labels, memoryBytes, timeMs }) => ({
    ...{ labels, value: memoryBytes, timeMs },
  }));
  const nothing = memory.map(sample => ({ ...sample, value: 0 }));
  return [
    {
      name: 'container_cpu_usage_seconds_total',
      help: 'Cumulative cpu time consumed in seconds.',
      type: 'counter',
      samples: cgroups.flatMap(cpuSample),
    },
    {
      name: 'container_last_seen',
      help: 'Last time a container was seen by the exporter',
      type: 'gauge',
      samples: cgroups.map(({ labels }) => ({
        ...{ labels, value: Math.floor(nowMs / 1000), timeMs: nowMs },
      })),
    },
    {
      name: 'container_memory_cache',
      help: 'Number of bytes of page cache memory.',
      type: 'gauge',
      samples: nothing,
    },
    { name: 'container_memory_rss', help: 'Size of RSS in bytes.', type: 'gauge', samples: memory },
    {
      name: 'container_memory_swap',
      help: 'Container swap usage in bytes.',
      type: 'gauge',
      samples: nothing,
    },
    {
      name: 'container_memory_usage_bytes',
      help: 'Current memory usage in bytes, including all memory regardless of when it was accessed',
      type: 'gauge',
      samples: memory,
    },
    {
      name: 'container_memory_working_set_bytes',
      help: 'Current working set in bytes.',
      type: 'gauge',
      samples: memory,
    },
    {
      name: 'container_start_time_seconds',
      help: 'Start time of the container since unix epoch in seconds.',
      type: 'gauge',
      samples: cgroups.flatMap(({ labels, startedMs }) =>
        startedMs === undefined ? [] : [{ labels, value: Math.floor(startedMs / 1000) }],
      ),
    },
    ...limitFamilies(containers),
    ...machineFamilies(shape),
  ];
}

/** What is asked for and allowed, as the cgroups of containers say. */
function limitFamilies(containers: readonly UsedContainer[]): readonly Family[] {
  const gauge = (
    name: string,
    help: string,
    valueOfOne: (limits: UsedContainer['limits']) => number | undefined,
  ): Family => ({
    ...{ name: `container_spec_${name}`, help, type: 'gauge' },
    samples: containers.flatMap(used => {
      const value = valueOfOne(used.limits);
      return value === undefined ? [] : [{ labels: containerCgroup(used).labels, value }];
    }),
  });
  return [
    gauge('cpu_period', 'CPU period of the container.', ({ cpuPeriod }) => cpuPeriod),
    gauge('cpu_quota', 'CPU quota of the container.', ({ cpuQuota }) => cpuQuota),
    gauge('cpu_shares', 'CPU share of the container.', ({ cpuShares }) => cpuShares),
    gauge(
      'memory_limit_bytes',
      'Memory limit for the container.',
      ({ memoryBytes }) => memoryBytes ?? 0,
    ),
  ];
}

/** As long as nothing was used there is no value. */
function cpuSample({ labels, cpuNanoCoreSeconds, timeMs }: Cgroup): readonly Sample[] {
  if (cpuNanoCoreSeconds < 1) return [];
  const { container = '', ...others } = labels;
  return [
    {
      labels: { container, cpu: 'total', ...others },
      value: cpuSeconds(cpuNanoCoreSeconds),
      timeMs,
    },
  ];
}

function machineFamilies({ name, capacity }: NodeShape): readonly Family[] {
  // The node's status tells the same of itself.
  const labels = { boot_id: name, machine_id: name, system_uuid: name };
  const gauge = (family: string, help: string, amount: string | undefined): Family => ({
    name: family,
    help,
    type: 'gauge',
    samples: amount === undefined ? [] : [{ labels, value: valueOf(amount) }],
  });
  return [
    gauge('machine_cpu_cores', 'Number of logical CPU cores.', capacity['cpu']),
    gauge('machine_memory_bytes', 'Amount of memory installed on the machine.', capacity['memory']),
  ];
}

function labelsOf({
  container = '',
  id,
  image = '',
  name = '',
  namespace = '',
  pod = '',
}: Readonly<Partial<Record<'container' | 'image' | 'name' | 'namespace' | 'pod', string>>> & {
  readonly id: string;
}): Readonly<Record<string, string>> {
  return { container, id, image, name, namespace, pod };
}

function podCgroup(used: UsedPod): Cgroup {
  const { namespace, pod, uid, qosClass } = used;
  return { ...used, labels: labelsOf({ id: sliceOf(uid, qosClass), namespace, pod }) };
}

function containerCgroup(used: UsedContainer): Cgroup {
  const { namespace, pod, container, podUid, qosClass, id: name, image } = used;
  const id = `${sliceOf(podUid, qosClass)}/cri-containerd-${name}.scope`;
  return { ...used, labels: labelsOf({ container, id, image, name, namespace, pod }) };
}

/** The cgroup of a pod, as systemd names it. */
function sliceOf(uid: string, qosClass: string): string {
  const pod = uid.replaceAll('-', '_');
  if (qosClass === 'Guaranteed') return `/kubepods.slice/kubepods-pod${pod}.slice`;
  const qos = `kubepods-${qosClass.toLowerCase()}`;
  return `/kubepods.slice/${qos}.slice/${qos}-pod${pod}.slice`;
}
