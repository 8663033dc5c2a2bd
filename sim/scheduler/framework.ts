/**
 * The contract between the scheduler and its plug-ins: Kubernetes's extension points by name.
 * @upstream staging/src/k8s.io/kube-scheduler/framework/interface.go
 */
import type { Pod } from '../api/kinds/core.js';
import type { HasMetadata, Kind, KubeObject } from '../api/object.js';
import type { Change } from '../client/contract.js';
import type { Random } from '../engine/random.js';
import type { FeatureGates } from './configuration.js';
import type { ClusterEventWithHint } from './queue/cluster-event.js';
import type { CycleState } from './cycle-state.js';
import type { PodGroupLister } from './groups/group-state.js';
import type { NodeInfo } from './node-info.js';
import type { PodInfo } from './pod-info.js';
import type { Nominator } from './queue/nominator.js';
import type { NodeSnapshot } from './snapshot.js';

/** What a plug-in says when it does not simply agree. */
export type Code =
  'Error' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Pending' | 'Wait' | 'Skip';

/** A plug-in's answer; `undefined` in its place is success. */
export interface Status {
  readonly code: Code;
  /** Who said it; empty for statuses of the framework itself. */
  readonly plugin: string;
  readonly reasons: readonly string[];
}

/** Makes a status. */
export function status(code: Code, plugin: string, ...reasons: readonly string[]): Status {
  return { code, plugin, reasons };
}

/** Whether the status turns the pod away, as opposed to an error. @upstream Status.IsRejected */
export function isRejection(answer: Status | undefined): boolean {
  return (
    answer?.code === 'Unschedulable' ||
    answer?.code === 'UnschedulableAndUnresolvable' ||
    answer?.code === 'Pending'
  );
}

/** The reasons as one text. */
export function messageOf(answer: Status | undefined): string {
  return answer === undefined ? '' : answer.reasons.join(', ');
}

/** "There is nothing for me to do for this pod": the plug-in's Filter or Score is left out. */
export const skip: Status = { code: 'Skip', plugin: '', reasons: [] };

/** What PreFilter found out: nothing, a status, or the only nodes worth a look. */
export interface PreFilterResult {
  readonly status?: Status;
  readonly nodeNames?: ReadonlySet<string>;
}

/** What PostFilter did for a pod that fits nowhere. */
export interface PostFilterResult {
  readonly status?: Status;
  /** The nominated node to set; '' clears it; absent leaves it alone. */
  readonly nomination?: string;
  /** The preemption to carry out, and how it was found. */
  readonly preemption?: Preemption;
  /** What is to be written so that the pod may fit later. */
  readonly writes?: WritePlan;
}

/** A plug-in's leave: nothing, a refusal, or `Wait` with how long at most. */
export interface PermitResult {
  readonly status?: Status;
  readonly waitMs?: number;
}

/** A node where the pod would fit once these pods are gone, the most important first. */
export interface Candidate {
  readonly node: string;
  readonly victims: readonly PodInfo[];
  readonly pdbViolations: number;
}

/** How an attempt at preemption went. */
export interface Preemption {
  readonly isEligible: boolean;
  readonly candidates: readonly Candidate[];
  /** Why the other nodes that were tried are no candidates. */
  readonly refusals: ReadonlyMap<string, Status>;
  /** The candidates that tie for the first place, by name. */
  readonly best: readonly Candidate[];
  /** The one that was taken. */
  readonly chosen?: Candidate;
}

/** The statuses that the nodes ended with: given ones, and one for all others. */
export interface NodeStatuses {
  readonly byNode: ReadonlyMap<string, Status>;
  readonly absent: Status;
}

/** What a plug-in wants written, in this order. */
export type WritePlan = readonly ObjectWrite[];

/** One write to the API server. */
export interface ObjectWrite {
  readonly verb: 'create' | 'update' | 'patch' | 'delete';
  readonly kind: Kind;
  /**
   * The object as it should become, or the patch with the object's name. A function finds out when the
   * time has come; after a conflict it is asked again with the object as it is now. It may also find
   * that there is nothing to write, or that it is too late: a text is the error.
   */
  readonly object: KubeObject | ((fresh?: KubeObject) => KubeObject | string | undefined);
  /** Which part is written; absent: the object itself. */
  readonly subresource?: string;
  /** Told what was written. */
  readonly onDone?: (answer: KubeObject) => void;
  /** Absent: nobody waits until the write has taken effect. */
  readonly wait?: WriteWait;
}

/** How it is waited until what was written has taken effect. */
export interface WriteWait {
  /** Whether it has; a text: it never will. */
  isDone(): boolean | string;
  readonly timeoutMs: number;
  /** How often it is looked. */
  readonly periodMs: number;
  /** Whether it is looked at once. */
  readonly isImmediate: boolean;
  /** The error when the time is over. */
  readonly timeout: string;
  /** What an event of the pod tells of the wait. */
  readonly event?: { readonly reason: string; readonly message: string };
}

