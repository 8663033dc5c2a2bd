/** The cluster in thought: pods and nodes come and go, and all of it can be taken back. @upstream simulator/clustersnapshot */
import type { Node, Pod } from '../api/kinds/core.js';
import { invariant } from '../engine/invariant.js';
import { defaultFeatureGates, readConfiguration } from '../scheduler/configuration.js';
import { CycleState } from '../scheduler/cycle-state.js';
import type { ObjectReader, Status } from '../scheduler/framework.js';
import type { NodeInfo } from '../scheduler/node-info.js';
import { PodInfo } from '../scheduler/pod-info.js';
import { registry } from '../scheduler/plugins/index.js';
import { Nominator } from '../scheduler/queue/nominator.js';
import { Framework } from '../scheduler/runtime.js';
import { NodeSnapshot } from '../scheduler/snapshot.js';
import type { NodeTemplate } from './node-group.js';
import { podKey } from './pods.js';

/** What a snapshot is of. */
export interface Scene {
  readonly nodes: readonly Node[];
  /** Those that have their nodes. */
  readonly pods: readonly Pod[];
  /** What else the scheduler's plug-ins look at. */
  readonly objects: ObjectReader;
  readonly nowMs: number;
}

type Change =
  | { readonly kind: 'node-came'; readonly name: string }
  | { readonly kind: 'node-went'; readonly node: Node }
  | { readonly kind: 'pod-came'; readonly uid: string }
  | { readonly kind: 'pod-went'; readonly pod: PodInfo; readonly node: string };

/** Nodes with their pods, and a scheduler of the default profile to ask about them. */
export class ClusterSnapshot {
  private readonly nodes = new NodeSnapshot();
  private readonly framework: Framework;
  private readonly changes: Change[] = [];
  private readonly forks: number[] = [];
  private lastIndex = 0;

  constructor({ nodes, pods, objects, nowMs }: Scene) {
    for (const node of nodes) this.nodes.setNode(node);
    for (const pod of pods) this.nodes.addPod(infoOf(pod), pod.spec?.nodeName ?? '');
    const [profile] = readConfiguration().profiles;
    invariant(profile !== undefined, 'the default configuration has a profile');
    this.framework = new Framework(profile, {
      objects,
      nodes: this.nodes,
      nominator: new Nominator(),
      features: defaultFeatureGates,
      registry,
      now: () => nowMs,
    });
  }

  has(node: string): boolean {
    return this.nodes.get(node) !== undefined;
  }

  /** The pods on a node. */
  podsOn(node: string): readonly Pod[] {
    return this.nodes.get(node)?.pods.map(({ pod }) => pod) ?? [];
  }

  /** From here on, all can be taken back. */
  fork(): void {
    this.forks.push(this.changes.length);
  }

  /** Takes back all since the last fork. */
  revert(): void {
    const mark = this.forks.pop();
    invariant(mark !== undefined, 'what is reverted was forked');
    while (this.changes.length > mark) {
      const change = this.changes.pop();
      if (change !== undefined) this.undo(change);
    }
  }

  /** Keeps what was done since the last fork: only the fork before can take it back. */
  commit(): void {
    const mark = this.forks.pop();
    invariant(mark !== undefined, 'what is committed was forked');
  }

  /** Adds a node with its pods. */
  addNode({ node, pods }: NodeTemplate): void {
    const name = node.metadata.name ?? '';
    this.nodes.setNode(node);
    this.changes.push({ kind: 'node-came', name });
    for (const pod of pods) this.place(infoOf(pod), name);
  }

  /** Takes the node away, and with it its pods. */
  removeNode(name: string): void {
    const info = this.nodes.get(name);
    invariant(info !== undefined, 'a node that is removed is known');
    for (const pod of [...info.pods]) this.takeOff(pod, name);
    this.nodes.removeNode(name);
    this.changes.push({ kind: 'node-went', node: info.node });
  }

  /** Takes the pod off its node. */
  removePod(pod: Pod): void {
    const { uid } = infoOf(pod);
    const known = this.nodes.pod(uid);
    const node = this.nodes.nodeOf(uid);
    if (known !== undefined && node !== undefined) this.takeOff(known, node);
  }

  /** Why the pod cannot run on the node, if so. */
  check(pod: Pod, node: string): Status | undefined {
    const info = this.nodes.get(node);
    invariant(info !== undefined, 'a node that is asked about is known');
    const trial = this.trialOf(pod);
    if (trial.status !== undefined) return trial.status;
    if (trial.nodeNames?.has(node) === false) return narrowedAway;
    return this.framework.filter(trial.state, trial.info, info);
  }

  /** Puts the pod on the node, or tells why that cannot be. */
  schedule(pod: Pod, node: string): Status | undefined {
    const refusal = this.check(pod, node);
    if (refusal === undefined) this.place(infoOf(pod), node);
    return refusal;
  }

  /** Puts the pod on the next node that takes it, going round from where the last search ended. */
  scheduleOnAny(pod: Pod, isAcceptable: (node: string) => boolean): string | undefined {
    const trial = this.trialOf(pod);
    if (trial.status !== undefined) return undefined;
    const nodes = this.nodes.nodes;
    for (let step = 1; step <= nodes.length; step++) {
      const index = (this.lastIndex + step) % nodes.length;
      const node = nodes[index];
      if (node === undefined || !isAcceptable(node.name)) continue;
      if (trial.nodeNames?.has(node.name) === false || isCordoned(node)) continue;
      if (this.framework.filter(trial.state, trial.info, node) !== undefined) continue;
      this.lastIndex = index;
      this.place(trial.info, node.name);
      return node.name;
    }
    return undefined;
  }

  private trialOf(pod: Pod): Trial {
    this.nodes.refresh();
    const state = new CycleState();
    const info = infoOf(pod);
    const { status, nodeNames } = this.framework.preFilter(state, info);
    return { state, info, status, nodeNames };
  }

  private place(pod: PodInfo, node: string): void {
    this.nodes.addPod(pod, node);
    this.changes.push({ kind: 'pod-came', uid: pod.uid });
  }

  private takeOff(pod: PodInfo, node: string): void {
    this.nodes.removePod(pod.uid);
    this.changes.push({ kind: 'pod-went', pod, node });
  }

  private undo(change: Change): void {
    switch (change.kind) {
      case 'node-came':
        return this.nodes.removeNode(change.name);
      case 'node-went':
        return this.nodes.setNode(change.node);
      case 'pod-came':
        return this.nodes.removePod(change.uid);
      case 'pod-went':
        return this.nodes.addPod(change.pod, change.node);
    }
  }
}

interface Trial {
  readonly state: CycleState;
  readonly info: PodInfo;
  readonly status: Status | undefined;
  readonly nodeNames: ReadonlySet<string> | undefined;
}

/** A plug-in's PreFilter names other nodes: then there is no reason to tell. */
const narrowedAway: Status = { code: 'Unschedulable', plugin: '', reasons: [] };

function isCordoned({ node }: NodeInfo): boolean {
  return node.spec?.unschedulable === true;
}

/** Objects written by hand have no uid, but pods are told apart by it. */
function infoOf(pod: Pod): PodInfo {
  if (pod.metadata.uid !== undefined) return new PodInfo(pod);
  return new PodInfo({ ...pod, metadata: { ...pod.metadata, uid: podKey(pod) } });
}
