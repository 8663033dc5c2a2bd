/** TrainJobs. @upstream kueue v0.19.2 pkg/controller/jobs/trainjob */
import { findCondition } from '../../../api/meta.js';
import type { HasMetadata } from '../../../api/object.js';
import type { Reconciliation } from '../../../client/contract.js';
import { call, create, get } from '../../../client/requests.js';
import type { JobSet, ReplicatedJob } from '../../jobset/types.js';
import { jobSetOf } from '../../trainer/objects.js';
import { withGroupNames } from '../../trainer/pod-groups.js';
import { withPolicy } from '../../trainer/policies.js';
import { runtimeInfo } from '../../trainer/runtime-info.js';
import {
  runtimeKindOf,
  trainJobs,
  type RuntimePatch,
  type TrainingRuntime,
  type TrainJob,
} from '../../trainer/types.js';
import type { JobEnd, JobIntegration } from '../job-integration.js';
import type { PodSetInfo } from '../pod-set-info.js';
import { workloads, type PodSet } from '../types.js';
import { jobSet } from './job-set.js';

const manager = 'kueue.x-k8s.io/manager';

/** The integration of TrainJobs; what their pods are, it knows with their JobSet only. */
class TrainJobs implements JobIntegration<TrainJob> {
  readonly kind = trainJobs;
  /** The patches of its runtime may be changed only while it sleeps. */
  readonly isChangedAsleep = true;

  constructor(
    /** The JobSet that the job becomes, and the sets of its pods, as the API server completes them. */
    private readonly child?: { readonly jobSet: JobSet; readonly podSets: readonly PodSet[] },
  ) {}

  isSuspended({ spec }: TrainJob): boolean {
    return spec.suspend === true;
  }

  withSuspend(job: TrainJob, suspend: boolean): TrainJob {
    return { ...job, spec: { ...job.spec, suspend } };
  }

  /** The patch that is to hold what Kueue adds. @upstream trainjob_webhook.go Default */
  defaulted(job: TrainJob): TrainJob {
    const patch = { manager, trainingRuntimeSpec: { template: { spec: {} } } };
    return withPatches(job, [...(job.spec.runtimePatches ?? []), patch]);
  }

  /** @upstream getChildJobSet, and PodSets, which asks the API server to complete them */
  *bound(job: TrainJob): Reconciliation<JobIntegration | string> {
    const kind = runtimeKindOf(job);
    const { name, apiGroup = '', kind: named = '' } = job.spec.runtimeRef;
    if (kind === undefined) return `unsupported runtime: ${named}.${apiGroup}`;
    const { namespace = '', name: own = '' } = job.metadata;
    const answer = yield* call(get(kind, kind.isNamespaced ? namespace : '', name));
    if (!answer.isOk) return `runtime '${name}' not found`;
    const child = childOf(job, answer.object);
    if (typeof child === 'string') return child;
    const metadata = { name: own, namespace };
    const trial = create(workloads, { metadata, spec: { podSets: jobSet.podSets(child) } });
    const tried = yield* call({ ...trial, path: `${trial.path}?dryRun=All` });
    if (!tried.isOk) return tried.message;
    const { podSets } = tried.object.spec;
    return new TrainJobs({ jobSet: child, podSets }) as unknown as JobIntegration;
  }

  podSets(): readonly PodSet[] {
    return this.child?.podSets ?? [];
  }

  unready(job: TrainJob): string | undefined {
    return ownPatches(job).length > 0 ? undefined : 'kueue runtime patch not found';
  }

  started(job: TrainJob, infos: readonly PodSetInfo[]): TrainJob | string {
    const wanted = this.child?.jobSet.spec.replicatedJobs?.length ?? 0;
    if (infos.length !== wanted) {
      return `invalid podset infos: expecting ${wanted} podset, got ${infos.length}`;
    }
    return this.withSuspend(withOwn(job, infos.map(changeFor)), false);
  }

  restored(job: TrainJob): TrainJob {
    return withOwn(job, undefined);
  }

  isActive({ status }: TrainJob): boolean {
    return (status?.jobsStatus ?? []).some(({ active }) => active > 0);
  }

  arePodsReady(job: TrainJob): boolean {
    const child = this.withStatusOf(job);
    return child !== undefined && jobSet.arePodsReady(child);
  }

  end({ status }: TrainJob): JobEnd | undefined {
    for (const type of ['Complete', 'Failed']) {
      const condition = findCondition(status?.conditions, type);
      if (condition?.status !== 'True') continue;
      return { message: condition.message ?? '', isSuccess: type === 'Complete' };
    }
    return undefined;
  }

  priorityClass(): string {
    return this.child === undefined ? '' : jobSet.priorityClass(this.child.jobSet);
  }

  reclaimablePods(job: TrainJob): readonly { readonly name: string; readonly count: number }[] {
    const child = this.withStatusOf(job);
    return child === undefined ? [] : (jobSet.reclaimablePods?.(child) ?? []);
  }

  /** Nothing more is refused; but what is refused of all kinds is, at each write. */
  refusals(): readonly string[] {
    return [];
  }

  private withStatusOf({ status }: TrainJob): JobSet | undefined {
    const replicatedJobsStatus = status?.jobsStatus ?? [];
    return this.child && { ...this.child.jobSet, status: { replicatedJobsStatus } };
  }
}

/** The integration of TrainJobs. */
export const trainJob: JobIntegration<TrainJob> = new TrainJobs();

/** The JobSet as Trainer makes it, without what its plugins tell the containers. */
function childOf(job: TrainJob, runtime: TrainingRuntime): JobSet | string {
  const info = runtimeInfo(job, runtime);
  if (typeof info === 'string') return info;
  const { podSets } = withPolicy(job, info);
  return jobSetOf(job, withGroupNames(job, { ...info, podSets }));
}

/** What a replicated job gets. @upstream RunWithPodSetsInfo */
function changeFor(info: PodSetInfo): ReplicatedJob {
  const { name, annotations, labels, nodeSelector, tolerations } = info;
  const spec = {
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(tolerations.length > 0 && { tolerations }),
  };
  const template = { metadata: { annotations, labels }, spec };
  return { name, template: { spec: { template } } } as unknown as ReplicatedJob;
}

function ownPatches({ spec }: HasMetadata & Pick<TrainJob, 'spec'>): readonly RuntimePatch[] {
  return (spec.runtimePatches ?? []).filter(one => one.manager === manager);
}

/** The job with these changes in Kueue's own patch. */
function withOwn(job: TrainJob, changes: readonly ReplicatedJob[] | undefined): TrainJob {
  const [own] = ownPatches(job);
  return withPatches(
    job,
    (job.spec.runtimePatches ?? []).map(patch => {
      if (patch !== own) return patch;
      const { template } = patch.trainingRuntimeSpec ?? {};
      const { replicatedJobs: _, ...rest } = template?.spec ?? {};
      const spec = { ...rest, ...(changes !== undefined && { replicatedJobs: changes }) };
      return {
        ...patch,
        trainingRuntimeSpec: { ...patch.trainingRuntimeSpec, template: { ...template, spec } },
      };
    }),
  );
}

function withPatches(job: TrainJob, runtimePatches: readonly RuntimePatch[]): TrainJob {
  return { ...job, spec: { ...job.spec, runtimePatches } };
}
