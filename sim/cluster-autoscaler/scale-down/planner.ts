/** Keeps account of the nodes that nobody needs, and decides which go. @upstream core/scaledown/planner/planner.go */
import type { Node } from '../../api/kinds/core.js';
import type { PodDisruptionBudget } from '../../api/kinds/policy.js';
import { invariant } from '../../engine/invariant.js';
import { ClusterSnapshot, type Scene } from '../cluster-snapshot.js';
import { RemainingBudgets } from '../disruption-budgets.js';
import type { NodeGroup } from '../node-group.js';
import type { AutoscalerOptions } from '../options.js';
import { Quota } from '../quota.js';
import { ineligibility } from './eligibility.js';
import { Hints } from './hints.js';
import { tryRemoval, type Removal, type Unremovable } from './removal.js';
import { UnneededNodes } from './unneeded.js';
import { utilizationOf, type Utilization } from '../utilization.js';

/** The cluster at one moment; its nodes are the candidates, in this order. */
export interface ScaleDownScene extends Scene {
  readonly groups: readonly NodeGroup[];
  readonly budgets: readonly PodDisruptionBudget[];
  /** By group, how many of its nodes are being deleted. Default: none. */
  readonly deleting?: ReadonlyMap<string, number>;
}

/** The nodes whose time has come. */
export interface NodesToDelete {
  readonly empty: readonly Removal[];
  readonly drain: readonly Removal[];
}

/** Remembers from one look at the cluster to the next. */
export class ScaleDownPlanner {
  private readonly unneededNodes: UnneededNodes;
  private readonly hints = new Hints();
  /** Until when nodes that a try has found unremovable are not tried again. */
  private recent = new Map<string, number>();
  private reasons = new Map<string, Unremovable>();
  private scene: ScaleDownScene | undefined;
  private shortestIntervalMs: number;
  private latestMs = -Infinity;

  constructor(private readonly options: AutoscalerOptions) {
    this.unneededNodes = new UnneededNodes(options);
    this.shortestIntervalMs = options.scaleDownUnneededTimeMs;
  }

  /** The nodes that could go, by name. */
  get unneeded(): readonly string[] {
    return this.unneededNodes.names;
  }

  /** What keeps the other nodes, and after `nodesToDelete` also those that could go but not yet. */
  get unremovable(): ReadonlyMap<string, Unremovable> {
    return this.reasons;
  }

  /** The cluster is not well: nothing is known to be unneeded any more. @upstream CleanUpUnneededNodes */
  forget(): void {
    this.unneededNodes.update([], 0);
  }

  /** How much of the node was in use at the last look. */
  utilizationOf(node: Node): Utilization | undefined {
    const { pods = [], nowMs = 0 } = this.scene ?? {};
    const own = pods.filter(({ spec }) => spec?.nodeName === nameOf(node));
    return utilizationOf(node, own, { options: this.options, nowMs });
  }

  /** Looks at the cluster as it is now. */
  update(scene: ScaleDownScene): void {
    this.shortestIntervalMs = Math.min(this.shortestIntervalMs, scene.nowMs - this.latestMs);
    this.latestMs = scene.nowMs;
    this.scene = scene;
    this.reasons = new Map();
    this.forgetRecent(scene);
    this.unneededNodes.update(this.removals(scene), scene.nowMs);
    this.hints.dropOld();
  }

  /** Of the nodes that the last look found unneeded, those that may go now. */
  nodesToDelete(): NodesToDelete {
    const { scene } = this;
    invariant(scene !== undefined, 'nodes are deleted of a cluster that was looked at');
    const { nodes, groups } = scene;
    const groupOf = groupsByNode(groups);
    const grouped = nodes.map(node => ({ node, group: groupOf.get(nameOf(node))?.name }));
    const quota = Quota.forRemoval(grouped, this.options);
    const { empty, drain, unremovable } = this.unneededNodes.removable({ scene, quota, groupOf });
    for (const each of unremovable) this.reasons.set(nameOf(each.node), each);
    // Nodes whose pods must go one after another come last.
    const byRisk = [...drain.filter(each => !each.isRisky), ...drain.filter(each => each.isRisky)];
    const isFree = ({ node, onCompletionPods }: Removal): boolean => {
      if (onCompletionPods.length === 0) return true;
      this.reasons.set(nameOf(node), { node, reason: 'BlockedByOnCompletionPod' });
      return false;
    };
    return { empty: empty.filter(isFree), drain: byRisk.filter(isFree) };
  }

  private forgetRecent({ nodes, nowMs }: ScaleDownScene): void {
    const names = new Set(nodes.map(nameOf));
    this.recent = new Map(
      [...this.recent].filter(([name, untilMs]) => names.has(name) && untilMs > nowMs),
    );
  }

  private removals(scene: ScaleDownScene): readonly Removal[] {
    const { objects, nowMs } = scene;
    const { options, hints } = this;
    const snapshot = new ClusterSnapshot(scene);
    const destinations = new Set(scene.nodes.map(nameOf));
    const budgets = new RemainingBudgets(scene.budgets);
    const context = { snapshot, destinations, budgets, objects, options, hints, nowMs };
    const removals: Removal[] = [];
    for (const node of this.eligible(scene, snapshot)) {
      if (removals.length >= this.removalsMax()) break;
      const tried = tryRemoval(node, context);
      if ('reason' in tried) {
        this.reasons.set(nameOf(node), tried);
        this.recent.set(nameOf(node), nowMs + options.unremovableNodeRecheckTimeoutMs);
        continue;
      }
      destinations.delete(nameOf(node));
      budgets.take(tried.podsToReschedule);
      removals.push(tried);
    }
    return removals;
  }

  private eligible(scene: ScaleDownScene, snapshot: ClusterSnapshot): readonly Node[] {
    const groupOf = groupsByNode(scene.groups);
    const { options } = this;
    return scene.nodes.filter(node => {
      const name = nameOf(node);
      const candidate = { node, pods: snapshot.podsOn(name), isAutoscaled: groupOf.has(name) };
      const reason = this.recent.has(name)
        ? 'RecentlyUnremovable'
        : ineligibility(candidate, { options, nowMs: scene.nowMs });
      if (reason !== undefined) this.reasons.set(name, { node, reason });
      return reason === undefined;
    });
  }

  /** More unneeded nodes than could be deleted before the next one is due need not be known. */
  private removalsMax(): number {
    const { maxScaleDownParallelism: atOnce, scaleDownUnneededTimeMs } = this.options;
    const intervalMs = Math.max(this.shortestIntervalMs, shortestMs);
    const rounds = Math.floor(Math.max(scaleDownUnneededTimeMs, intervalMs) / intervalMs);
    return Math.min(atOnce * rounds + atOnce, this.unneededNodes.names.length + 2 * atOnce);
  }
}

const shortestMs = 1e-6;

function groupsByNode(groups: readonly NodeGroup[]): ReadonlyMap<string, NodeGroup> {
  return new Map(groups.flatMap(group => group.nodes.map(node => [node, group])));
}

function nameOf({ metadata }: Node): string {
  return metadata.name ?? '';
}
