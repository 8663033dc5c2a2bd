/** The status of a RayJob in the course of a pass. @upstream kuberay v1.7.0 rayjob_controller.go */
import { rfc3339 } from '../../api/time.js';
import { isStatusChanged } from './cluster-status.js';
import type { RayClusterStatus, RayJobSpec, RayJobStatus } from './types.js';

/** So long after the job's end its submitter may go on. */
const graceMs = 300_000;
/** So long the job may go on after its submitter's end. */
const submitterMs = 30_000;
/** So long nobody may be able to tell how the job is. */
const unknownMs = 300_000;

/** What a cluster's status is where there is none. */
const noCluster: RayClusterStatus = {
  ...{ desiredCPU: '0', desiredMemory: '0', desiredGPU: '0', desiredTPU: '0' },
  head: {},
};

/** Whether Ray's own job is over. */
export function isTerminal(jobStatus: string | undefined): boolean {
  return ['STOPPED', 'SUCCEEDED', 'FAILED'].includes(jobStatus ?? '');
}

/** A draft of the status. */
export class JobStatusDraft {
  status: RayJobStatus;
  private readonly now: string;

  constructor(
    private readonly old: RayJobStatus,
    private readonly spec: RayJobSpec,
    private readonly nowMs: number,
  ) {
    this.status = old;
    this.now = rfc3339(nowMs);
  }

  set(fields: RayJobStatus): void {
    this.status = { ...this.status, ...fields };
  }

  fail(reason: string, message: string): true {
    this.set({ jobDeploymentStatus: 'Failed', reason, message });
    return true;
  }

  begin(names: { readonly jobId: string; readonly rayClusterName: string }): void {
    const { jobId, rayClusterName } = this.status;
    this.set({
      ...(this.spec.submissionMode !== 'InteractiveMode' && { jobId: jobId ?? names.jobId }),
      rayClusterName: rayClusterName ?? names.rayClusterName,
      jobDeploymentStatus: 'Initializing',
      startTime: this.now,
    });
  }

  /** Nothing of the run is left. */
  reset(): void {
    const { succeeded, failed, startTime, endTime } = this.status;
    const jobDeploymentStatus =
      this.status.jobDeploymentStatus === 'Suspending' ? 'Suspended' : undefined;
    this.status = {
      ...(succeeded !== undefined && { succeeded }),
      ...(failed !== undefined && { failed }),
      ...(startTime !== undefined && { startTime }),
      ...(endTime !== undefined && { endTime }),
      ...(jobDeploymentStatus !== undefined && { jobDeploymentStatus }),
    };
  }

  without(field: keyof RayJobStatus): void {
    const { [field]: _, ...rest } = this.status;
    this.status = rest;
  }

  suspends(): boolean {
    if (this.spec.suspend !== true) return false;
    this.set({ jobDeploymentStatus: 'Suspending' });
    return true;
  }

  missesDeadline(): boolean {
    const { activeDeadlineSeconds: seconds } = this.spec;
    if (seconds === undefined || this.sinceStart() < seconds * 1000) return false;
    const of = `activeDeadlineSeconds. StartTime: ${this.start()}. ActiveDeadlineSeconds: ${seconds}`;
    return this.fail('DeadlineExceeded', `The RayJob has passed the ${of}`);
  }

  missesStart(): boolean {
    const { preRunningDeadlineSeconds: seconds } = this.spec;
    if (seconds === undefined || this.sinceStart() < seconds * 1000) return false;
    const of = `preRunningDeadlineSeconds. StartTime: ${this.start()}. PreRunningDeadlineSeconds: ${seconds}`;
    return this.fail('PreRunningDeadlineExceeded', `The RayJob has passed the ${of}`);
  }

  /** The job is over, and its submitter is not. */
  outlivesJob(): boolean {
    const { jobStatus, rayJobInfo } = this.status;
    const end = rayJobInfo?.endTime;
    if (!isTerminal(jobStatus) || end === undefined) return false;
    if (this.nowMs < Date.parse(end) + graceMs) return false;
    const jobDeploymentStatus = jobStatus === 'FAILED' ? 'Failed' : 'Complete';
    this.set({
      jobDeploymentStatus,
      reason: 'JobDeploymentStatusTransitionGracePeriodExceeded',
      message:
        'JobDeploymentStatus does not transition to Complete or Failed within the grace period after JobStatus reaches a terminal state.',
    });
    return true;
  }

  /** The submitter is over, and the job is not. */
  outlivesSubmitter(finishedAt: string | undefined): boolean {
    if (finishedAt === undefined || this.nowMs < Date.parse(finishedAt) + submitterMs) return false;
    this.set({ jobStatus: 'FAILED' });
    const at = finishedAt.replace('T', ' ').replace('Z', '');
    return this.fail(
      'JobDeploymentStatusTransitionGracePeriodExceeded',
      `The RayJob submitter finished at ${at} but the ray job did not reach terminal state within 30s`,
    );
  }

  isUnknownTooLong(): boolean {
    const { jobStatusCheckFailureStartTime: since } = this.status;
    if (since === undefined || this.nowMs < Date.parse(since) + unknownMs) return false;
    const at = since.replace('T', ' ').replace('Z', '');
    return this.fail(
      'JobStatusCheckTimeoutExceeded',
      `Job status checks have been failing since ${at}; exceeded timeout of 300s`,
    );
  }

  /** Nobody can tell how the job is; whether that is news. */
  isUnknown(): boolean {
    if (this.status.jobStatusCheckFailureStartTime !== undefined) return false;
    this.set({ jobStatusCheckFailureStartTime: this.now });
    return true;
  }

  /** A run that failed is counted, and tried again as often as the user allows. */
  count(): void {
    const { jobStatus, jobDeploymentStatus: state, reason = '' } = this.status;
    const hasFailed = state === 'Failed';
    const hasSucceeded = jobStatus === 'SUCCEEDED' && state === 'Complete';
    const failed = (this.status.failed ?? 0) + (hasFailed ? 1 : 0);
    this.set({ failed, succeeded: (this.status.succeeded ?? 0) + (hasSucceeded ? 1 : 0) });
    const { backoffLimit } = this.spec;
    if (!hasFailed || backoffLimit === undefined || failed >= backoffLimit + 1) return;
    if (['DeadlineExceeded', 'JobStatusCheckTimeoutExceeded'].includes(reason)) return;
    this.set({ jobDeploymentStatus: 'Retrying' });
  }

  /** What is to be written; undefined: nothing that matters has changed. */
  written(): RayJobStatus | undefined {
    const { old, status } = this;
    const same = (field: keyof RayJobStatus) => (old[field] ?? '') === (status[field] ?? '');
    const isSame =
      same('jobStatus') &&
      same('jobDeploymentStatus') &&
      same('jobStatusCheckFailureStartTime') &&
      !isStatusChanged(old.rayClusterStatus ?? noCluster, status.rayClusterStatus ?? noCluster);
    if (isSame) return undefined;
    const isOver = ['Complete', 'Failed'].includes(status.jobDeploymentStatus ?? '');
    const texts = Object.entries(status).filter(([, value]) => value !== '');
    return {
      ...(Object.fromEntries(texts) as RayJobStatus),
      rayJobInfo: status.rayJobInfo ?? {},
      rayClusterStatus: status.rayClusterStatus ?? noCluster,
      ...(isOver && { endTime: this.now }),
    };
  }

  private sinceStart(): number {
    return this.nowMs - Date.parse(this.status.startTime ?? this.now);
  }

  private start(): string {
    return `${(this.status.startTime ?? '').replace('T', ' ').replace('Z', '')} +0000 UTC`;
  }
}
