/** Workload inflation: pods arrive one by one and stay; what fits nowhere has failed for good. */
import { Random } from '../../../sim/engine/random.js';
import type { TieRule } from '../../../sim/scheduler/ties.js';
import { BenchCluster, type Placement } from '../cluster/bench-cluster.js';
import { FragmentationMeter } from '../cluster/fragmentation-meter.js';
import { Fragmentation } from '../cluster/fragmentation.js';
import { Placer } from '../cluster/placer.js';
import { typicalPods } from '../cluster/typical-pods.js';
import type { Policy } from '../policies/policy.js';
import { podClass, gpuMilliOf, type PodClass, type Trace } from '../trace/trace.js';
import type { ArrivalOrder } from './arrival-order.js';
import { ArrivalSeries, type Series } from './arrival-series.js';
import type { HeatRecorder } from './heat.js';

/** What was decided for a pod, and how the cluster stood afterwards. */
export interface InflationEvent {
  /** From 0, in the order of arrival. */
  readonly event: number;
  readonly podRow: number;
  /** The node's row in the trace, with the GPUs; absent: the pod has failed. */
  readonly placement: Placement | undefined;
  readonly allocatedMilli: number;
  readonly fragmentedMilli: number;
  readonly unallocatedMilli: number;
}

/** What came of a run. */
export interface InflationResult {
  readonly policy: string;
  readonly seed: number;
  readonly events: number;
  readonly failed: Readonly<Record<PodClass, number>>;
  readonly capacityMilli: number;
  readonly allocatedMilli: number;
  readonly series: Series;
}

/** How a run is made. */
export interface InflationOptions {
  readonly policy: Policy;
  readonly order: ArrivalOrder;
  readonly ties: TieRule;
  /** Notes the GPUs every few per cent of arrival. */
  readonly heat?: HeatRecorder | undefined;
  /** Told every decision, in order. */
  readonly onEvent?: (event: InflationEvent) => void;
}

/** Per cent of arrival between two columns of a heat map. */
const heatStep = 2;

/** Runs the whole order through one policy. */
export function inflate(trace: Trace, options: InflationOptions): InflationResult {
  const { policy, order, ties, heat, onEvent } = options;
  const nodeRows = rowsByRank(order.nodeRank);
  const cluster = new BenchCluster(nodeRows.map(row => trace.nodes[row] ?? missing()));
  const fragmentation = new Fragmentation(typicalPods(trace.pods));
  const meter = new FragmentationMeter(cluster, fragmentation);
  const random = new Random(order.seed).fork('bench').fork(policy.name);
  const placer = new Placer(cluster, { policy, ties, fragmentation, random });
  const failed = { cpu: 0, share: 0, one: 0, multi: 0 };
  const series = new ArrivalSeries(cluster.capacityMilli);
  let arrivedMilli = 0;
  let nextHeat = 0;
  for (const [event, podRow] of order.podRows.entries()) {
    const pod = trace.pods[podRow] ?? missing();
    arrivedMilli += gpuMilliOf(pod);
    const placement = placer.find(pod);
    if (placement === undefined) failed[podClass(pod)]++;
    else cluster.place(pod, placement);
    const { allocatedMilli } = cluster;
    const fragmentedMilli = meter.total();
    series.add({ arrivedMilli, allocatedMilli, fragmentedMilli });
    const arrived = (100 * arrivedMilli) / cluster.capacityMilli;
    if (heat !== undefined && arrived >= nextHeat) {
      heat.note(nextHeat, cluster);
      nextHeat += heatStep;
    }
    onEvent?.({
      event,
      podRow,
      placement: placement && { ...placement, node: nodeRows[placement.node] ?? 0 },
      allocatedMilli,
      fragmentedMilli,
      unallocatedMilli: cluster.capacityMilli - allocatedMilli,
    });
  }
  return {
    policy: policy.name,
    seed: order.seed,
    events: order.podRows.length,
    failed,
    capacityMilli: cluster.capacityMilli,
    allocatedMilli: cluster.allocatedMilli,
    series: series.finished(),
  };
}

function rowsByRank(nodeRank: readonly number[]): number[] {
  const rows = nodeRank.map((_, row) => row);
  return rows.sort((a, b) => (nodeRank[a] ?? 0) - (nodeRank[b] ?? 0));
}

function missing(): never {
  throw new RangeError('an order names rows that the trace does not have');
}
