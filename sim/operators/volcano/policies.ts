/** Which action follows from what happened. @upstream volcano v1.15.1 pkg/controllers/job/job_controller_util.go applyPolicies */
import { parseDuration } from '../../api/duration.js';
import type { Job, LifecyclePolicy } from './types.js';

/** What a job is to be looked at for. */
export interface JobRequest {
  readonly namespace: string;
  readonly job: string;
  readonly jobUid?: string;
  readonly task?: string;
  readonly pod?: string;
  readonly podUid?: string;
  readonly partition?: string;
  readonly event: string;
  readonly exitCode?: number;
  readonly version?: number;
  /** Set when a delayed action is due. */
  readonly action?: string;
}

/** What is to be done, and when. */
export interface PolicyAction {
  readonly action: string;
  readonly delayMs: number;
}

const sync: PolicyAction = { action: 'SyncJob', delayMs: 0 };
/** Events that mean nothing to policies. */
const internalEvents = ['OutOfSync', 'CommandIssued', 'PodRunning'];

/** The action; the task's policies come before the job's. */
export function applyPolicies(job: Job, request: JobRequest): PolicyAction {
  if (request.action !== undefined) return { action: request.action, delayMs: 0 };
  if (internalEvents.includes(request.event)) return sync;
  if (request.jobUid !== undefined && request.jobUid !== job.metadata.uid) return sync;
  if ((request.version ?? 0) < (job.status?.version ?? 0)) return sync;
  const task = job.spec.tasks?.find(({ name }) => name === request.task);
  for (const policy of [...(task?.policies ?? []), ...(job.spec.policies ?? [])]) {
    if (isMeant(policy, request)) {
      return { action: policy.action ?? 'SyncJob', delayMs: delayOf(policy) };
    }
  }
  return sync;
}

function isMeant(policy: LifecyclePolicy, { event, exitCode = 0 }: JobRequest): boolean {
  const events = eventsOf(policy);
  const isNamed = event !== '' && (events.includes(event) || events.includes('*'));
  // That a pod waits is only something after a while.
  if (isNamed && (event !== 'PodPending' || policy.timeout !== undefined)) return true;
  return policy.exitCode !== undefined && policy.exitCode === exitCode;
}

function delayOf({ timeout }: LifecyclePolicy): number {
  if (timeout === undefined) return 0;
  const parsed = parseDuration(timeout);
  return parsed.isOk ? parsed.value / 1e6 : 0;
}

/** The events of a policy. */
export function eventsOf({ events = [], event = '' }: LifecyclePolicy): readonly string[] {
  return event === '' ? events : [...events, event];
}
