/** The kinds of Argo Workflows, as far as they are played. @upstream pkg/apis/workflow/v1alpha1/workflow_types.go */
import type {
  Affinity,
  Container,
  LocalObjectReference,
  PersistentVolumeClaim,
  PodSecurityContext,
  Toleration,
  Volume,
} from '../../api/kinds/core.js';
import { kindOf, type HasMetadata } from '../../api/object.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import { groupVersion } from './keys.js';
import type { ContainerSet, RepositoryRef } from './template-parts.js';

/** A text, which may be written as a number or a truth value. */
export type AnyText = string | number | boolean;

/** Where a value comes from. */
export interface ValueFrom {
  readonly path?: string;
  readonly jsonPath?: string;
  readonly jqFilter?: string;
  readonly parameter?: string;
  readonly expression?: string;
  readonly event?: string;
  readonly supplied?: object;
  readonly default?: AnyText;
  readonly configMapKeyRef?: { readonly name?: string; readonly key: string };
}

/** A named value. */
export interface Parameter {
  readonly name: string;
  readonly value?: AnyText;
  readonly default?: AnyText;
  readonly valueFrom?: ValueFrom;
  readonly globalName?: string;
  readonly enum?: readonly AnyText[];
}

/** A file or folder that is handed on. What it is in is one of the other fields. */
export interface Artifact {
  readonly name: string;
  readonly path?: string;
  readonly from?: string;
  readonly fromExpression?: string;
  readonly optional?: boolean;
  readonly globalName?: string;
  readonly [field: string]: unknown;
}

/** What a template takes. */
export interface Arguments {
  readonly parameters?: readonly Parameter[];
  readonly artifacts?: readonly Artifact[];
}

/** What came of it. */
export interface Outputs extends Arguments {
  readonly result?: string;
  readonly exitCode?: string;
}

/** A template elsewhere. */
export interface TemplateRef {
  readonly name?: string;
  readonly template?: string;
  readonly clusterScope?: boolean;
}

/** What is run when something comes to an end, or comes true. */
export interface Hook {
  readonly template?: string;
  readonly templateRef?: TemplateRef;
  readonly arguments?: Arguments;
  readonly expression?: string;
}

/** Numbers to count through. */
export interface Sequence {
  readonly count?: AnyText;
  readonly start?: AnyText;
  readonly end?: AnyText;
  readonly format?: string;
}

/** What names a template: a step, a task, or a node that was made of one. */
export interface Caller {
  readonly name?: string;
  readonly template?: string;
  readonly templateRef?: TemplateRef;
  readonly inline?: Template;
}

/** A step, or a task of a graph. */
export interface Step extends Caller {
  readonly name: string;
  readonly arguments?: Arguments;
  readonly withItems?: readonly unknown[];
  readonly withParam?: string;
  readonly withSequence?: Sequence;
  readonly when?: string;
  readonly continueOn?: { readonly error?: boolean; readonly failed?: boolean };
  readonly onExit?: string;
  readonly hooks?: Readonly<Record<string, Hook>>;
}

/** A task of a graph. */
export interface Task extends Step {
  readonly dependencies?: readonly string[];
  readonly depends?: string;
}

/** A graph of tasks. */
export interface Dag {
  readonly tasks: readonly Task[];
  readonly target?: string;
  readonly failFast?: boolean;
}

/** How often something is tried. */
export interface RetryStrategy {
  readonly limit?: AnyText;
  readonly retryPolicy?: string;
  readonly expression?: string;
  readonly affinity?: { readonly nodeAntiAffinity?: object };
  readonly backoff?: {
    readonly duration?: string;
    readonly factor?: AnyText;
    readonly maxDuration?: string;
    readonly cap?: string;
  };
}

/** An object that is made or looked at. */
export interface ResourceTemplate {
  readonly action: string;
  readonly manifest?: string;
  readonly mergeStrategy?: string;
  readonly setOwnerReference?: boolean;
  readonly successCondition?: string;
  readonly failureCondition?: string;
  readonly flags?: readonly string[];
  readonly manifestFrom?: object;
}

