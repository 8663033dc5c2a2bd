/** One pass over one application. @upstream kubeflow/spark-operator internal/controller/sparkapplication/controller.go */
import { pods, services } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import { timeMs } from '../../api/time.js';
import type { Outcome, Reconciliation, View } from '../../client/contract.js';
import { call, remove, update } from '../../client/requests.js';
import type { Random } from '../../engine/random.js';
import { applicationEvent, type Announcement } from './announcements.js';
import { StatusDraft } from './draft.js';
import { isExpired, retryWaitMs, shouldRetry } from './pod-states.js';
import { observeDriver, observeExecutors } from './observe.js';
import { driverPodName } from './submission.js';
import { submit } from './submit.js';
import { ensureService, ingressService, uiService } from './ui-service.js';
import { sparkApplications, type SparkApplication } from './types.js';

/** What a pass needs besides the application. */
export interface PassMeans {
  readonly random: Random;
  nowMs(): number;
  record(event: Announcement): void;
}

/** A pass over an application as the cache has it. */
export class Pass {
  private readonly draft: StatusDraft;
  private readonly namespace: string;
  private readonly name: string;

  constructor(
    private readonly app: SparkApplication,
    private readonly view: View,
    private readonly means: PassMeans,
  ) {
    this.draft = new StatusDraft(app, () => means.nowMs());
    this.namespace = app.metadata.namespace ?? '';
    this.name = app.metadata.name ?? '';
  }

  *run(): Reconciliation {
    const { app, draft } = this;
    if (isDeleting(app)) return retryOn(yield* this.removeResources());
    const { state } = draft;
    const isHeld = state === 'SUSPENDED' || state === 'SUSPENDING';
    if (app.spec.suspend === true && !draft.isTerminated && !isHeld) {
      draft.become('SUSPENDING', draft.error);
      return yield* this.write();
    }
    return yield* this.inState();
  }

  /** It has changed while it ran: it begins again. */
  *invalidate(): Reconciliation {
    this.draft.state = 'INVALIDATING';
    const answer = yield* call(this.statusUpdate());
    if (answer.isOk) return undefined;
    const message = `Failed to update spec for SparkApplication ${this.name}: ${answer.message}`;
    this.means.record({ type: 'Warning', reason: 'SparkApplicationSpecUpdateFailed', message });
    return undefined;
  }

  private *inState(): Reconciliation {
    switch (this.draft.state) {
      case '':
        return yield* this.submitAndWrite();
      case 'RESUMING':
        this.tell();
        return yield* this.submitAndWrite();
      case 'SUBMITTED':
        return yield* this.whileSubmitted();
      case 'RUNNING':
      case 'UNKNOWN':
        return yield* this.observed();
      case 'SUBMISSION_FAILED':
        return yield* this.afterFailedSubmission();
      case 'PENDING_RERUN':
        return yield* this.beforeRerun();
      case 'INVALIDATING':
        return yield* this.clearedFor('PENDING_RERUN');
      case 'SUCCEEDING':
        return yield* this.afterSuccess();
      case 'FAILING':
        return yield* this.afterFailure();
      case 'COMPLETED':
      case 'FAILED':
        return yield* this.terminated();
      case 'SUSPENDING':
        return yield* this.suspending();
      case 'SUSPENDED':
        return yield* this.suspended();
    }
  }

  private *submitAndWrite(): Reconciliation {
    yield* this.submit();
    return yield* this.write();
  }

  private *submit(): Reconciliation<void> {
    const { app, draft, means } = this;
    draft.submitted(means.random.uuid());
    draft.driverInfo = { ...draft.driverInfo, podName: driverPodName(app) };
    const failure = yield* submit(app, draft.submissionId, means);
    if (failure === undefined) {
      draft.become('SUBMITTED');
      draft.executionAttempts++;
    } else {
      // It is told once in the state before, too.
      this.tell();
      draft.become('SUBMISSION_FAILED', `failed to submit spark application: ${failure}`);
    }
    this.tell();
  }

  private *whileSubmitted(): Reconciliation {
    const error = this.observe();
    if (error !== undefined) return { retry: error };
    const { app, draft, view } = this;
    const current: SparkApplication = { ...app, status: draft.status() };
    const service = yield* ensureService(view, uiService(current));
    if (typeof service === 'string')
      return { retry: `failed to create web UI service: ${service}` };
    const port = service.spec?.ports?.[0]?.port ?? 0;
    draft.driverInfo = {
      ...draft.driverInfo,
      webUIServiceName: service.metadata.name ?? '',
      webUIPort: port,
      webUIAddress: `${service.spec?.clusterIP ?? ''}:${port}`,
    };
    for (const options of app.spec.driverIngressOptions ?? []) {
      const made = yield* ensureService(view, ingressService(current, options));
      if (typeof made === 'string') {
        return { retry: `failed to create driver ingress service for SparkApplication: ${made}` };
      }
    }
    return yield* this.write();
  }

  private *observed(): Reconciliation {
    const error = this.observe();
    return error === undefined ? yield* this.write() : { retry: error };
  }

  private observe(): string | undefined {
    const { app, draft, view, means } = this;
    const error = observeDriver({ app, draft, view, means });
    if (error === undefined) observeExecutors({ app, draft, view, means });
    return error;
  }

