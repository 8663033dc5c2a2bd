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
import type { Removal } from '../scale-down/removal.js';
import { StatusTeller, type StatusScene } from '../status/status.js';
import { scaleUpEvents } from '../scale-up/events.js';
import { isWorthANode, upcomingOf, withoutPlace } from '../scale-up/pending-pods.js';
import { scaleUp, type ScaleUp } from '../scale-up/scale-up.js';
import { goQuote } from '../../api/go-text.js';
import { podKey } from '../pods.js';
import { templatesOf } from '../templates/templates.js';
import type { CloudProvider } from './cloud-provider.js';
import { ClusterState, type LoopEvent } from './cluster-state.js';
import { seenNode } from './seen-nodes.js';

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

/** What one look has led to. */
export interface Look {
  /** The nodes that are to be deleted. */
  readonly deletions: readonly string[];
  /** What is told about the autoscaler itself. */
  readonly told: readonly LoopEvent[];
}

/** Younger pods may find a place by themselves. */
const youngMs = 2000;

/** What is remembered between looks. */
export class AutoscalerLoop {
  readonly deleting = new Map<string, Deletion>();
  private readonly planner: ScaleDownPlanner;
  private readonly state: ClusterState;
  private readonly teller = new StatusTeller();
  private candidates: ReadonlySet<string> = new Set();
  private lookedForCandidatesMs: number | undefined;
  private seen: readonly Node[] = [];
  private grewMs = -Infinity;
  private failedMs = -Infinity;
  private deletedMs = -Infinity;

  constructor(private readonly tools: LoopTools) {
    this.planner = new ScaleDownPlanner(tools.options);
    this.state = new ClusterState(tools.options);
  }

  /** Looks once, lets the groups grow that should, and finds the nodes that are to be deleted. */
  scan(view: View, nowMs: number): Look {
    const { provider, options } = this.tools;
    const { state } = this;
    const seen = view.list(nodes).map(node => seenNode(node, options.gpuLabel));
    this.seen = seen;
    const told = state.update(provider.groups(), seen, nowMs);
    told.push(...this.giveUpMachines(nowMs));
    if (!state.isHealthy) {
      this.planner.forget();
      const message = 'Cluster is unhealthy';
      return { deletions: [], told: [...told, warning('ClusterUnhealthy', message)] };
    }
    const groups = provider.groups().map(group => state.known(group, nowMs));
    const alive = view.list(pods).filter(isAlive);
    const scene = { nodes: seen, pods: alive.filter(isPlaced), objects: view, nowMs };
    const growth = this.grows(scene, groups, alive);
    if (growth.length > 0) return { deletions: [], told: [...told, ...growth] };
    if (!options.scaleDownEnabled) return { deletions: [], told };
    const removals = this.shrinks(scene, groups, view);
    const deletions = removals.map(({ node }) => nameOf(node));
    return { deletions, told: [...told, ...removals.map(removal => removalEvent(removal, this))] };
  }

  /** A deletion has ended. */
  ended(node: string, isDone: boolean, nowMs: number): LoopEvent | undefined {
    const deletion = this.deleting.get(node);
    this.deleting.delete(node);
    if (!isDone) this.failedMs = nowMs;
    else this.deletedMs = nowMs;
    if (!isDone || deletion === undefined) return undefined;
    return deletion.isDrained
      ? normal('ScaleDown', `Scale-down: node ${node} removed with drain`)
      : normal('ScaleDownEmpty', `Scale-down: empty node ${node} removed`);
  }

  /** What the status says after the last look. */
  status(nowMs: number): string {
    const { provider, options } = this.tools;
    const { state, candidates, lookedForCandidatesMs } = this;
    const groups = provider.groups().map(group => state.known(group, nowMs));
    const { seen: nodes } = this;
    const scene: StatusScene = {
      groups,
      nodes,
      state,
      options,
      candidates,
      lookedForCandidatesMs,
      nowMs,
    };
    return this.teller.tell(scene);
  }

  /** How much of a node was in use at the last look. */
  usedOf(node: Node): string {
    const used = this.planner.utilizationOf(node);
    return `{${used?.resource ?? ''} ${used?.value ?? 0}}`;
  }

