/**
 * How long things take on a node: distributions that are drawn from the seed. The defaults are what was
 * measured on a quiet node with containerd; every one can be replaced.
 */
import type { Random } from '../engine/random.js';

/** Milliseconds: a fixed number, or evenly spread between two. */
export type Spread = number | { readonly fromMs: number; readonly toMs: number };

/** The latencies of a kubelet and its container runtime. */
export interface NodeTimings {
  /** From the start of the process to the Node object. */
  readonly register: Spread;
  /** The same when the Node is there already: the kubelet was restarted. */
  readonly registerAgain: Spread;
  /** From the Node object to its condition Ready. */
  readonly becomeReady: Spread;
  /** From the news of a pod to its first sync. */
  readonly acknowledge: Spread;
  /** Mounting a pod's volumes once what they name exists. */
  readonly mountVolumes: Spread;
  /** Sandbox with network. */
  readonly createSandbox: Spread;
  readonly stopSandbox: Spread;
  readonly createContainer: Spread;
  readonly startContainer: Spread;
  /** From the start of a process to its first instruction. */
  readonly launch: Spread;
  /** From the end of a process to its state `exited`. */
  readonly reapContainer: Spread;
  /** Unmounting volumes and removing the cgroup of a pod that has ended. */
  readonly cleanUp: Spread;
  /** The relist of one pod that the kubelet asks for after it did something. */
  readonly relistPod: Spread;
  /** How long the status manager takes to get to a new status. */
  readonly statusBatch: Spread;
  /** A probe or hook that does not say how long it takes. */
  readonly exec: Spread;
  readonly updateResources: Spread;
  /** A registry's answer to the request for a manifest. */
  readonly registryAnswer: Spread;
  /** How fast layers are fetched and unpacked. */
  readonly pullBytesPerSecond: number;
}

/** What was measured on a quiet node: sandbox 0.12 s, container 0.02 + 0.07 s, and so on. */
export const measuredTimings: NodeTimings = {
  register: { fromMs: 400, toMs: 700 },
  registerAgain: { fromMs: 180, toMs: 300 },
  becomeReady: { fromMs: 200, toMs: 300 },
  acknowledge: { fromMs: 4, toMs: 12 },
  mountVolumes: { fromMs: 5, toMs: 15 },
  createSandbox: { fromMs: 100, toMs: 240 },
  stopSandbox: { fromMs: 40, toMs: 120 },
  createContainer: { fromMs: 15, toMs: 40 },
  startContainer: { fromMs: 60, toMs: 110 },
  launch: { fromMs: 15, toMs: 40 },
  reapContainer: { fromMs: 5, toMs: 20 },
  cleanUp: { fromMs: 30, toMs: 120 },
  relistPod: { fromMs: 4, toMs: 10 },
  statusBatch: { fromMs: 2, toMs: 5 },
  exec: { fromMs: 30, toMs: 60 },
  updateResources: { fromMs: 10, toMs: 25 },
  registryAnswer: { fromMs: 5, toMs: 20 },
  pullBytesPerSecond: 100_000_000,
};

/** Draws from a spread. */
export function draw(random: Random, spread: Spread): number {
  return typeof spread === 'number' ? spread : random.between(spread.fromMs, spread.toMs);
}

/** client-go's wait.Jitter: the duration and up to `factor` times as much again. */
export function jitter(random: Random, durationMs: number, factor: number): number {
  return durationMs * (1 + factor * random.float());
}

/** The periods and limits of a kubelet, as its configuration file states them. */
export interface KubeletConfig {
  /** The generic PLEG's period. */
  readonly relistPeriodMs: number;
  /** How often the work queue is looked at. */
  readonly syncTickMs: number;
  readonly resyncIntervalMs: number;
  readonly backOffPeriodMs: number;
  readonly containerBackOffMs: number;
  readonly containerBackOffMaxMs: number;
  readonly imageBackOffMs: number;
  readonly imageBackOffMaxMs: number;
  readonly statusResyncMs: number;
  readonly nodeStatusUpdateMs: number;
  readonly nodeStatusReportMs: number;
  readonly leaseDurationSeconds: number;
  readonly evictionPeriodMs: number;
  readonly housekeepingMs: number;
  readonly serializeImagePulls: boolean;
  readonly podsMax: number;
  /** Events about the node: all that a kubelet tells as it starts, or changes of its conditions only. */
  readonly nodeEvents: 'all' | 'changes';
  /**
   * Whether the volume of each pod's service account holds a token and the cluster's certificate, for
   * which a real kubelet asks the API server once a pod. Programs of a simulation need neither.
   */
  readonly mountsTokens: boolean;
}

/** The defaults of Kubernetes 1.36. */
export const defaultKubeletConfig: KubeletConfig = {
  relistPeriodMs: 1_000,
  syncTickMs: 1_000,
  resyncIntervalMs: 60_000,
  backOffPeriodMs: 10_000,
  containerBackOffMs: 10_000,
  containerBackOffMaxMs: 300_000,
  imageBackOffMs: 10_000,
  imageBackOffMaxMs: 300_000,
  statusResyncMs: 10_000,
  nodeStatusUpdateMs: 10_000,
  nodeStatusReportMs: 300_000,
  leaseDurationSeconds: 40,
  evictionPeriodMs: 10_000,
  housekeepingMs: 2_000,
  serializeImagePulls: true,
  podsMax: 110,
  nodeEvents: 'all',
  mountsTokens: false,
};

/** From a kubelet's start to its first syncs, when there are pods already. */
export const firstSyncs = { fromMs: 1_600, toMs: 2_400 };