  private *afterFailedSubmission(): Reconciliation {
    const { draft } = this;
    if (!this.shouldRetry()) {
      draft.state = 'FAILED';
      draft.terminated({ isAnew: true });
      this.tell();
      return yield* this.write();
    }
    const waitMs = this.waitMs();
    if (typeof waitMs === 'string') return { retry: waitMs };
    if (waitMs > 0) return later(yield* this.write(), waitMs);
    if (this.isCleared()) return yield* this.submitAndWrite();
    yield* this.removeResources();
    const { name, namespace } = this;
    return {
      retry: `resources associated with SparkApplication name: ${name} namespace: ${namespace}, needed to be deleted`,
    };
  }

  private *beforeRerun(): Reconciliation {
    if (!this.isCleared()) return yield* this.write();
    this.tell();
    return yield* this.submitAndWrite();
  }

  private *clearedFor(next: 'PENDING_RERUN'): Reconciliation {
    const failure = yield* this.removeResources();
    if (failure !== undefined && this.draft.state !== 'INVALIDATING') return { retry: failure };
    if (failure === undefined) {
      this.draft.reset();
      this.draft.state = next;
    }
    return yield* this.write();
  }

  private *afterSuccess(): Reconciliation {
    if (this.shouldRetry()) return yield* this.clearedFor('PENDING_RERUN');
    this.draft.state = 'COMPLETED';
    return yield* this.write();
  }

  private *afterFailure(): Reconciliation {
    if (!this.shouldRetry()) {
      this.draft.state = 'FAILED';
      return yield* this.write();
    }
    const waitMs = this.waitMs();
    if (typeof waitMs === 'string') return { retry: waitMs };
    if (waitMs > 0) return later(yield* this.write(), waitMs);
    return yield* this.clearedFor('PENDING_RERUN');
  }

  private *terminated(): Reconciliation {
    const { app, draft, view, means } = this;
    const seconds = app.spec.timeToLiveSeconds;
    const status = draft.status();
    if (isExpired(status, seconds, means.nowMs())) {
      const answer = yield* call(remove(sparkApplications, this.namespace, this.name));
      return answer.isOk ? undefined : { retry: answer.message };
    }
    observeExecutors({ app, draft, view, means });
    const outcome = yield* this.write();
    const endMs = timeMs(status.terminationTime);
    if (outcome !== undefined || endMs === undefined) return outcome;
    if (seconds === undefined || seconds <= 0) return undefined;
    // Times have whole seconds: it is not over before the next one.
    return { requeueAfterMs: Math.max(endMs + seconds * 1_000 - means.nowMs(), 1) };
  }

  private *suspending(): Reconciliation {
    this.tell();
    const failure = yield* this.removeResources();
    if (failure !== undefined) return { retry: failure };
    this.draft.become('SUSPENDED');
    this.draft.reset();
    return yield* this.write();
  }

  private *suspended(): Reconciliation {
    if (this.isCleared()) {
      this.draft.reset();
      this.tell();
      if (this.app.spec.suspend !== true) this.draft.become('RESUMING');
    }
    return yield* this.write();
  }

  private shouldRetry(): boolean {
    return shouldRetry(this.draft.status(), this.app.spec.restartPolicy);
  }

  private waitMs(): number | string {
    const { restartPolicy } = this.app.spec;
    return retryWaitMs(this.draft.status(), restartPolicy, this.means.nowMs());
  }

  /** Deletes the driver's pod and its web UI's service. The error, if there is one. */
  private *removeResources(): Reconciliation<string | undefined> {
    const { podName = driverPodName(this.app), webUIServiceName = '' } = this.draft.driverInfo;
    const answer = yield* call(remove(pods, this.namespace, podName));
    if (!answer.isOk && answer.status !== 404) return answer.message;
    if (webUIServiceName === '') return undefined;
    const options = { gracePeriodSeconds: 0 };
    const second = yield* call(remove(services, this.namespace, webUIServiceName, options));
    return second.isOk || second.status === 404 ? undefined : second.message;
  }

  /** Whether nothing of the last run is there any more. */
  private isCleared(): boolean {
    const { view, namespace } = this;
    const { podName = driverPodName(this.app), webUIServiceName = '' } = this.draft.driverInfo;
    const service =
      webUIServiceName === '' ? undefined : view.get(services, namespace, webUIServiceName);
    return view.get(pods, namespace, podName) === undefined && service === undefined;
  }

  private tell(): void {
    const { state, error } = this.draft;
    const event = applicationEvent(state, this.name, error);
    if (event !== undefined) this.means.record(event);
  }

  private *write(): Reconciliation {
    const answer = yield* call(this.statusUpdate());
    if (answer.isOk || answer.status === 404) return undefined;
    return { retry: answer.message };
  }

  private statusUpdate() {
    return update(sparkApplications, { ...this.app, status: this.draft.status() }, 'status');
  }
}

function retryOn(failure: string | undefined): Outcome {
  return failure === undefined ? undefined : { retry: failure };
}

function later(outcome: Outcome, waitMs: number): Outcome {
  return outcome ?? { requeueAfterMs: waitMs };
}
