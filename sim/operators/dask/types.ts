/** The shapes of Dask's kinds. @upstream dask-kubernetes dask_kubernetes/operator/customresources */
import type { PodSpec, ServiceSpec } from '../../api/kinds/core.js';
import { kindOf, type HasMetadata } from '../../api/object.js';

/** Marks for the children of a part of a cluster. */
export interface ChildMarks {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The workers of a group. */
export interface WorkerTemplate {
  readonly replicas?: number;
  readonly metadata?: ChildMarks;
  readonly spec: PodSpec;
}

/** A scheduler and its service. */
export interface SchedulerTemplate {
  readonly metadata?: ChildMarks;
  readonly spec: PodSpec;
  readonly service: ServiceSpec;
}

/** What is asked of a cluster. */
export interface DaskClusterSpec {
  /** In seconds; 0: it never shuts itself down. */
  readonly idleTimeout?: number;
  readonly scheduler: SchedulerTemplate;
  readonly worker: WorkerTemplate;
}

/** A scheduler with workers. */
export interface DaskCluster extends HasMetadata {
  readonly spec: DaskClusterSpec;
  readonly status?: { readonly phase?: string };
}

/** Workers of one template. */
export interface DaskWorkerGroup extends HasMetadata {
  readonly spec: { readonly cluster: string; readonly worker: WorkerTemplate };
}

/** A program that runs on a cluster of its own. */
export interface DaskJob extends HasMetadata {
  readonly spec: {
    readonly job: { readonly metadata?: ChildMarks; readonly spec: PodSpec };
    readonly cluster: { readonly metadata?: ChildMarks; readonly spec: DaskClusterSpec };
  };
  readonly status?: { readonly jobStatus?: string };
}

/** Keeps the number of a cluster's workers at what its scheduler wants. */
export interface DaskAutoscaler extends HasMetadata {
  readonly spec: { readonly cluster: string; readonly minimum: number; readonly maximum: number };
}

const version = 'kubernetes.dask.org/v1';

/** The kind DaskCluster. */
export const daskClusters = kindOf<DaskCluster>(version, 'DaskCluster', 'daskclusters');
/** The kind DaskWorkerGroup. */
export const daskWorkerGroups = kindOf<DaskWorkerGroup>(
  version,
  'DaskWorkerGroup',
  'daskworkergroups',
);
/** The kind DaskJob. */
export const daskJobs = kindOf<DaskJob>(version, 'DaskJob', 'daskjobs');
/** The kind DaskAutoscaler. */
export const daskAutoscalers = kindOf<DaskAutoscaler>(version, 'DaskAutoscaler', 'daskautoscalers');

/** The labels by which parts of a cluster are found. */
export const labels = {
  cluster: 'dask.org/cluster-name',
  component: 'dask.org/component',
  workerGroup: 'dask.org/workergroup-name',
} as const;

/** The name of a cluster's scheduler and of its service. */
export const schedulerName = (cluster: string): string => `${cluster}-scheduler`;
