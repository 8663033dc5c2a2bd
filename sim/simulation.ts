/** What a booted simulation is, for those who drive it: the backend, the tests, the benchmarks. */
import type { ContainerUsage, GpuReading, NodeEndpoints } from './api/node-endpoint.js';
import type { FeatureGates, RuntimeConfig } from './api/feature-gates.js';
import type { Pod } from './api/kinds/core.js';
import type { KubeObject } from './api/object.js';
import type { RecordedPast } from './api/recorded-past.js';
import type { Serve } from './api/request.js';
import type { ClusterAuthority } from './api/root-ca.js';
import type { CloudGroup } from './cluster-autoscaler/machines/machines.js';
import type { AutoscalerOptions } from './cluster-autoscaler/options.js';
import type { Connect } from './client/contract.js';
import type { Process } from './client/runtime.js';
import type { Clock } from './engine/clock.js';
import type { Loop } from './engine/loop.js';
import type { PlantedFault } from './engine/planted.js';
import type { Random } from './engine/random.js';
import type { Trace } from './engine/trace.js';
import type { ClusterNetwork } from './network/contract.js';
import type { LoggedLine } from './nodes/container-runtime.js';
import type { Operator } from './operators/operator.js';
import type { KubeSchedulerOptions } from './scheduler/kube-scheduler.js';
import type { AuditReader } from './server/audit/auditor.js';
import type { ApiServer, ApiServerOptions } from './server/contract.js';
import type { ServerSettings } from './server/resources/strategy.js';
import type { Weather } from './weather.js';
import type { WorkloadRule } from './workloads/workload.js';

/** How long the ways between the parts take, in virtual milliseconds. */
export interface Latencies {
  /** From a component to the API server. Default 1. */
  readonly requestMs: number;
  /** Back. Default 2. */
  readonly answerMs: number;
  /** From a stored change to a watcher's cache. Default 2. */
  readonly watchMs: number;
}

/**
 * The latencies unless a run says otherwise: an API server and an etcd on one quiet machine, where a
 * watcher hears of a write no later than its writer.
 */
export const defaultLatencies: Latencies = { requestMs: 1, answerMs: 2, watchMs: 2 };

/** A node as the cluster is booted with it. */
export interface NodeShape {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly {
    readonly key: string;
    readonly value?: string;
    readonly effect: string;
  }[];
  /** As quantities: cpu, memory, ephemeral-storage, pods. */
  readonly capacity: Readonly<Record<string, string>>;
  /** What the kubelet keeps for itself and the system: cpu and memory. Default nothing. */
  readonly reserved?: Readonly<Record<string, string>>;
  /** Devices by the resource that counts them: `nvidia.com/gpu`. */
  readonly devices: readonly NodeDevice[];
  readonly isControlPlane: boolean;
  /** When it joins the cluster, in milliseconds since the epoch. Default: at the boot. */
  readonly joinsAtMs?: number;
}

/** A device of a node. */
export interface NodeDevice {
  /** The GPU, by its index on the node, of which it is a part or a share. */
  readonly gpu?: number;
  readonly resourceName: string;
  readonly id: string;
  readonly model: string;
  readonly memoryMiB: number;
  /** Of a share that has only its part of the memory: all of it. */
  readonly wholeMemoryMiB?: number;
  /** Its plug-in refuses a container that asks for several. */
  readonly isOneEach?: boolean;
  /** Of a MIG part: the GPU that it is cut from, and its number there. */
  readonly instance?: { readonly gpuId: string; readonly number: number };
}

/** Cluster Autoscaler, its flags, and what it lets grow. */
export interface NodeAutoscaling {
  readonly groups: readonly MachineGroup[];
  readonly flags?: Partial<AutoscalerOptions>;
}

/** Machines of one kind, which a cloud makes and takes away. */
export interface MachineGroup extends CloudGroup {
  /** The node that a machine of this name becomes. */
  readonly shapeOf: (name: string) => NodeShape;
}

