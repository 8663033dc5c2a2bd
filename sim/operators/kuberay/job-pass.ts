/** One pass over one RayJob. @upstream kuberay v1.7.0 controllers/ray/rayjob_controller.go */
import { jobs } from '../../api/kinds/batch.js';
import { services } from '../../api/kinds/core.js';
import { findCondition, hasFinalizer, isDeleting } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import type { Outcome, Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import { call, update } from '../../client/requests.js';
import type { Random } from '../../engine/random.js';
import type { BatchScheduler } from './batch-scheduler.js';
import { askAt, fieldOf, type DashboardMeans } from './dashboard.js';
import { deletionTime, policyAfter } from './job-deletion.js';
import { submission } from './job-objects.js';
import { JobResources } from './job-resources.js';
import { isTerminal, JobStatusDraft } from './job-status.js';
import { jobProblem, selectsCluster } from './job-validation.js';
import { headOf } from './head-of.js';
import { keys } from './keys.js';
import { headServiceName } from './names.js';
import { rayJobs, type RayCluster, type RayJob } from './types.js';

const finalizer = 'ray.io/rayjob-finalizer';
const submitterName = 'ray-job-submitter';
/** So soon the operator looks again. */
const soon = { requeueAfterMs: 3_000 };

/** What a pass works with. */
export interface JobPassMeans extends DashboardMeans {
  readonly random: Random;
  /** The batch scheduler that the operator is told of. */
  readonly scheduler?: BatchScheduler | undefined;
  record(event: Omit<EventToRecord, 'regarding'>): void;
}

/** How a step of the pass ends: the status is written, or the pass is over. */
type Step = 'write' | { readonly outcome: Outcome };

/** What is known of whoever submits. */
interface Submitter {
  readonly hasFailed: boolean;
  readonly finishedAt: string | undefined;
}

const over = (outcome: Outcome): Step => ({ outcome });
const failed = (retry: string): Step => ({ outcome: { retry } });

/** A pass over a job that is ours. */
export class JobPass {
  private readonly name: string;
  private readonly namespace: string;
  private readonly nowMs: number;
  private readonly draft: JobStatusDraft;
  private readonly resources: JobResources;
  private job: RayJob;

  constructor(
    job: RayJob,
    private readonly view: View,
    private readonly means: JobPassMeans,
  ) {
    const { name = '', namespace = '' } = job.metadata;
    this.job = job;
    this.name = name;
    this.namespace = namespace;
    this.nowMs = means.clock.now();
    this.draft = new JobStatusDraft(job.status ?? {}, job.spec, this.nowMs);
    this.resources = new JobResources(job, view, event => means.record(event));
  }

  *run(): Reconciliation {
    if (isDeleting(this.job)) return yield* this.end();
    const problem = jobProblem(this.job);
    if (problem !== undefined) return yield* this.refuse(problem);
    const step = yield* this.step();
    if (step !== 'write') return step.outcome;
    this.draft.count();
    return (yield* this.write()) ?? soon;
  }

  private *refuse({
    reason,
    text,
  }: {
    readonly reason: string;
    readonly text: string;
  }): Reconciliation {
    const message = `${this.namespace}/${this.name}: ${text}`;
    this.means.record({ type: 'Warning', reason, action: 'Validate', message });
    this.draft.set({
      ...{ jobDeploymentStatus: 'ValidationFailed', reason: 'ValidationFailed' },
      message: text,
    });
    return yield* this.write();
  }

  /** The end of a job that may still run: Ray is told to stop it, whether or not it hears. */
  private *end(): Reconciliation {
    const { jobStatus, jobId = '', dashboardURL = '' } = this.draft.status;
    if (!isTerminal(jobStatus)) {
      yield* askAt(dashboardURL, { method: 'POST', path: `/api/jobs/${jobId}/stop` }, this.means);
    }
    if (!hasFinalizer(this.job, finalizer)) return undefined;
    const finalizers = (this.job.metadata.finalizers ?? []).filter(each => each !== finalizer);
    const metadata = { ...this.job.metadata, finalizers };
    const answer = yield* call(update(rayJobs, { ...this.job, metadata }));
    return answer.isOk || answer.status === 404 ? soon : { retry: answer.message };
  }

  private *step(): Reconciliation<Step> {
    switch (this.draft.status.jobDeploymentStatus ?? '') {
      case '':
        return yield* this.begin();
      case 'Initializing':
        return yield* this.initialize();
      case 'Waiting':
        return this.awaitId();
      case 'Running':
        return yield* this.follow();
      case 'Suspending':
      case 'Retrying':
        return yield* this.release();
      case 'Suspended':
        return this.resume();
      case 'Complete':
      case 'Failed':
        return over(yield* this.cleanUp());
      default:
        return over(soon);
    }
  }

  private *begin(): Reconciliation<Step> {
    if (!hasFinalizer(this.job, finalizer)) {
      const finalizers = [...(this.job.metadata.finalizers ?? []), finalizer];
      const metadata = { ...this.job.metadata, finalizers };
      const answer = yield* call(update(rayJobs, { ...this.job, metadata }));
      if (!answer.isOk) return failed(answer.message);
      this.job = answer.object;
    }
    const { random } = this.means;
    const { jobId, clusterSelector = {} } = this.job.spec;
    this.draft.begin({
      jobId: jobId ?? `${this.name}-${random.suffix()}`,
      rayClusterName: clusterSelector[keys.cluster] ?? `${this.name}-${random.suffix()}`,
    });
    return 'write';
  }

  private *initialize(): Reconciliation<Step> {
    const { draft, resources } = this;
    if (draft.suspends() || draft.missesDeadline() || draft.missesStart()) return 'write';
    const { scheduler } = this.means;
    if (scheduler !== undefined) return failed(scheduler.jobProblem);
    const cluster = yield* resources.cluster(draft.status.rayClusterName ?? '');
    if ('failure' in cluster) return failed(cluster.failure);
    if ((draft.status.dashboardURL ?? '') === '') {
      if (cluster.status?.state !== 'ready') {
        if (cluster.status !== undefined) draft.set({ rayClusterStatus: cluster.status });
        return 'write';
      }
      const url = this.urlOf(cluster);
      if ('failure' in url) return failed(url.failure);
      draft.set({ dashboardURL: url.url });
    }
    const mode = this.job.spec.submissionMode;
    if (mode === 'InteractiveMode') {
      draft.set({ jobDeploymentStatus: 'Waiting' });
      return 'write';
    }
    if (mode === 'K8sJobMode') {
      const failure = yield* resources.submitter({ ...this.job, status: draft.status }, cluster);
      if (failure !== undefined) return failed(failure);
    }
    draft.set({ jobDeploymentStatus: 'Running' });
    return 'write';
  }

  private urlOf(cluster: RayCluster): { readonly url: string } | { readonly failure: string } {
    const name = headServiceName(cluster);
    const service = this.view.get(services, this.namespace, name);
    if (service === undefined) return { failure: `Service "${name}" not found` };
    const port = service.spec?.ports?.find(each => each.name === 'dashboard')?.port;
    if (port === undefined) return { failure: 'dashboard port is not found' };
    return { url: `${name}.${this.namespace}.svc.cluster.local:${port}` };
  }

  private awaitId(): Step {
    if (this.draft.missesStart()) return 'write';
    const { jobId = '' } = this.job.spec;
    if (jobId === '') return over(soon);
    this.draft.set({ jobId, jobDeploymentStatus: 'Running' });
    return 'write';
  }

  private *follow(): Reconciliation<Step> {
    const { draft, resources } = this;
    const isOver =
      draft.suspends() || draft.missesDeadline() || draft.outlivesJob() || draft.isUnknownTooLong();
    if (isOver) return 'write';
    const cluster = yield* resources.cluster(draft.status.rayClusterName ?? '');
    if ('failure' in cluster) return failed(cluster.failure);
    const failure = yield* resources.service(cluster);
    if (failure !== undefined) return failed(failure);
    const submitter = this.submitter();
    if (typeof submitter === 'string') return failed(submitter);
    if (draft.outlivesSubmitter(submitter?.finishedAt)) return 'write';
    if (submitter?.hasFailed === true) return 'write';
    return yield* this.ask(cluster, submitter);
  }

  /** Whoever submits, unless the operator or the user does; a failure is in the draft. */
  private submitter(): Submitter | undefined | string {
    const mode = this.job.spec.submissionMode;
    if (mode === 'K8sJobMode') return this.submitterJob();
    return mode === 'SidecarMode' ? this.sidecar() : undefined;
  }

  private submitterJob(): Submitter | string {
    const job = this.view.get(jobs, this.namespace, this.name);
    if (job === undefined) return `jobs.batch "${this.name}" not found`;
    const isTrue = (type: string) => {
      const found = findCondition(job.status?.conditions, type);
      return found?.status === 'True' ? found : undefined;
    };
    const failure = isTrue('Failed');
    if (failure !== undefined) {
      const { reason = '', message = '' } = failure;
      this.blame(`Job submission has failed. Reason: ${reason}. Message: ${message}`);
    }
    const finishedAt = (isTrue('Complete') ?? failure)?.lastTransitionTime;
    return { hasFailed: failure !== undefined, finishedAt: finishedAt ?? undefined };
  }

  /** The program failed, if it was known to have; else its submission did. */
  private blame(message: string): void {
    if (this.draft.status.jobStatus === 'FAILED') {
      this.draft.set({ jobDeploymentStatus: 'Failed', reason: 'AppFailed' });
    } else this.draft.fail('SubmissionFailed', message);
  }

  private sidecar(): Submitter {
    const cluster = this.draft.status.rayClusterName ?? '';
    const head = headOf(this.view, this.namespace, cluster);
    if (head === undefined) {
      this.draft.fail('AppFailed', 'Ray head pod not found.');
      return { hasFailed: true, finishedAt: undefined };
    }
    const state = (head.status?.containerStatuses ?? []).find(({ name }) => name === submitterName)
      ?.state?.terminated;
    const code = state?.exitCode ?? 0;
    if (code !== 0) {
      this.blame(
        `Ray head pod container ${submitterName} terminated with exit code ${code}: ${state?.reason ?? ''}`,
      );
    }
    return { hasFailed: code !== 0, finishedAt: state?.finishedAt ?? undefined };
  }

  private *ask(cluster: RayCluster, submitter: Submitter | undefined): Reconciliation<Step> {
    const { draft, means } = this;
    const { dashboardURL = '', jobId = '' } = draft.status;
    const path = `/api/jobs/${jobId}`;
    const answer = yield* askAt(dashboardURL, { method: 'GET', path }, means);
    if (answer.isOk && answer.status === 404) return yield* this.submit(submitter);
    const jobStatus = answer.isOk ? fieldOf(answer.body, 'status') : undefined;
    if (!answer.isOk || typeof jobStatus !== 'string') {
      return draft.isUnknown() ? 'write' : over(soon);
    }
    draft.without('jobStatusCheckFailureStartTime');
    // A job that has a submitter is over when that is, too.
    const isOver =
      isTerminal(jobStatus) && (submitter === undefined || submitter.finishedAt !== undefined);
    const hasFailed = isOver && jobStatus === 'FAILED';
    const time = (name: string) => {
      const ms = Number(fieldOf(answer.body, name) ?? 0);
      return ms > 0 ? rfc3339(ms) : undefined;
    };
    const [startTime, endTime] = [time('start_time'), time('end_time')];
    draft.set({
      jobStatus,
      jobDeploymentStatus: hasFailed ? 'Failed' : isOver ? 'Complete' : 'Running',
      reason: hasFailed ? 'AppFailed' : '',
      message: String(fieldOf(answer.body, 'message') ?? ''),
      ...(cluster.status !== undefined && { rayClusterStatus: cluster.status }),
      rayJobInfo: {
        ...draft.status.rayJobInfo,
        ...(startTime !== undefined && { startTime }),
        ...(endTime !== undefined && { endTime }),
      },
    });
    return 'write';
  }

  /** Ray knows nothing of the job. */
  private *submit(submitter: Submitter | undefined): Reconciliation<Step> {
    const { draft, means, job } = this;
    if (job.spec.submissionMode !== 'HTTPMode') {
      if (submitter?.finishedAt === undefined) return over(soon);
      draft.fail('AppFailed', 'Submitter completed but Ray job not found in RayCluster.');
      return 'write';
    }
    const body = submission({ ...job, status: draft.status });
    const request = { method: 'POST', path: '/api/jobs/', body };
    const answer = yield* askAt(draft.status.dashboardURL ?? '', request, means);
    if (!answer.isOk || answer.status >= 300) return draft.isUnknown() ? 'write' : over(soon);
    if (draft.status.jobStatusCheckFailureStartTime === undefined) return over(soon);
    draft.without('jobStatusCheckFailureStartTime');
    return 'write';
  }

  /** What was made is deleted, and only then the job begins anew, or sleeps. */
  private *release(): Reconciliation<Step> {
    const { draft, resources } = this;
    const cluster = yield* resources.removeCluster(draft.status.rayClusterName ?? '');
    if (typeof cluster !== 'boolean') return failed(cluster.failure);
    const submitter = yield* resources.removeSubmitter();
    if (typeof submitter !== 'boolean') return failed(submitter.failure);
    if (!cluster || !submitter) return over(soon);
    draft.reset();
    return 'write';
  }

  private resume(): Step {
    if (this.job.spec.suspend === true) return over(undefined);
    this.draft.without('jobStatus');
    this.draft.without('jobDeploymentStatus');
    return 'write';
  }

  private *cleanUp(): Reconciliation {
    if (selectsCluster(this.job.spec)) return undefined;
    const policy = policyAfter(this.job, this.view, this.nowMs);
    if (policy !== undefined) {
      const failure = yield* this.execute(policy);
      if (failure !== undefined) return { retry: failure };
    }
    const nextMs = deletionTime(this.job, this.nowMs);
    return nextMs === undefined ? undefined : { requeueAfterMs: nextMs - this.nowMs + 2_000 };
  }

  private *execute(policy: string): Reconciliation<string | undefined> {
    const { rayClusterName = '' } = this.draft.status;
    switch (policy) {
      case 'DeleteCluster': {
        const removed = yield* this.resources.removeCluster(rayClusterName);
        return typeof removed === 'boolean' ? undefined : removed.failure;
      }
      case 'DeleteWorkers':
        return yield* this.resources.suspendWorkers(rayClusterName);
      case 'DeleteSelf':
        return yield* this.resources.removeSelf();
      default:
        return undefined;
    }
  }

  private *write(): Reconciliation {
    const status = this.draft.written();
    if (status === undefined) return undefined;
    const answer = yield* call(update(rayJobs, { ...this.job, status }, 'status'));
    return answer.isOk ? undefined : { retry: answer.message };
  }
}