/** A program that is given as its text. */
export interface ScriptTemplate extends Container {
  readonly source?: string;
}

/** A container beside the main one. */
export interface UserContainer extends Container {
  readonly mirrorVolumeMounts?: boolean;
}

/** Files of a store that are listed, and what is made of the list. */
export interface DataTemplate {
  readonly source?: { readonly artifactPaths?: Artifact };
  readonly transformation?: readonly { readonly expression?: string }[];
}

/** Labels and annotations. */
export interface Metadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Locks. */
export interface Synchronization {
  readonly mutex?: Lock;
  readonly mutexes?: readonly Lock[];
  readonly semaphore?: Lock;
  readonly semaphores?: readonly Lock[];
}

/** A lock: a mutex has a name, a semaphore a key of a ConfigMap. */
export interface Lock {
  readonly name?: string;
  readonly namespace?: string;
  /** It is kept in a database, which several clusters may share. */
  readonly database?: unknown;
  readonly configMapKeyRef?: { readonly name?: string; readonly key: string };
}

/** What pods of a workflow and of a template may both say. */
interface PodSettings {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: Affinity;
  readonly tolerations?: readonly Toleration[];
  readonly schedulerName?: string;
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly executor?: { readonly serviceAccountName?: string };
  readonly hostAliases?: readonly { readonly ip: string; readonly hostnames?: readonly string[] }[];
  readonly securityContext?: PodSecurityContext;
  readonly podSpecPatch?: string;
  readonly volumes?: readonly Volume[];
  readonly synchronization?: Synchronization;
  readonly retryStrategy?: RetryStrategy;
  readonly parallelism?: number;
  readonly activeDeadlineSeconds?: AnyText;
}

/** What can be run. */
export interface Template extends PodSettings {
  readonly name?: string;
  readonly inputs?: Arguments;
  readonly outputs?: Outputs;
  readonly metadata?: Metadata;
  readonly container?: Container;
  readonly containerSet?: ContainerSet;
  readonly script?: ScriptTemplate;
  readonly steps?: readonly (readonly Step[])[];
  readonly dag?: Dag;
  readonly suspend?: { readonly duration?: AnyText };
  readonly resource?: ResourceTemplate;
  readonly data?: DataTemplate;
  readonly http?: object;
  readonly plugin?: object;
  readonly daemon?: boolean;
  readonly failFast?: boolean;
  readonly initContainers?: readonly UserContainer[];
  readonly sidecars?: readonly UserContainer[];
  readonly priorityClassName?: string;
  readonly timeout?: string;
  readonly memoize?: {
    readonly key?: string;
    readonly maxAge?: string;
    readonly cache?: { readonly configMap?: { readonly name?: string; readonly key?: string } };
  };
  readonly archiveLocation?: Readonly<Record<string, unknown>>;
}

/** What a Workflow is to do. */
export interface WorkflowSpec extends PodSettings {
  readonly entrypoint?: string;
  readonly arguments?: Arguments;
  readonly templates?: readonly Template[];
  readonly templateDefaults?: Template;
  readonly workflowTemplateRef?: { readonly name?: string; readonly clusterScope?: boolean };
  readonly onExit?: string;
  readonly hooks?: Readonly<Record<string, Hook>>;
  readonly suspend?: boolean;
  readonly shutdown?: string;
  readonly priority?: number;
  readonly podPriorityClassName?: string;
  readonly podMetadata?: Metadata;
  readonly workflowMetadata?: Metadata & { readonly labelsFrom?: object };
  readonly imagePullSecrets?: readonly LocalObjectReference[];
  readonly hostNetwork?: boolean;
  readonly dnsPolicy?: string;
  readonly dnsConfig?: object;
  readonly volumeClaimTemplates?: readonly PersistentVolumeClaim[];
  readonly volumeClaimGC?: { readonly strategy?: string };
  readonly ttlStrategy?: {
    readonly secondsAfterCompletion?: number;
    readonly secondsAfterSuccess?: number;
    readonly secondsAfterFailure?: number;
  };
  readonly podGC?: {
    readonly strategy?: string;
    readonly labelSelector?: LabelSelector;
    readonly deleteDelayDuration?: string;
  };
  readonly artifactGC?: object;
  readonly artifactRepositoryRef?: RepositoryRef;
  readonly archiveLogs?: boolean;
  readonly podDisruptionBudget?: object;
}

