/** The contract of a kind of job of the training operator: what differs between MXJob and its sisters. */
import type { Pod, PodSpec, PodTemplateSpec } from '../../api/kinds/core.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import type { GangControl } from '../gangs/gang-control.js';
import type { StatusDraft } from './status-draft.js';
import type { ReplicaSpec, Replicas, RunPolicy, TrainingJob } from './types.js';

/** A kind of job. */
export interface JobKind {
  readonly kind: Kind<TrainingJob>;
  /** `mxjob-controller`: the label training.kubeflow.org/operator-name and the events' source. */
  readonly controllerName: string;
  readonly defaultContainerName: string;
  readonly defaultPort?: { readonly name: string; readonly port: number };
  /** How many replicas a type has that does not say. Default 1. */
  defaultReplicas?(type: string): number;
  readonly defaultRestartPolicy: NonNullable<ReplicaSpec['restartPolicy']>;
  /** The reason of the event that the job was deleted. Default SuccessfulDeletePod, as upstream has it for most. */
  readonly deletionReason?: string;
  /** The types whose names are put into their right case. */
  readonly replicaTypes: readonly string[];
  replicaSpecs(job: TrainingJob): Readonly<Record<string, ReplicaSpec>>;
  /** What the controller finds wrong with the job: the reason and the message of the event. */
  validate?(job: TrainingJob): { readonly reason: string; readonly message: string } | undefined;
  /** What the admission webhook refuses; undefined: nothing. */
  refusal?(job: TrainingJob): string | undefined;
  /** Whether the status tells the selectors of the replicas, for the scale subresource. */
  readonly tellsSelectors?: boolean;
  /** How the job is run, where it is not spec.runPolicy alone that says so. */
  runPolicy?(job: TrainingJob): RunPolicy;
  /** Kinds of children besides pods and services. */
  readonly children?: readonly Kind<HasMetadata>[];
  /** Makes the members of one type, where they are not pods with a service each; a message when that fails. */
  reconcileMembers?(context: MembersContext): Reconciliation<string | undefined>;
  /** What is made for the job as a whole, before its members; a message when that fails. */
  prepare?(job: TrainingJob, view: View): Reconciliation<string | undefined>;
  /** The pod with what makes the members find each other. */
  withClusterSpec(
    pod: PodSpec,
    member: { readonly job: TrainingJob; readonly replicas: Replicas } & Member,
  ): PodSpec;
  isMaster(replicas: Replicas, member: Member): boolean;
  /** Sets conditions by the counts of the replicas; returns the events to tell. */
  judge(
    job: TrainingJob,
    replicas: Replicas,
    draft: StatusDraft,
    pods: readonly Pod[],
  ): readonly JobEvent[];
}

/** What the members of one type are made from. */
export interface MembersContext {
  readonly job: TrainingJob;
  readonly replicas: Replicas;
  readonly type: string;
  readonly draft: StatusDraft;
  readonly view: View;
  /** The draft as it was when the pass began had no counts of replicas. */
  readonly isFirst: boolean;
  tell(event: JobEvent): void;
  /** How its pods are started together; absent: they are not. */
  readonly gang: GangControl | undefined;
}

/** One pod of a job. */
export interface Member {
  /** In lower case. */
  readonly type: string;
  readonly index: number;
}

/** An event about a job. */
export type JobEvent = Omit<EventToRecord, 'regarding'>;

/** The default container of a template: the named one, or the first. */
export function defaultContainerIndex(template: PodTemplateSpec, name: string): number {
  const index = (template.spec?.containers ?? []).findIndex(container => container.name === name);
  return Math.max(0, index);
}
