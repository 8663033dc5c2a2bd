/**
 * `/stats/summary`: what the node, its pods and its containers use, as JSON. Left out: file systems, network,
 * volumes, and memory but that in use.
 * @upstream k8s.io/kubelet/pkg/apis/stats/v1alpha1 types.go, pkg/kubelet/server/stats/summary.go
 */
import { valueOf } from '../../api/quantity.js';
import { rfc3339 as timeOf } from '../../api/time.js';
import type { PagesOf } from './pages.js';
import type { Used, UsedContainer, UsedPod } from './used.js';

/** The answer's body. */
export function summaryOf({ node, pods, containers }: Used, { shape, startedMs }: PagesOf): object {
  const capacity = valueOf(shape.capacity['memory'] ?? '0');
  return {
    node: {
      nodeName: shape.name,
      startTime: timeOf(startedMs()),
      cpu: cpuOf(node),
      memory: { ...memoryOf(node), availableBytes: Math.max(capacity - node.memoryBytes, 0) },
    },
    pods: pods.map(pod => podSummary(pod, containers)),
  };
}

function podSummary(pod: UsedPod, containers: readonly UsedContainer[]): object {
  const own = containers.filter(({ podUid }) => podUid === pod.uid);
  const startedMs = Math.min(...own.map(container => container.startedMs), pod.timeMs);
  return {
    podRef: { name: pod.pod, namespace: pod.namespace, uid: pod.uid },
    startTime: timeOf(startedMs),
    containers: own.map(container => ({
      name: container.container,
      startTime: timeOf(container.startedMs),
      cpu: cpuOf(container),
      memory: memoryOf(container),
    })),
    cpu: cpuOf(pod),
    memory: memoryOf(pod),
  };
}

type Counted = Used['node'];

const cpuOf = ({ timeMs, cpuNanoCoreSeconds }: Counted): object => ({
  time: timeOf(timeMs),
  usageCoreNanoSeconds: Math.floor(cpuNanoCoreSeconds),
});

const memoryOf = ({ timeMs, memoryBytes }: Counted): object => ({
  time: timeOf(timeMs),
  usageBytes: memoryBytes,
  workingSetBytes: memoryBytes,
  rssBytes: memoryBytes,
});
