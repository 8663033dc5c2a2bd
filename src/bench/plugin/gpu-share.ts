/**
 * The policies as plug-ins of the scheduler: they filter by what is left of each GPU, score, choose the
 * GPUs and write them on the pod, by the annotations of the published simulator.
 * @upstream kubernetes-scheduler-simulator pkg/simulator/plugin/open_gpu_share.go
 */
import { pods, type Node } from '../../../sim/api/kinds/core.js';
import type { Kind } from '../../../sim/api/object.js';
import { milliValueOf, valueOf } from '../../../sim/api/quantity.js';
import {
  status,
  type Handle,
  type Plugin,
  type PluginFactory,
} from '../../../sim/scheduler/framework.js';
import type { NodeInfo } from '../../../sim/scheduler/node-info.js';
import type { PodInfo } from '../../../sim/scheduler/pod-info.js';
import { action } from '../../../sim/scheduler/queue/cluster-event.js';
import { BenchCluster, type BenchNode } from '../cluster/bench-cluster.js';
import { devicesSuffice, modelSuits } from '../cluster/bench-node.js';
import type { Policy, PolicyContext, Scorer } from '../policies/policy.js';
import type { PodShape, TraceNode } from '../trace/trace.js';

/** How many GPUs a node has (capacity), or a pod wants (annotation). */
export const gpuCountKey = 'alibabacloud.com/gpu-count';
/** Thousandths of each GPU that a pod wants. */
export const gpuMilliKey = 'alibabacloud.com/gpu-milli';
/** The GPUs' model: a node's label; the models that a pod accepts: its annotation, `A|B`. */
export const gpuModelKey = 'alibabacloud.com/gpu-card-model';
/** The GPUs that a bound pod has: `0-1`. */
export const gpuIndexKey = 'alibabacloud.com/gpu-index';

const mib = 2 ** 20;

/** Writes are of objects of any kind. */
const podKind = pods as unknown as Kind;

/** What a pod wants, by its annotations and requests. */
export function shapeOf({ pod, request }: PodInfo): PodShape {
  const { annotations = {} } = pod.metadata;
  const gpus = Number(annotations[gpuCountKey] ?? 0);
  return {
    cpuMilli: request.milliCPU,
    memoryMib: Math.ceil(request.memory / mib),
    gpus,
    gpuMilli: gpus === 0 ? 0 : Number(annotations[gpuMilliKey] ?? 1000),
    models: annotations[gpuModelKey] ?? '',
  };
}

/** The name of a policy's plug-in in a KubeSchedulerConfiguration. */
export function gpuShareName(policy: Policy): string {
  return `GpuShare-${policy.name}`;
}

/** The plug-in of a policy. Scores must lie within [0, 100], which those of ATC'23 do. */
export function gpuSharePlugin(policy: Policy, context: PolicyContext): PluginFactory {
  return (_args, handle) => new GpuShare(policy, policy.create(context), handle);
}

class GpuShare implements Plugin {
  readonly name: string;
  readonly normalizeScore?: NonNullable<Plugin['normalizeScore']>;
  /** What may make room: a pod that goes, a node that comes or has more. */
  readonly events = [
    { event: { resource: 'Pod', actions: action.delete } },
    { event: { resource: 'Node', actions: action.add | action.updateNodeAllocatable } },
  ] as const;
  /** The GPUs of pods that are assumed but do not say so themselves yet, by uid. */
  private readonly reserved = new Map<string, readonly number[]>();
  private readonly kept = new WeakMap<NodeInfo, { generation: number; cluster: BenchCluster }>();

  constructor(
    policy: Policy,
    private readonly scorer: Scorer,
    private readonly handle: Handle,
  ) {
    this.name = gpuShareName(policy);
    const { normalize } = scorer;
    if (normalize !== undefined) {
      this.normalizeScore = (_state, scores) => normalize.call(scorer, scores);
    }
  }

  filter: NonNullable<Plugin['filter']> = (_state, pod, node) => {
    const shape = shapeOf(pod);
    if (shape.gpus === 0) return undefined;
    const { model, gpuLeft } = this.nodeOf(node);
    if (!modelSuits(model, shape.models)) {
      return status('UnschedulableAndUnresolvable', this.name, "node(s) didn't match GPU model");
    }
    if (devicesSuffice(gpuLeft, shape)) return undefined;
    return status('Unschedulable', this.name, 'Insufficient GPU share');
  };

  score: NonNullable<Plugin['score']> = (_state, pod, node) =>
    this.scorer.score(this.nodeOf(node), shapeOf(pod));

  /** Chooses the GPUs; the pod itself is counted on the node already. */
  reserve: NonNullable<Plugin['reserve']> = (_state, pod, name) => {
    const shape = shapeOf(pod);
    const node = this.handle.nodes.get(name);
    if (shape.gpus === 0 || node === undefined) return undefined;
    const cluster = this.clusterOf(node, pod.uid);
    const on = onlyNode(cluster);
    if (!on.fits(shape)) return status('Unschedulable', this.name, 'Insufficient GPU share');
    const isShare = shape.gpus === 1 && shape.gpuMilli < 1000;
    const device = isShare ? this.scorer.shareDevice?.(on, shape) : undefined;
    this.reserved.set(pod.uid, cluster.devicesFor(0, shape, device));
    return undefined;
  };

  unreserve: NonNullable<Plugin['unreserve']> = (_state, pod) => {
    this.reserved.delete(pod.uid);
  };

  /** Writes the GPUs on the pod; kube-scheduler may patch a pod's status, metadata included. */
  preBind: NonNullable<Plugin['preBind']> = (_state, { uid, name, namespace }) => {
    const gpus = this.reserved.get(uid);
    if (gpus === undefined) return [];
    const annotations = { [gpuIndexKey]: gpus.join('-') };
    const object = { metadata: { name, namespace, annotations } };
    return [{ verb: 'patch', kind: podKind, object, subresource: 'status' }];
  };

  private nodeOf(node: NodeInfo): BenchNode {
    const kept = this.kept.get(node);
    if (kept?.generation === node.generation) return onlyNode(kept.cluster);
    const cluster = this.clusterOf(node);
    this.kept.set(node, { generation: node.generation, cluster });
    return onlyNode(cluster);
  }

  /** The node with its pods on their GPUs, one of them left out. */
  private clusterOf(node: NodeInfo, except?: string): BenchCluster {
    const cluster = new BenchCluster([traceNodeOf(node.node)]);
    for (const pod of node.pods) {
      if (pod.uid === except) continue;
      const shape = shapeOf(pod);
      const written = pod.pod.metadata.annotations?.[gpuIndexKey]?.split('-').map(Number);
      const gpus = shape.gpus === 0 ? [] : (written ?? this.reserved.get(pod.uid));
      cluster.place(shape, { node: 0, gpus: gpus ?? cluster.devicesFor(0, shape) });
    }
    return cluster;
  }
}

function onlyNode(cluster: BenchCluster): BenchNode {
  // It was made of one node.
  return cluster.nodes[0] as BenchNode;
}

function traceNodeOf({ metadata, status: told }: Node): TraceNode {
  const { allocatable = {} } = told ?? {};
  return {
    name: metadata.name ?? '',
    cpuMilli: milliValueOf(allocatable['cpu']),
    memoryMib: Math.floor(valueOf(allocatable['memory']) / mib),
    gpus: valueOf(allocatable[gpuCountKey]),
    model: metadata.labels?.[gpuModelKey] ?? '',
    podsMax: valueOf(allocatable['pods']),
  };
}
