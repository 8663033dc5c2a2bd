/** The flags of Cluster Autoscaler that decide something. @upstream config/flags/flags.go, config/const.go */
import type { ExpanderName } from './expanders.js';

/** Flags, with durations in milliseconds. */
export interface AutoscalerOptions {
  /** Tried in turn; the last tie is broken by chance. */
  readonly expanders: readonly ExpanderName[];
  readonly balanceSimilarNodeGroups: boolean;
  /** Labels that groups may differ in and be similar all the same. */
  readonly balancingIgnoreLabels: readonly string[];
  /** How long after one look at the cluster the next begins. */
  readonly scanIntervalMs: number;
  /** Pods that are younger are no reason for a node yet, besides two seconds that all are given. */
  readonly newPodScaleUpDelayMs: number;
  /** A machine that has not registered after so long is given up. */
  readonly maxNodeProvisionTimeMs: number;
  readonly initialNodeGroupBackoffDurationMs: number;
  readonly maxNodeGroupBackoffDurationMs: number;
  readonly nodeGroupBackoffResetTimeoutMs: number;
  /** 0: no limit. */
  readonly maxNodesTotal: number;
  readonly maxNodesPerScaleUp: number;
  readonly coresTotal: Bounds;
  /** In bytes. */
  readonly memoryTotal: Bounds;
  readonly okTotalUnreadyCount: number;
  readonly maxTotalUnreadyPercentage: number;
  readonly scaleDownEnabled: boolean;
  readonly scaleDownDelayAfterAddMs: number;
  /** 0: as long as the scan interval. */
  readonly scaleDownDelayAfterDeleteMs: number;
  readonly scaleDownDelayAfterFailureMs: number;
  readonly scaleDownUtilizationThreshold: number;
  readonly scaleDownGpuUtilizationThreshold: number;
  readonly scaleDownUnneededTimeMs: number;
  readonly scaleDownUnreadyTimeMs: number;
  readonly scaleDownUnreadyEnabled: boolean;
  readonly ignoreDaemonSetsUtilization: boolean;
  readonly ignoreMirrorPodsUtilization: boolean;
  readonly unremovableNodeRecheckTimeoutMs: number;
  readonly maxScaleDownParallelism: number;
  readonly maxDrainParallelism: number;
  /** For how long the pods of a node are given to end by themselves. */
  readonly maxGracefulTerminationMs: number;
  /** For how long an eviction is tried again. */
  readonly maxPodEvictionTimeMs: number;
  readonly skipNodesWithSystemPods: boolean;
  readonly skipNodesWithLocalStorage: boolean;
  readonly skipNodesWithCustomControllerPods: boolean;
  readonly minReplicaCount: number;
  /** How long a pod of kube-system without a budget keeps its node. */
  readonly systemPodDisruptionTimeoutMs: number;
  /** The label by which the provider marks nodes with GPUs. */
  readonly gpuLabel: string;
}

/** From, to. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

const minute = 60_000;
const gibibyte = 2 ** 30;

/** What the flags are when nobody sets them. */
export const defaultOptions: AutoscalerOptions = {
  expanders: ['least-waste'],
  balanceSimilarNodeGroups: false,
  balancingIgnoreLabels: [],
  scanIntervalMs: 10_000,
  newPodScaleUpDelayMs: 0,
  maxNodeProvisionTimeMs: 15 * minute,
  initialNodeGroupBackoffDurationMs: 5 * minute,
  maxNodeGroupBackoffDurationMs: 30 * minute,
  nodeGroupBackoffResetTimeoutMs: 180 * minute,
  maxNodesTotal: 0,
  maxNodesPerScaleUp: 1000,
  coresTotal: { min: 0, max: 320_000 },
  memoryTotal: { min: 0, max: 6_400_000 * gibibyte },
  okTotalUnreadyCount: 3,
  maxTotalUnreadyPercentage: 45,
  scaleDownEnabled: true,
  scaleDownDelayAfterAddMs: 10 * minute,
  scaleDownDelayAfterDeleteMs: 0,
  scaleDownDelayAfterFailureMs: 3 * minute,
  scaleDownUtilizationThreshold: 0.5,
  scaleDownGpuUtilizationThreshold: 0.5,
  scaleDownUnneededTimeMs: 10 * minute,
  scaleDownUnreadyTimeMs: 20 * minute,
  scaleDownUnreadyEnabled: true,
  ignoreDaemonSetsUtilization: false,
  ignoreMirrorPodsUtilization: false,
  unremovableNodeRecheckTimeoutMs: 5 * minute,
  maxScaleDownParallelism: 10,
  maxDrainParallelism: 1,
  maxGracefulTerminationMs: 10 * minute,
  maxPodEvictionTimeMs: 2 * minute,
  skipNodesWithSystemPods: true,
  skipNodesWithLocalStorage: true,
  skipNodesWithCustomControllerPods: true,
  minReplicaCount: 0,
  systemPodDisruptionTimeoutMs: 60 * minute,
  gpuLabel: 'cloud.google.com/gke-accelerator',
};