  /** Machines that do not become nodes are taken away. @upstream static_autoscaler.go removeOldUnregisteredNodes */
  private giveUpMachines(nowMs: number): readonly LoopEvent[] {
    const { provider } = this.tools;
    return provider.groups().flatMap(group =>
      this.state.overdue(group, nowMs).map(machine => {
        provider.remove(machine);
        return normal('DeleteUnregistered', `Removed unregistered node ${machine}`);
      }),
    );
  }

  private grows(scene: Scene, groups: readonly NodeGroup[], alive: readonly Pod[]): LoopEvent[] {
    const { options, random, events, provider } = this.tools;
    const { nowMs } = scene;
    const oldMs = nowMs - options.newPodScaleUpDelayMs;
    const waiting = alive.filter(isWorthANode).filter(pod => bornMs(pod) <= oldMs);
    if (waiting.every(pod => bornMs(pod) + youngMs > nowMs)) return [];
    const awaited = this.withAwaited(scene, groups);
    const unschedulable = withoutPlace(new ClusterSnapshot(awaited), waiting);
    if (unschedulable.length === 0) return [];
    const decided = scaleUp({ ...awaited, groups, unschedulable, options, random });
    for (const { group, add } of decided.growth) {
      provider.grow(group.name, add);
      this.state.asked(group.name, add, nowMs);
    }
    for (const { pod, reason, message } of scaleUpEvents(decided)) {
      events.record({ regarding: pod, type: 'Normal', reason, message });
    }
    if (decided.growth.length > 0) this.grewMs = nowMs;
    return growthEvents(decided);
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

  private shrinks(scene: Scene, groups: readonly NodeGroup[], view: View): readonly Removal[] {
    const { options } = this.tools;
    const counts = new Map<string, number>();
    for (const { group } of this.deleting.values()) counts.set(group, (counts.get(group) ?? 0) + 1);
    const staying = scene.nodes.filter(node => !this.deleting.has(nameOf(node)));
    const budgets = view.list(podDisruptionBudgets);
    this.planner.update({ ...scene, nodes: staying, groups, budgets, deleting: counts });
    this.candidates = new Set(this.planner.unneeded);
    this.lookedForCandidatesMs = scene.nowMs;
    if (this.isCooling(scene.nowMs)) return [];
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
    return [...chosen.empty, ...chosen.drain];
  }

  /** @upstream static_autoscaler.go isScaleDownInCooldown */
  private isCooling(nowMs: number): boolean {
    const { options } = this.tools;
    const afterDeleteMs = options.scaleDownDelayAfterDeleteMs || options.scanIntervalMs;
    return (
      nowMs < this.grewMs + options.scaleDownDelayAfterAddMs ||
      nowMs < this.failedMs + options.scaleDownDelayAfterFailureMs ||
      nowMs < this.deletedMs + afterDeleteMs
    );
  }
}

/** @upstream core/scaleup/orchestrator/executor.go executeScaleUp */
function growthEvents({ growth }: ScaleUp): LoopEvent[] {
  return growth.flatMap(({ group: { name, targetSize, max }, add }) => {
    const size = `${targetSize + add} instead of ${targetSize} (max: ${max})`;
    return [
      normal('ScaledUpGroup', `Scale-up: setting group ${name} size to ${size}`),
      normal('ScaledUpGroup', `Scale-up: group ${name} size set to ${size}`),
    ];
  });
}

/** @upstream core/scaledown/actuation/actuator.go */
function removalEvent(
  { node, podsToReschedule }: Removal,
  loop: Pick<AutoscalerLoop, 'usedOf'>,
): LoopEvent {
  const name = nameOf(node);
  if (podsToReschedule.length === 0) {
    return normal('ScaleDownEmpty', `Scale-down: removing empty node ${goQuote(name)}`);
  }
  const moved = podsToReschedule.map(podKey).join(',');
  const what = `utilization: ${loop.usedOf(node)}, pods to reschedule: ${moved}`;
  return normal('ScaleDown', `Scale-down: removing node ${name}, ${what}`);
}

function normal(reason: string, message: string): LoopEvent {
  return { type: 'Normal', reason, message };
}

function warning(reason: string, message: string): LoopEvent {
  return { type: 'Warning', reason, message };
}

function isAlive({ status }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

function isPlaced({ spec }: Pod): boolean {
  return (spec?.nodeName ?? '') !== '';
}

function bornMs({ metadata }: Pod): number {
  return timeMs(metadata.creationTimestamp) ?? 0;
}

function nameOf({ metadata }: Node): string {
  return metadata.name ?? '';
}
