/** A trace from a real cluster: what `kubectl get nodes,pods -A -o yaml` printed. */
import type { Node, Pod } from '../../../sim/api/kinds/core.js';
import { milliValueOf, valueOf } from '../../../sim/api/quantity.js';
import { podRequests } from '../../../sim/scheduler/pod-requests.js';
import { readSnapshot } from '../../plan/snapshot.js';
import { gpuCountKey, gpuModelKey } from '../plugin/gpu-share.js';
import type { Trace, TraceNode, TracePod } from '../trace/trace.js';
import { podShapeOf, productLabel } from './pod-shape.js';

const mib = 2 ** 20;

/**
 * Reads the file. Pods of daemon sets are not jobs: their nodes have so much less. All other pods are the
 * workload, wherever they run now; their times are those of their creation.
 *
 * @throws InputError with file, line and field.
 */
export function readSnapshotTrace(file: string): Trace {
  const { objects } = readSnapshot(file);
  const pods = objects.filter(({ kind }) => kind === 'Pod') as readonly Pod[];
  const nodes = objects.filter(({ kind }) => kind === 'Node') as readonly Node[];
  const live = pods.filter(
    ({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
  );
  const jobs = live.filter(pod => !isDaemon(pod));
  const startMs = jobs.reduce((first, pod) => Math.min(first, createdMs(pod)), Infinity);
  return {
    name: file,
    nodes: nodes
      .filter(({ spec }) => spec?.unschedulable !== true)
      .map(node =>
        nodeOf(
          node,
          live.filter(pod => isDaemon(pod) && isOn(pod, node)),
        ),
      ),
    pods: jobs.map(pod => podOf(pod, startMs)),
  };
}

function nodeOf(node: Node, daemons: readonly Pod[]): TraceNode {
  const amount = (name: string): number => valueOf(node.status?.allocatable?.[name] ?? '0');
  const taken = (name: string): number =>
    daemons.reduce((sum, pod) => sum + (podRequests(pod).get(name) ?? 0), 0);
  const { labels = {} } = node.metadata;
  const annotated = amount(gpuCountKey);
  return {
    name: node.metadata.name ?? '',
    // podRequests has CPU in thousandths, as the scheduler reckons.
    cpuMilli: milliValueOf(node.status?.allocatable?.['cpu']) - taken('cpu'),
    memoryMib: Math.floor((amount('memory') - taken('memory')) / mib),
    gpus: annotated > 0 ? annotated : amount('nvidia.com/gpu') + amount('amd.com/gpu'),
    model: labels[gpuModelKey] ?? labels[productLabel] ?? 'GPU',
    podsMax: Math.max(0, amount('pods') - daemons.length),
  };
}

function podOf(pod: Pod, startMs: number): TracePod {
  const { name = '', namespace = '' } = pod.metadata;
  return {
    ...podShapeOf(pod),
    name: `${namespace}/${name}`,
    namespace,
    priority: pod.spec?.priority ?? 0,
    createdSeconds: Math.round((createdMs(pod) - startMs) / 1000),
  };
}

function createdMs({ metadata }: Pod): number {
  const parsed = Date.parse(metadata.creationTimestamp ?? '');
  return Number.isNaN(parsed) ? 0 : parsed;
}

function isDaemon({ metadata }: Pod): boolean {
  return (
    metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet' || kind === 'Node') ?? false
  );
}

function isOn({ spec }: Pod, node: Node): boolean {
  return spec?.nodeName === node.metadata.name;
}
