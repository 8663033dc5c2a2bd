/** The flags of the node life cycle controller. @upstream pkg/controller/nodelifecycle/config/v1alpha1/defaults.go */

/** What kube-controller-manager is given as flags. */
export interface NodeLifecycleSettings {
  /** --node-monitor-period. */
  readonly monitorPeriodMs: number;
  /** --node-monitor-grace-period. */
  readonly graceMs: number;
  /** --node-startup-grace-period. */
  readonly startupGraceMs: number;
  /** --node-eviction-rate. */
  readonly evictionsPerSecond: number;
  /** --secondary-node-eviction-rate. */
  readonly secondaryEvictionsPerSecond: number;
  /** --unhealthy-zone-threshold. */
  readonly unhealthyZoneShare: number;
  /** --large-cluster-size-threshold. */
  readonly largeZoneNodes: number;
}

/** The defaults of 1.36. */
export const defaultNodeLifecycleSettings: NodeLifecycleSettings = {
  monitorPeriodMs: 5000,
  graceMs: 50_000,
  startupGraceMs: 60_000,
  evictionsPerSecond: 0.1,
  secondaryEvictionsPerSecond: 0.01,
  unhealthyZoneShare: 0.55,
  largeZoneNodes: 50,
};
