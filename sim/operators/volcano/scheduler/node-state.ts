/** The nodes of a session, and kube-scheduler's plug-ins to judge them by. @upstream volcano v1.15.1 pkg/scheduler/api/node_info.go, plugins/predicates */
import type { Node, Pod } from '../../../api/kinds/core.js';
import { isConditionTrue } from '../../../api/meta.js';
import { invariant } from '../../../engine/invariant.js';
import { defaultFeatureGates, readConfiguration } from '../../../scheduler/configuration.js';
import type { ObjectReader } from '../../../scheduler/framework.js';
import type { NodeInfo } from '../../../scheduler/node-info.js';
import { PodInfo } from '../../../scheduler/pod-info.js';
import { registry } from '../../../scheduler/plugins/index.js';
import { Nominator } from '../../../scheduler/queue/nominator.js';
import { Framework } from '../../../scheduler/runtime.js';
import { NodeSnapshot } from '../../../scheduler/snapshot.js';
import { countedOf, difference, sum, takenBy, type Amounts } from '../amounts.js';
import type { TaskInfo } from './task-info.js';

/** What a node has left. */
export interface NodeState {
  readonly name: string;
  readonly allocatable: Amounts;
  idle: Amounts;
  releasing: Amounts;
  pipelined: Amounts;
  used: Amounts;
}

const nothing: Amounts = new Map();

/** Resources are compared here, not by the plug-in: pods may wait for those that go. */
const profile = readConfiguration({
  profiles: [
    {
      plugins: {
        preFilter: { disabled: [{ name: 'NodeResourcesFit' }] },
        filter: { disabled: [{ name: 'NodeResourcesFit' }] },
        score: {
          disabled: [{ name: '*' }],
          enabled: [
            { name: 'NodeResourcesFit', weight: 1 },
            { name: 'NodeResourcesBalancedAllocation', weight: 1 },
            { name: 'NodeAffinity', weight: 2 },
            { name: 'InterPodAffinity', weight: 2 },
            { name: 'TaintToleration', weight: 3 },
            { name: 'ImageLocality', weight: 1 },
            { name: 'PodTopologySpread', weight: 2 },
          ],
        },
      },
    },
  ],
}).profiles[0];

/** The nodes that are ready, with what the pods on them take. */
export class SessionNodes {
  readonly framework: Framework;
  readonly all: readonly NodeState[];
  readonly total: Amounts;
  private readonly snapshot = new NodeSnapshot();
  private readonly byName: ReadonlyMap<string, NodeState>;

  constructor(scene: {
    readonly nodes: readonly Node[];
    readonly objects: ObjectReader;
    readonly nowMs: number;
  }) {
    const ready = scene.nodes.filter(({ status }) => isConditionTrue(status?.conditions, 'Ready'));
    for (const node of ready) this.snapshot.setNode(node);
    this.all = ready.map(stateOf);
    this.byName = new Map(this.all.map(state => [state.name, state]));
    this.total = this.all.reduce((total, { allocatable }) => sum(total, allocatable), nothing);
    invariant(profile !== undefined, 'the configuration of the plug-ins has a profile');
    this.framework = new Framework(profile, {
      objects: scene.objects,
      nodes: this.snapshot,
      nominator: new Nominator(),
      features: defaultFeatureGates,
      registry,
      now: () => scene.nowMs,
    });
  }

  get(name: string): NodeState | undefined {
    return this.byName.get(name);
  }

  info(name: string): NodeInfo | undefined {
    return this.snapshot.get(name);
  }

  /** Called before each look. */
  refresh(): void {
    this.snapshot.refresh();
  }

  /** What the pods on all nodes take. */
  get used(): Amounts {
    return this.all.reduce((total, { used }) => sum(total, used), nothing);
  }

  /** A pod that is on its node. */
  settle(pod: Pod, node: string, { isReleasing }: { readonly isReleasing: boolean }): void {
    const state = this.byName.get(node);
    this.snapshot.addPod(infoOf(pod), node);
    if (state === undefined) return;
    const taken = takenBy(pod);
    state.idle = difference(state.idle, taken);
    state.used = sum(state.used, taken);
    if (isReleasing) state.releasing = sum(state.releasing, taken);
  }

  /** Puts a pod on a node in thought. */
  place(
    { pod, request }: TaskInfo,
    node: string,
    { isWaiting }: { readonly isWaiting: boolean },
  ): void {
    this.snapshot.addPod(infoOf(pod), node);
    this.count(node, request, isWaiting);
  }

  /** Takes it off again. */
  takeOff(task: TaskInfo, node: string, { isWaiting }: { readonly isWaiting: boolean }): void {
    this.snapshot.removePod(task.uid);
    const less = new Map([...task.request].map(([name, amount]) => [name, -amount] as const));
    this.count(node, less, isWaiting);
  }

  private count(node: string, taken: Amounts, isWaiting: boolean): void {
    const state = this.byName.get(node);
    invariant(state !== undefined, 'a pod is placed on a node that is ready');
    if (isWaiting) state.pipelined = sum(state.pipelined, taken);
    else {
      state.idle = difference(state.idle, taken);
      state.used = sum(state.used, taken);
    }
  }

  /** A pod on a node goes, or, with less than nothing, stays. */
  release(task: TaskInfo, times: 1 | -1): void {
    if (times === 1) this.snapshot.removePod(task.uid);
    else this.snapshot.addPod(infoOf(task.pod), task.node);
    const state = this.byName.get(task.node);
    if (state === undefined) return;
    const change = new Map(
      [...task.request].map(([name, amount]) => [name, times * amount] as const),
    );
    state.releasing = sum(state.releasing, change);
  }
}

/** What a node will have left once those have gone that go. */
export function futureIdle({ idle, releasing, pipelined }: NodeState): Amounts {
  return difference(sum(idle, releasing), pipelined);
}

function stateOf({ metadata, status }: Node): NodeState {
  const allocatable = countedOf(status?.allocatable);
  const state = { idle: allocatable, releasing: nothing, pipelined: nothing, used: nothing };
  return { name: metadata.name ?? '', allocatable, ...state };
}

function infoOf(pod: Pod): PodInfo {
  return new PodInfo(pod);
}