/** What a simulation is booted from. */
export interface SimulationOptions {
  readonly seed: number;
  /** Where virtual time starts. Default 2026-01-01T00:00:00Z. */
  readonly startMs?: number;
  readonly nodes: readonly NodeShape[];
  /** Answers for nodes that the simulation does not boot itself. */
  readonly endpoints?: NodeEndpoints;
  readonly settings?: Partial<ServerSettings>;
  /** The feature gates of all programs: those of `knownGates`. Default: none is on. */
  readonly featureGates?: FeatureGates;
  /** The API versions behind those gates that are served. Default: none. */
  readonly runtimeConfig?: RuntimeConfig;
  readonly latencies?: Partial<Latencies>;
  /**
   * Another number, another order in which requests and watch events arrive; 0, the default: each takes
   * what `latencies` say.
   */
  readonly interleaving?: number;
  /** Defects that tests plant, to see whether the laws find them. Never set it elsewhere. */
  readonly planted?: readonly PlantedFault[];
  readonly workloads?: readonly WorkloadRule[];
  /** Images that no registry has: `webserver:404`, with `*` for any run of characters. Default: none. */
  readonly missingImages?: readonly string[];
  /** Images that somebody has loaded onto every node, in the same words. Default: none. */
  readonly loadedImages?: readonly string[];
  /**
   * The Services that pods of the manifests serve, as `namespace/name`: who waits for another one is taken to
   * find it. Default: who waits for a name of the cluster waits until there is somebody.
   */
  readonly servedServices?: readonly string[];
  /**
   * The cluster's authority, whose certificate pods find and who signs CertificateSigningRequests. Default: a
   * certificate stands in, and nobody signs.
   */
  readonly authority?: ClusterAuthority;
  /** Whether pods find their account's token and the cluster's certificate as files. Default false. */
  readonly mountsTokens?: boolean;
  /** Whether metrics-server runs: `kubectl top` and autoscalers by resources need it. Default true. */
  readonly hasMetricsServer?: boolean;
  /**
   * Whether dcgm-exporter, Prometheus and its adapter run, so that custom.metrics.k8s.io serves what
   * pods use of their GPUs. Default false.
   */
  readonly hasGpuMetrics?: boolean;
  /**
   * Whether claims find kind's default class, `standard`, and the provisioner of local volumes behind
   * it. Default true.
   */
  readonly hasStorageClass?: boolean;
  /** What kube-scheduler is started with. Default: without a configuration. */
  readonly scheduler?: KubeSchedulerOptions;
  /** Operators, which are installed at boot. */
  readonly operators?: readonly Operator[];
  /** Groups of machines that Cluster Autoscaler lets grow and shrink. Default: the nodes stay as they are. */
  readonly autoscaler?: NodeAutoscaling;
  /** Controllers that kube-controller-manager is started without, by name. Default: none. */
  readonly withoutControllers?: readonly string[];
  /** What a recorded cluster drew, where this one plays it again. Default: nothing. */
  readonly past?: RecordedPast;
  /** Calls the webhooks that are named by their URL. Default: their servers are not found. */
  readonly callWebhook?: NonNullable<ApiServerOptions['callWebhook']>;
  /** What the API server writes to its audit log, and who reads it. Default: it keeps none. */
  readonly audit?: AuditReader & {
    /** A Policy of audit.k8s.io/v1. */
    readonly policy: KubeObject;
  };
  /** Stands before the API server's door, for whoever watches what is asked and answered. Default: nobody. */
  readonly door?: (serve: Serve, clock: Clock) => Serve;
  /** What OpenAPI tells of the built-in kinds: what `kubectl explain` shows. Default: nothing. */
  readonly openapi?: NonNullable<ApiServerOptions['openapi']>;
  /** Whether the API server counts requests for its `/metrics`. Default false. */
  readonly countsRequests?: boolean;
  /** Hears every line that a container writes; it must not change anything. */
  readonly onLog?: (line: LoggedLine) => void;
  /** Keeps every entry of the trace, to name the first difference. Default false. */
  readonly keepsTrace?: boolean;
}

/** A node of a booted simulation. */
export interface SimulatedNode {
  readonly name: string;
  readonly process: Process;
  /** A device reports an Xid error and turns unhealthy; false when there is no such device. */
  failDevice(device: number | string, xid: number): boolean;
  /** A device is well again; false when there is no such device. */
  repairDevice(device: number | string): boolean;
  /** Images take so many times as long from now on. */
  slowImages(factor: number): void;
  /** The disk is full, or it no longer is. */
  setDiskPressure(isLow: boolean): void;
  /** The machine is taken away: its kubelet stops, and whatever runs on it ends at once. */
  powerOff(): void;
  /** Takes over the containers of a pod that ran before the simulation began. */
  adopt(pod: Pod): void;
  usage(): readonly ContainerUsage[];
  gpus(): readonly GpuReading[];
}

/** A booted simulation. Time stands still until its loop is run. */
export interface Simulation {
  readonly loop: Loop;
  readonly trace: Trace;
  readonly random: Random;
  readonly server: ApiServer;
  /** The API server without latency, for whoever stands outside of virtual time. */
  readonly serve: Serve;
  /** The way to the API server that components take, with its latencies. */
  readonly connect: Connect;
  /** By name: kube-controller-manager, kube-scheduler, kubelet/<node>, and what was added. */
  readonly processes: ReadonlyMap<string, Process>;
  readonly nodes: ReadonlyMap<string, SimulatedNode>;
  /** Nodes whose machines are gone, for accounts of what they did. */
  readonly formerNodes: readonly SimulatedNode[];
  /** What goes wrong on the way between processes and the API server. */
  readonly weather: Weather;
  /** Where connections would go: for traffic, which reckons with many at once. */
  readonly network: Pick<
    ClusterNetwork,
    'route' | 'reach' | 'shutBy' | 'hasProxyAt' | 'version' | 'outside'
  >;
}
