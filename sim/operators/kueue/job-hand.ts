/** Starts and stops one job, and tells of it. @upstream kueue v0.19.2 jobframework startJob, stopJob; jobs/job Stop */
import { deepEqual } from '../../api/equality.js';
import { keyOf } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import type { ControllerContext, Reconciliation } from '../../client/contract.js';
import { call, update } from '../../client/requests.js';
import type { JobIntegration, StopCause } from './job-integration.js';
import type { PodSetInfo } from './pod-set-info.js';
import type { PodSet, Workload } from './types.js';
import { cut } from './workload-status.js';

/** Why a job was not started. */
export interface StartProblem {
  readonly message: string;
  /** Another attempt would fail, too. */
  readonly isPermanent: boolean;
}

/** The hand on a job. */
export class JobHand {
  constructor(
    private readonly job: HasMetadata,
    private readonly integration: JobIntegration,
    private readonly context: Pick<ControllerContext, 'clock' | 'events'>,
  ) {}

  tell(reason: string, message: string, regarding = this.job): void {
    const text = cut(message, 'event');
    this.context.events.record({
      regarding,
      type: 'Normal',
      reason,
      action: reason,
      message: text,
    });
  }

  tellFinished(workload: Workload): void {
    this.tell('FinishedWorkload', `Workload '${keyOf(workload)}' is declared finished`);
  }

  *start(infos: readonly PodSetInfo[], message: string): Reconciliation<StartProblem | undefined> {
    const { integration, job } = this;
    const unready = integration.unready?.(job);
    if (unready !== undefined) return { message: unready, isPermanent: false };
    let started = integration.started(job, infos);
    if (typeof started === 'string') return { message: started, isPermanent: true };
    if (integration.isChangedAsleep === true) {
      const asleep = integration.withSuspend(started, true);
      const answer = yield* call(update(integration.kind, asleep));
      if (!answer.isOk) return { message: answer.message, isPermanent: false };
      started = integration.withSuspend(answer.object, false);
    }
    const answer = yield* call(update(integration.kind, started));
    if (!answer.isOk) return { message: answer.message, isPermanent: false };
    this.tell('Started', message);
    return undefined;
  }

  /** Suspends the job and gives it back its pods as they were. Why that failed, if it did. */
  *stop(
    podSets: readonly PodSet[] | undefined,
    cause: StopCause,
  ): Reconciliation<string | undefined> {
    const { integration, job } = this;
    const { message } = cause;
    if (integration.ended !== undefined) {
      const ended = yield* integration.ended(job, cause, this.context.clock.now());
      if (typeof ended === 'string') return ended;
      for (const one of ended) this.tell('Stopped', message, one);
      return undefined;
    }
    if (integration.stopsInSteps !== undefined) return yield* this.stopInSteps(podSets, message);
    if (integration.isChangedAsleep === true) return yield* this.stopThenChange(message);
    if (integration.isSuspended(job)) return undefined;
    const suspended = integration.withSuspend(job, true);
    const next = podSets === undefined ? suspended : integration.restored(suspended, podSets);
    const answer = yield* call(update(integration.kind, next));
    if (!answer.isOk) return answer.message;
    this.tell('Stopped', message);
    return undefined;
  }

  /** @upstream pkg/controller/jobs/trainjob Stop; it tells so though the job was stopped before */
  private *stopThenChange(message: string): Reconciliation<string | undefined> {
    const { integration } = this;
    let { job } = this;
    if (!integration.isSuspended(job)) {
      const answer = yield* call(update(integration.kind, integration.withSuspend(job, true)));
      if (!answer.isOk) return `error suspending trainjob: ${answer.message}`;
      job = answer.object;
    }
    if (integration.isActive(job)) return 'jobs are still active';
    if (integration.unready?.(job) !== undefined) return 'error restoring info to the trainjob';
    const restored = integration.restored(job, []);
    if (!deepEqual(restored, job)) {
      const answer = yield* call(update(integration.kind, restored));
      if (!answer.isOk) return answer.message;
    }
    this.tell('Stopped', message);
    return undefined;
  }

  /** The API server lets a Job's template be changed only while it is suspended and has no start. */
  private *stopInSteps(
    podSets: readonly PodSet[] | undefined,
    message: string,
  ): Reconciliation<string | undefined> {
    const { kind, isSuspended, stopsInSteps, restored } = this.integration;
    let current = this.job;
    if (stopsInSteps === undefined) return undefined;
    const wasRunning = !isSuspended(current);
    if (wasRunning) {
      const answer = yield* call(update(kind, stopsInSteps.marked(current)));
      if (!answer.isOk) return answer.message;
      current = answer.object;
    }
    const withoutStart = stopsInSteps.withoutStart(current);
    if (withoutStart !== undefined) {
      const answer = yield* call(update(kind, withoutStart, 'status'));
      if (!answer.isOk) return answer.message;
      current = answer.object;
    }
    const next = stopsInSteps.unmarked(
      podSets === undefined ? current : restored(current, podSets),
    );
    if (!deepEqual(next, current)) {
      const answer = yield* call(update(kind, next));
      if (!answer.isOk) return answer.message;
    }
    if (wasRunning) this.tell('Stopped', message);
    return undefined;
  }
}