/** The sorts of nodes. */
export type NodeType =
  | 'Pod'
  | 'Steps'
  | 'StepGroup'
  | 'DAG'
  | 'TaskGroup'
  | 'Retry'
  | 'Skipped'
  | 'Suspend'
  | 'HTTP'
  | 'Plugin'
  | 'Container';

/** How far a node is. */
export type NodePhase =
  'Pending' | 'Running' | 'Succeeded' | 'Skipped' | 'Failed' | 'Error' | 'Omitted';

/** A node of the graph that a Workflow becomes. */
export interface NodeStatus {
  readonly id: string;
  readonly name: string;
  readonly displayName?: string;
  readonly type: NodeType;
  readonly templateName?: string;
  readonly templateRef?: TemplateRef;
  readonly templateScope?: string;
  readonly phase?: NodePhase;
  readonly boundaryID?: string;
  readonly message?: string;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
  readonly progress?: string;
  readonly resourcesDuration?: Readonly<Record<string, number>>;
  readonly podIP?: string;
  readonly daemoned?: boolean;
  readonly nodeFlag?: { readonly hooked?: boolean; readonly retried?: boolean };
  readonly inputs?: Arguments;
  readonly outputs?: Outputs;
  readonly children?: readonly string[];
  readonly outboundNodes?: readonly string[];
  readonly hostNodeName?: string;
  readonly synchronizationStatus?: { readonly waiting?: string };
  readonly taskResultSynced?: boolean;
  readonly memoizationStatus?: {
    readonly hit: boolean;
    readonly key: string;
    readonly cacheName: string;
  };
}

/** A condition of a Workflow, which has no time. */
export interface WorkflowCondition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

/** How far a Workflow is. */
export interface WorkflowStatus {
  readonly phase?: string;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
  readonly progress?: string;
  readonly message?: string;
  readonly nodes?: Readonly<Record<string, NodeStatus>>;
  readonly storedTemplates?: Readonly<Record<string, Template>>;
  readonly persistentVolumeClaims?: readonly Volume[];
  readonly outputs?: Outputs;
  readonly conditions?: readonly WorkflowCondition[];
  readonly resourcesDuration?: Readonly<Record<string, number>>;
  readonly storedWorkflowTemplateSpec?: WorkflowSpec;
  readonly artifactRepositoryRef?: RepositoryRef;
  readonly artifactGCStatus?: object;
  readonly synchronization?: object;
  readonly taskResultsCompletionStatus?: Readonly<Record<string, boolean>>;
}

/** A Workflow. */
export interface Workflow extends HasMetadata {
  readonly spec: WorkflowSpec;
  readonly status?: WorkflowStatus;
}

/** The kind Workflow. */
export const workflows = kindOf<Workflow>(groupVersion, 'Workflow', 'workflows');

/** A WorkflowTemplate, or a ClusterWorkflowTemplate. */
export interface WorkflowTemplate extends HasMetadata {
  readonly spec: WorkflowSpec;
}

/** The kind WorkflowTemplate. */
export const workflowTemplates = kindOf<WorkflowTemplate>(
  groupVersion,
  'WorkflowTemplate',
  'workflowtemplates',
);

/** The kind ClusterWorkflowTemplate. */
export const clusterWorkflowTemplates = kindOf<WorkflowTemplate>(
  groupVersion,
  'ClusterWorkflowTemplate',
  'clusterworkflowtemplates',
  'Cluster',
);

/** What an executor tells of its pod. */
export interface TaskResult extends HasMetadata {
  readonly outputs?: Outputs;
  readonly progress?: string;
}

/** The kind WorkflowTaskResult. */
export const taskResults = kindOf<TaskResult>(
  groupVersion,
  'WorkflowTaskResult',
  'workflowtaskresults',
);
