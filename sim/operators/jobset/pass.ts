/** One pass over one JobSet. @upstream jobset pkg/controllers/jobset_controller.go */
import { jobs, type Job } from '../../api/kinds/batch.js';
import { services } from '../../api/kinds/core.js';
import { isConditionTrue, isDeleting } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import type { Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import { call, create, remove, update } from '../../client/requests.js';
import { hasStarted, isReached, sortedJobs, statusesOf, type ChildJobs } from './child-jobs.js';
import { constructJob, constructService } from './construct.js';
import { applyFailurePolicy } from './failure-policy.js';
import { jobName, keys, subdomainOf } from './keys.js';
import { resumed, suspended } from './suspension.js';
import { StatusDraft } from './status-draft.js';
import { isSuccess } from './success-policy.js';
import { jobSets, type JobSet, type ReplicatedJob, type ReplicatedJobStatus } from './types.js';

type Failure = string | undefined;

/** A pass over a JobSet that is ours and stays. */
export class Pass {
  private readonly draft: StatusDraft;
  private readonly children: ChildJobs;
  private readonly statuses: readonly ReplicatedJobStatus[];
  private readonly replicated: readonly ReplicatedJob[];
  private readonly namespace: string;
  private readonly isSuspended: boolean;

  constructor(
    private readonly jobSet: JobSet,
    private readonly view: View,
    private readonly means: {
      readonly nowMs: number;
      record(event: Omit<EventToRecord, 'regarding'>): void;
    },
  ) {
    this.draft = new StatusDraft(jobSet.status ?? {}, rfc3339(means.nowMs));
    this.children = sortedJobs(jobSet, view.byIndex(jobs, 'owner', jobSet.metadata.uid ?? ''));
    this.statuses = statusesOf(jobSet, this.children);
    this.replicated = jobSet.spec.replicatedJobs ?? [];
    this.namespace = jobSet.metadata.namespace ?? '';
    this.isSuspended = jobSet.spec.suspend === true;
  }

  *run(): Reconciliation {
    this.draft.count(this.statuses);
    if (this.isFinished()) return yield* this.cleaned();
    const failure = (yield* this.removeJobs(this.children.previous)) ?? (yield* this.advance());
    if (failure !== undefined) return { retry: failure };
    return yield* this.write();
  }

  private isFinished(): boolean {
    const { conditions } = this.jobSet.status ?? {};
    return isConditionTrue(conditions, 'Completed') || isConditionTrue(conditions, 'Failed');
  }

  /** Of a JobSet that is over nothing goes on, and after its time it goes itself. */
  private *cleaned(): Reconciliation {
    const failure = yield* this.removeJobs(this.children.active);
    if (failure !== undefined) return { retry: failure };
    const leftMs = this.leftMs();
    if (leftMs !== undefined && leftMs <= 0) {
      const { name = '', uid = '' } = this.jobSet.metadata;
      const options = { propagationPolicy: 'Foreground', preconditions: { uid } } as const;
      const answer = yield* call(remove(jobSets, this.namespace, name, options));
      return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
    }
    const written = yield* this.write();
    return written ?? (leftMs === undefined ? undefined : { requeueAfterMs: leftMs });
  }

  private leftMs(): number | undefined {
    const { ttlSecondsAfterFinished: ttl } = this.jobSet.spec;
    const end = this.jobSet.status?.conditions?.find(
      ({ type, status }) => (type === 'Completed' || type === 'Failed') && status === 'True',
    );
    if (ttl === undefined || end?.lastTransitionTime === undefined) return undefined;
    return Date.parse(end.lastTransitionTime) + ttl * 1000 - this.means.nowMs;
  }

  private *advance(): Reconciliation<Failure> {
    const { draft, children } = this;
    if (!this.isSuspended && this.areAllReady())
      draft.endRestart('JobsReady', 'all jobs are ready');
    if (children.failed.length > 0) {
      return applyFailurePolicy(this.jobSet, children.failed, draft);
    }
    if (children.successful.length > 0 && isSuccess(this.jobSet, children.successful)) {
      draft.complete();
      return undefined;
    }
    const failure = (yield* this.ensureService()) ?? (yield* this.ensureJobs());
    if (failure !== undefined) return failure;
    return this.isSuspended ? yield* this.suspendJobs() : yield* this.resumeJobs();
  }

  private areAllReady(): boolean {
    const wanted = this.replicated.reduce((sum, { replicas = 0 }) => sum + replicas, 0);
    const got = this.statuses.reduce((sum, { ready, succeeded }) => sum + ready + succeeded, 0);
    return wanted === got;
  }

  private *removeJobs(some: readonly Job[]): Reconciliation<Failure> {
    for (const job of some) {
      if (isDeleting(job)) continue;
      const options = { propagationPolicy: 'Foreground' } as const;
      const { name = '' } = job.metadata;
      const answer = yield* call(remove(jobs, this.namespace, name, options));
      if (!answer.isOk && answer.status !== 404) return answer.message;
    }
    return undefined;
  }

  private *ensureService(): Reconciliation<Failure> {
    const { jobSet, view, namespace } = this;
    if (jobSet.spec.network?.enableDNSHostnames !== true) return undefined;
    if (view.get(services, namespace, subdomainOf(jobSet)) !== undefined) return undefined;
    const answer = yield* call(create(services, constructService(jobSet)));
    return answer.isOk ? undefined : this.refused('HeadlessServiceCreationFailed', answer.message);
  }

  private *ensureJobs(): Reconciliation<Failure> {
    const isWaiting = !this.isSuspended && this.isInOrder();
    for (const [index, replicated] of this.replicated.entries()) {
      if (!this.isReached(index)) continue;
      const { replicas = 0 } = replicated;
      if (isWaiting && hasStarted(replicas, this.statusOf(replicated))) continue;
      const failure = yield* this.createJobs(replicated);
      if (failure !== undefined) return failure;
      if (isWaiting) {
        this.draft.startInOrder();
        return undefined;
      }
    }
    if (isWaiting) this.draft.endInOrder();
    return undefined;
  }

  private *createJobs(replicated: ReplicatedJob): Reconciliation<Failure> {
    const { jobSet, children } = this;
    const { restartStrategy } = jobSet.spec.failurePolicy ?? {};
    if (restartStrategy === 'BlockingRecreate' && children.previous.length > 0) return undefined;
    const known = new Set(Object.values(children).flat().map(nameOf));
    const problems: string[] = [];
    for (let index = 0; index < (replicated.replicas ?? 0); index++) {
      const name = jobName(jobSet.metadata.name ?? '', replicated.name, index);
      if (known.has(name)) continue;
      const answer = yield* call(create(jobs, constructJob(jobSet, replicated, index)));
      if (!answer.isOk) {
        problems.push(`job "${name}" creation failed with error: ${answer.message}`);
      }
    }
    if (problems.length === 0) return undefined;
    return this.refused('JobCreationFailed', problems.join('\n'));
  }

  private *suspendJobs(): Reconciliation<Failure> {
    for (const job of this.children.active) {
      if (job.spec?.suspend === true) continue;
      const answer = yield* call(update(jobs, suspended(job)));
      if (!answer.isOk) return answer.message;
    }
    this.draft.suspend();
    return undefined;
  }

  private *resumeJobs(): Reconciliation<Failure> {
    for (const [index, replicated] of this.replicated.entries()) {
      if (!this.isReached(index)) continue;
      const { replicas = 0 } = replicated;
      if (this.isInOrder() && hasStarted(replicas, this.statusOf(replicated))) continue;
      const failure = yield* this.resume(replicated);
      if (failure !== undefined) return failure;
      if (this.isInOrder()) {
        this.draft.startInOrder();
        return undefined;
      }
    }
    this.draft.resume();
    return undefined;
  }

  private *resume(replicated: ReplicatedJob): Reconciliation<Failure> {
    for (const job of this.children.active) {
      const isOwn = job.metadata.labels?.[keys.replicatedJob] === replicated.name;
      if (!isOwn || job.spec?.suspend !== true) continue;
      let current = job;
      if (job.status?.startTime !== undefined) {
        const { startTime: _, ...status } = job.status;
        const answer = yield* call(update(jobs, { ...job, status }, 'status'));
        if (!answer.isOk) return answer.message;
        current = answer.object;
      }
      const answer = yield* call(update(jobs, resumed(current, replicated)));
      if (!answer.isOk) return answer.message;
    }
    return undefined;
  }

  private isInOrder(): boolean {
    return this.jobSet.spec.startupPolicy?.startupPolicyOrder === 'InOrder';
  }

  private isReached(index: number): boolean {
    const replicated = this.replicated[index];
    const above = this.replicated.slice(0, index + 1);
    return replicated !== undefined && isReached(replicated, above, this.statuses);
  }

  private statusOf({ name }: ReplicatedJob): ReplicatedJobStatus | undefined {
    return this.statuses.find(one => one.name === name);
  }

  private refused(reason: string, message: string): string {
    this.means.record({ type: 'Warning', reason, message, action: 'Reconciling' });
    return message;
  }

  /** Events are told once the status is written. */
  private *write(): Reconciliation {
    if (!this.draft.hasChanged) return undefined;
    const status = this.draft.status();
    const answer = yield* call(update(jobSets, { ...this.jobSet, status }, 'status'));
    if (!answer.isOk) return { retry: answer.message };
    for (const event of this.draft.events) this.means.record(event);
    return undefined;
  }
}

function nameOf({ metadata }: Job): string {
  return metadata.name ?? '';
}