/**
 * A plug-in of the scheduler. It implements the extension points that it cares for; the framework
 * asks only those, and only where the profile enables them.
 */
export interface Plugin {
  readonly name: string;
  /** Whether the pod may enter the queue at all. */
  preEnqueue?(pod: Pod): Status | undefined;
  /** Whether a is to be scheduled before b. One plug-in of a profile orders the queue. */
  less?(a: QueueOrder, b: QueueOrder): boolean;
  preFilter?(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): PreFilterResult;
  /** Accounts for a pod that is supposed to run on the node besides those that do. */
  addPod?(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): void;
  /** Accounts for a pod that is supposed to be gone from the node. */
  removePod?(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): void;
  filter?(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined;
  postFilter?(state: CycleState, pod: PodInfo, statuses: NodeStatuses): PostFilterResult;
  preScore?(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Status | undefined;
  score?(state: CycleState, pod: PodInfo, node: NodeInfo): number;
  /** Whether every node's score is 0 before it is normalised, so that none needs to be asked for. */
  scoresNothing?(state: CycleState): boolean;
  /** Brings the scores into [0, 100], in place. `nodes` has the same order. */
  normalizeScore?(state: CycleState, scores: number[], nodes: readonly NodeInfo[]): void;
  reserve?(state: CycleState, pod: PodInfo, node: string): Status | undefined;
  /** Whether the pod may be bound now; a plug-in may let it wait. */
  permit?(state: CycleState, pod: PodInfo, node: string): PermitResult;
  /** Takes a reservation back; also what PreBind has written, by writes of its own. */
  unreserve?(state: CycleState, pod: PodInfo, node: string): WritePlan | void;
  /** What must be written before the pod may be bound. */
  preBind?(state: CycleState, pod: PodInfo, node: string): WritePlan;
  /** The changes that may make a pod schedulable that this plug-in turned away. */
  readonly events?: readonly ClusterEventWithHint[];
}

/** What the queue's order looks at. */
export interface QueueOrder {
  readonly priority: number;
  /** When the pod entered this round of the queue, in milliseconds. */
  readonly timestampMs: number;
  /** When the pod was first ready to be tried. */
  readonly firstAttemptMs: number | undefined;
  readonly info: PodInfo;
}

/** Objects as the informers have them. A View of the client's contract is one. */
export interface ObjectReader {
  get<T extends HasMetadata>(kind: Kind<T>, namespace: string, name: string): T | undefined;
  list<T extends HasMetadata>(kind: Kind<T>, namespace?: string): readonly T[];
  /** The object without what was assumed of it; absent where nothing is assumed. */
  getLive?<T extends HasMetadata>(kind: Kind<T>, namespace: string, name: string): T | undefined;
  /** From now on the object counts as this. Absent in trials, which decide and change nothing. */
  assume?<T extends HasMetadata>(kind: Kind<T>, object: T): void;
  /** Takes an assumption back. */
  restore?<T extends HasMetadata>(kind: Kind<T>, object: T): void;
}

/** What a plug-in may hold on to. @upstream Handle */
export interface Handle {
  readonly objects: ObjectReader;
  readonly nodes: NodeSnapshot;
  readonly nominator: Nominator;
  readonly features: FeatureGates;
  /** Draws where Kubernetes leaves it to chance; absent: the first by name. */
  readonly random?: Random;
  now(): number;
  filterWithNominatedPods(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined;
  addPodToStates(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): void;
  removePodFromStates(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): void;
  /** Whether victims of this pod are still being evicted. */
  isPreempting(uid: string): boolean;
  /** The pod groups as they are, outside of a group's own cycle. */
  readonly podGroups: PodGroupLister;
  /** Lets these pods be tried at once, or once they are back. */
  activate(pods: readonly PodInfo[]): void;
  /** The pods that have a node and wait for the leave to be bound. */
  waitingPods(): readonly PodInfo[];
  /** The plug-in has nothing against binding this pod any more, if it waits. */
  allow(uid: string, plugin: string): void;
  /** The plug-in turns this pod away, if it waits. */
  reject(uid: string, plugin: string, message: string): void;
  /** Lets the plug-in hear what the informer of a kind hears, before the queue does. */
  observe<T extends HasMetadata>(kind: Kind<T>, on: (change: Change<T>) => void): void;
}

/** Makes a plug-in from the arguments in the profile. */
export type PluginFactory = (args: unknown, handle: Handle) => Plugin;

/** The highest score after normalisation. */
export const maxNodeScore = 100;
