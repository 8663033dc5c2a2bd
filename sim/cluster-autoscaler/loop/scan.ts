/** One look at the cluster: groups grow for pods that wait, or nodes that nobody needs go. @upstream core/static_autoscaler.go */
import { daemonSets } from '../../api/kinds/apps.js';
import { nodes, pods, type Node, type Pod } from '../../api/kinds/core.js';
import { podDisruptionBudgets } from '../../api/kinds/policy.js';
import { timeMs } from '../../api/time.js';
import type { View } from '../../client/contract.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import type { Random } from '../../engine/random.js';
import { ClusterSnapshot, type Scene } from '../cluster-snapshot.js';
import type { NodeGroup } from '../node-group.js';
import type { AutoscalerOptions } from '../options.js';
import { withinBudget } from '../scale-down/deletion-budget.js';
import { ScaleDownPlanner } from '../scale-down/planner.js';
import { scaleUpEvents } from '../scale-up/events.js';
import { isWorthANode, upcomingOf, withoutPlace } from '../scale-up/pending-pods.js';
import { scaleUp } from '../scale-up/scale-up.js';
import { templatesOf } from '../templates/templates.js';
import type { CloudProvider } from './cloud-provider.js';
import { seenNode, withUpcoming } from './seen-nodes.js';

/** What the loop works with. */
export interface LoopTools {
  readonly provider: CloudProvider;
  readonly options: AutoscalerOptions;
  readonly events: EventRecorder;
  readonly random: Random;
}

/** A node that is being deleted. */
export interface Deletion {
  readonly group: string;
  readonly isDrained: boolean;
}

/** Younger pods may find a place by themselves. */
const youngMs = 2000;
const delayAfterAddMs = 600_000;
const delayAfterFailureMs = 180_000;

/** What is remembered between looks. */
export class AutoscalerLoop {
  readonly deleting = new Map<string, Deletion>();
  private readonly planner: ScaleDownPlanner;
  private grewMs = -Infinity;
  private failedMs = -Infinity;

  constructor(private readonly tools: LoopTools) {
    this.planner = new ScaleDownPlanner(tools.options);
  }

  /** Looks once, lets the groups grow that should, and returns the nodes that are to be deleted. */
  scan(view: View, nowMs: number): readonly string[] {
    const { provider, options } = this.tools;
    const seen = view.list(nodes).map(node => seenNode(node, options.gpuLabel));
    const groups = provider.groups().map(group => withUpcoming(group, seen, nowMs));
    const alive = view.list(pods).filter(isAlive);
    const scene = { nodes: seen, pods: alive.filter(isPlaced), objects: view, nowMs };
    if (this.grows(scene, groups, alive)) {
      this.grewMs = nowMs;
      return [];
    }
    return this.shrinks(scene, groups, view);
  }

  /** A deletion has ended. */
  ended(node: string, isDone: boolean, nowMs: number): void {
    this.deleting.delete(node);
    if (!isDone) this.failedMs = nowMs;
  }

  private grows(scene: Scene, groups: readonly NodeGroup[], alive: readonly Pod[]): boolean {
    const { options, random, events, provider } = this.tools;
    const waiting = alive.filter(isWorthANode);
    if (waiting.every(pod => isYoung(pod, scene.nowMs))) return false;
    const awaited = this.withAwaited(scene, groups);
    const unschedulable = withoutPlace(new ClusterSnapshot(awaited), waiting);
    if (unschedulable.length === 0) return false;
    const decided = scaleUp({ ...awaited, groups, unschedulable, options, random });
    for (const { group, add } of decided.growth) provider.grow(group.name, add);
    for (const { pod, reason, message } of scaleUpEvents(decided)) {
      events.record({ regarding: pod, type: 'Normal', reason, message });
    }
    return decided.growth.length > 0;
  }

  /** The cluster as if the nodes were there that are on their way. */
  private withAwaited(scene: Scene, groups: readonly NodeGroup[]): Scene {
    const podsOn = (name: string): readonly Pod[] =>
      scene.pods.filter(({ spec }) => spec?.nodeName === name);
    const sets = scene.objects.list(daemonSets);
    const templates = templatesOf({ ...scene, groups, podsOn, daemonSets: sets });
    const upcoming = upcomingOf(groups, templates);
    return {
      ...scene,
      nodes: [...scene.nodes, ...upcoming.map(({ node }) => node)],
      pods: [...scene.pods, ...upcoming.flatMap(each => each.pods)],
    };
  }

  private shrinks(scene: Scene, groups: readonly NodeGroup[], view: View): readonly string[] {
    const { options } = this.tools;
    const counts = new Map<string, number>();
    for (const { group } of this.deleting.values()) counts.set(group, (counts.get(group) ?? 0) + 1);
    const staying = scene.nodes.filter(node => !this.deleting.has(nameOf(node)));
    const budgets = view.list(podDisruptionBudgets);
    this.planner.update({ ...scene, nodes: staying, groups, budgets, deleting: counts });
    const isCooling =
      scene.nowMs < this.grewMs + delayAfterAddMs ||
      scene.nowMs < this.failedMs + delayAfterFailureMs;
    if (isCooling) return [];
    const groupOf = new Map(
      groups.flatMap(({ name, nodes: own }) => own.map(each => [each, name])),
    );
    const drains = [...this.deleting.values()].filter(({ isDrained }) => isDrained).length;
    const going = { empty: this.deleting.size - drains, drain: drains };
    const chosen = withinBudget(this.planner.nodesToDelete(), options, going, ({ node }) => {
      return groupOf.get(nameOf(node)) ?? '';
    });
    for (const { node, podsToReschedule } of [...chosen.empty, ...chosen.drain]) {
      const name = nameOf(node);
      const isDrained = podsToReschedule.length > 0;
      this.deleting.set(name, { group: groupOf.get(name) ?? '', isDrained });
    }
    return [...chosen.empty, ...chosen.drain].map(({ node }) => nameOf(node));
  }
}

function isAlive({ status }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

function isPlaced({ spec }: Pod): boolean {
  return (spec?.nodeName ?? '') !== '';
}

function isYoung({ metadata }: Pod, nowMs: number): boolean {
  return (timeMs(metadata.creationTimestamp) ?? 0) + youngMs > nowMs;
}

function nameOf({ metadata }: Node): string {
  return metadata.name ?? '';
}
