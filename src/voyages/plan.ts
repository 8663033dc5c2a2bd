/** The plan of a voyage: all that decides what happens, as plain JSON that can be kept, read and changed. */
import type { KubeObject } from '../../sim/api/object.js';
import type { AutoscalerConfig } from '../gpu/autoscaler-config.js';
import type { Happening } from '../scenario/happening.js';

/** Nodes that are alike. */
export interface NodePool {
  /** Stands in the label seatrial.dev/pool. */
  readonly name: string;
  readonly count: number;
  /** As quantities; the defaults are those of a kind node: 8 and 32Gi. */
  readonly cpu?: string;
  readonly memory?: string;
  /** GPUs of each node, by product as nvidia.com/gpu.product has it. */
  readonly gpus?: { readonly product: string; readonly count: number };
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly {
    readonly key: string;
    readonly value?: string;
    readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  }[];
}

/** The cluster of a voyage: a control plane's node, and pools. */
export interface ClusterPlan {
  readonly pools: readonly NodePool[];
  /** Cluster Autoscaler and its node groups. Default: the nodes stay as they are. */
  readonly autoscaler?: AutoscalerConfig;
  /** The modelled operators that run. Default: none. */
  readonly operators?: readonly string[];
  /** Whether metrics-server runs, which autoscalers need. Default false. */
  readonly hasMetrics?: boolean;
  /** Whether gangs are scheduled: pod groups are alpha, behind gates. Default false. */
  readonly hasGangs?: boolean;
}

/** Something that happens, so long after what happened before. */
export type VoyageEvent = Happening & { readonly afterMs: number };

/** The plan of a voyage. Equal plans give equal histories, to the byte. */
export interface VoyagePlan {
  readonly cluster: ClusterPlan;
  /** The manifests, in the order in which they are applied. */
  readonly objects: readonly KubeObject[];
  readonly events: readonly VoyageEvent[];
  /** Of timings and interleavings; 0: requests and watches take no longer than they must. */
  readonly seed: number;
  /** How long the cluster is left alone before the events and after them. */
  readonly settleMs: number;
}

/** How large a plan is: what shrinking makes smaller. */
export interface PlanSize {
  readonly nodes: number;
  readonly objects: number;
  readonly events: number;
}

/** The size of a plan. */
export function sizeOf({ cluster, objects, events }: VoyagePlan): PlanSize {
  const nodes = cluster.pools.reduce((sum, { count }) => sum + count, 0);
  return { nodes, objects: objects.length, events: events.length };
}

/** The name of the cluster in a plan: what its nodes' names begin with, as kind names them. */
export const clusterName = 'sea';

/** The names of the nodes of pools, without the control plane's: `sea-worker`, `sea-worker2`, ... */
export function nodeNames(pools: readonly Pick<NodePool, 'count'>[]): string[] {
  const count = pools.reduce((sum, pool) => sum + pool.count, 0);
  return Array.from({ length: count }, (_, index) =>
    index === 0 ? `${clusterName}-worker` : `${clusterName}-worker${index + 1}`,
  );
}
