/** A trace from a real cluster: what `kubectl get nodes,pods -A -o yaml` printed. */
import type { Node, Pod } from '../../../sim/api/kinds/core.js';
import { milliValueOf, valueOf } from '../../../sim/api/quantity.js';
import { podRequests } from '../../../sim/scheduler/pod-requests.js';
import { readSnapshot } from '../../plan/snapshot.js';
import type { Trace, TraceNode, TracePod } from '../trace/trace.js';

const mib = 2 ** 20;

/** Alibaba's annotations for shares of GPUs, as the published simulator has them. */
const shareAnnotation = 'alibabacloud.com/gpu-milli';
const countAnnotation = 'alibabacloud.com/gpu-count';
const modelKey = 'alibabacloud.com/gpu-card-model';
const productLabel = 'nvidia.com/gpu.product';

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
  const annotated = amount(countAnnotation);
  return {
    name: node.metadata.name ?? '',
    // podRequests has CPU in thousandths, as the scheduler reckons.
    cpuMilli: milliValueOf(node.status?.allocatable?.['cpu']) - taken('cpu'),
    memoryMib: Math.floor((amount('memory') - taken('memory')) / mib),
    gpus: annotated > 0 ? annotated : amount('nvidia.com/gpu') + amount('amd.com/gpu'),
    model: labels[modelKey] ?? labels[productLabel] ?? 'GPU',
    podsMax: Math.max(0, amount('pods') - daemons.length),
  };
}

function podOf(pod: Pod, startMs: number): TracePod {
  const requests = podRequests(pod);
  const { name = '', namespace = '', annotations = {} } = pod.metadata;
  const selected = pod.spec?.nodeSelector ?? {};
  const whole = (requests.get('nvidia.com/gpu') ?? 0) + (requests.get('amd.com/gpu') ?? 0);
  const share = migMilli(requests) + Number(annotations[shareAnnotation] ?? 0);
  const gpus = Number(annotations[countAnnotation] ?? (whole > 0 ? whole : share > 0 ? 1 : 0));
  return {
    name: `${namespace}/${name}`,
    namespace,
    cpuMilli: Math.ceil(requests.get('cpu') ?? 0),
    memoryMib: Math.ceil((requests.get('memory') ?? 0) / mib),
    gpus,
    gpuMilli: gpus === 0 ? 0 : gpus === 1 && share > 0 ? Math.min(1000, share) : 1000,
    models: annotations[modelKey] ?? selected[productLabel] ?? '',
    priority: pod.spec?.priority ?? 0,
    createdSeconds: Math.round((createdMs(pod) - startMs) / 1000),
  };
}

/** Instances of MIG count by their compute slices of seven. */
function migMilli(requests: ReadonlyMap<string, number>): number {
  let milli = 0;
  for (const [name, count] of requests) {
    const slices = Number(/^nvidia\.com\/mig-(\d)g\./.exec(name)?.[1] ?? 0);
    milli += Math.floor((1000 * slices * count) / 7);
  }
  return milli;
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
