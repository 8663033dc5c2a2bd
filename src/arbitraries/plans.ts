/** Voyages out of nothing: any small cluster, any workloads, anything that may happen. */
import fc from 'fast-check';
import type { AutoscalerConfig } from '../gpu/autoscaler-config.js';
import { operatorsFor } from '../backends/operators-for.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { ClusterPlan, NodePool, VoyagePlan } from '../voyages/plan.js';
import { events, type EventOptions } from './events.js';
import { podGroupVersion } from './manifests.js';
import { objects, type ObjectOptions } from './objects.js';
import { planArbitrary } from './plan-arbitrary.js';
import { pools, type PoolOptions } from './pools.js';
import { modelMonitor } from '../stacks/releases/model-monitor.js';
import { modelPromoter } from '../stacks/releases/model-promoter.js';
import { trialModelOf } from '../stacks/releases/trial-model.js';
import { trialPaymentsOf } from '../stacks/releases/trial-payments.js';
import { isScaledModel } from '../scenario/edge/model-demand.js';
import { sceneOf } from './scene.js';

/** What voyages are drawn within. */
export interface PlanOptions extends PoolOptions, ObjectOptions, EventOptions {
  /** Cluster Autoscaler and its node groups, which are there on every voyage. Default: none. */
  readonly autoscaler?: AutoscalerConfig;
  /** Whether things may reach each other in another order: seeds besides 0. Default true. */
  readonly hasInterleavings?: boolean;
  /** How long the cluster is left alone before the events and after them. Default two minutes, or twenty. */
  readonly settleMs?: number;
}

/** Some laws only speak of what has gone on for a quarter of an hour. */
const settleTimesMs = [120_000, 1_200_000];
/** A drift is found in some minutes, and then a model is trained and takes over. */
const watchedTimesMs = [600_000, 1_200_000];
/** Whether an autoscaler comes to rest, only a long time of one load tells. */
const scaledTimesMs = [120_000, 1_200_000, 1_200_000];

/** Voyages. */
export function voyagePlans(options: PlanOptions = {}): fc.Arbitrary<VoyagePlan> {
  return planArbitrary(
    fc
      .tuple(pools(options), objects(options))
      .chain(([nodes, manifests]) => voyagesOf(nodes, manifests, options)),
  );
}

/** Voyages of these manifests on these pools. */
export function voyagesOf(
  nodes: readonly NodePool[],
  manifests: readonly KubeObject[],
  options: PlanOptions,
): fc.Arbitrary<VoyagePlan> {
  const { settleMs, autoscaler } = options;
  const cluster = {
    ...clusterFor(nodes, manifests),
    ...(autoscaler !== undefined && { autoscaler }),
  };
  const usual = timesFor(manifests, cluster);
  return fc.record({
    cluster: clusters(cluster, options),
    objects: fc.constant(manifests),
    events: events(sceneOf(cluster, manifests), options),
    seed: seeds(options),
    settleMs: settleMs === undefined ? fc.constantFrom(...usual) : fc.constant(settleMs),
  });
}

/** The cluster; where groups grow and things may go wrong, in one of four voyages half of the machines never come up. */
function clusters(cluster: ClusterPlan, { faults }: PlanOptions): fc.Arbitrary<ClusterPlan> {
  const { autoscaler } = cluster;
  if (autoscaler === undefined || faults?.length === 0) return fc.constant(cluster);
  const nodeGroups = autoscaler.nodeGroups.map(group => ({
    ...group,
    provisioning: { ...group.provisioning, failedShare: 0.5 },
  }));
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(cluster) },
    {
      weight: 1,
      arbitrary: fc.constant({ ...cluster, autoscaler: { ...autoscaler, nodeGroups } }),
    },
  );
}

function timesFor(
  manifests: readonly KubeObject[],
  { hasMetrics }: ClusterPlan,
): readonly number[] {
  if (hasPayments(manifests)) return watchedTimesMs;
  return hasMetrics === true ? scaledTimesMs : settleTimesMs;
}

/** Whether a model is watched. */
function hasPayments(manifests: readonly KubeObject[]): boolean {
  return manifests.some(object => trialPaymentsOf(object) !== undefined);
}

function seeds({ hasInterleavings = true }: PlanOptions): fc.Arbitrary<number> {
  if (!hasInterleavings) return fc.constant(0);
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 0x7fffffff }) },
  );
}

/** The cluster with what the manifests need: operators for their kinds, metrics for autoscalers, gates for gangs. */
export function clusterFor(
  nodes: readonly NodePool[],
  manifests: readonly KubeObject[],
): ClusterPlan {
  const hasModels = manifests.some(object => trialModelOf(object) !== undefined);
  const ofModels = [
    ...(hasModels ? [modelPromoter.name] : []),
    ...(hasPayments(manifests) ? [modelMonitor.name] : []),
  ];
  const operators = [...new Set([...operatorsFor(manifests), ...ofModels])].sort();
  const hasMetrics = manifests.some(
    object => object.kind === 'HorizontalPodAutoscaler' || isScaledModel(object),
  );
  const hasGangs = manifests.some(({ apiVersion }) => apiVersion === podGroupVersion);
  return {
    pools: nodes,
    ...(operators.length > 0 && { operators }),
    ...(hasMetrics && { hasMetrics }),
    ...(hasGangs && { hasGangs }),
  };
}
